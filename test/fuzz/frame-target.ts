import { decide } from '../../src/engine/decision/decide.ts';
import type { PolicySet } from '../../src/engine/set/policy-set.ts';
import { createHealth } from '../../src/sidecar/rpc/health.ts';
import { createReflection } from '../../src/sidecar/rpc/reflection.ts';
import type { Methods } from '../../src/sidecar/transport/transport.ts';
import { bareSet } from '../support/bare-policy.ts';
import { roomyCheck } from '../support/check.ts';
import { lettingThrough, standingStill } from '../support/pending-decisions.ts';

const { revision, revisionText } = lettingThrough();

/** A set that denies everything. */
const DENYING: PolicySet = { revision, revisionText, ...bareSet([]) };

/** All methods of a sidecar whose policies deny, or allow, every request. */
export function methodsThat(verdict: 'deny' | 'allow'): Methods {
  const set = verdict === 'deny' ? DENYING : lettingThrough();
  const services = standingStill();
  const check = roomyCheck({
    ...services,
    maxInflight: 10_000,
    decide: (attributes, until, chosen) => decide(attributes, chosen, services, until),
    set: () => set,
  });
  return {
    '/envoy.service.auth.v3.Authorization/Check': { unary: check.handle, tooLarge: check.tooLarge },
    ...createHealth().methods,
    ...createReflection(),
  };
}
