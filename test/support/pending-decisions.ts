import { decide, type PendingDecision } from '../../src/engine/decision/decide.ts';
import type { Services } from '../../src/engine/decision/services.ts';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import type { LimitStore, Taken } from '../../src/engine/limit/limit.ts';
import type { Attributes } from '../../src/engine/request/attributes.ts';
import type { CompiledPolicy, PolicySet } from '../../src/engine/set/policy-set.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { barePolicy, bareSet, SOURCE } from './bare-policy.ts';

/** A set of one policy that allows every request and sets these request headers. */
export function lettingThrough(requestHeaders: Readonly<Record<string, string>> = {}): PolicySet {
  const rule = { name: 'all', source: SOURCE, match: [], callers: undefined, when: undefined };
  const open = barePolicy('open');
  const policy: CompiledPolicy = {
    ...open,
    allowsAmbiguousPath: true,
    allowRules: [{ ...rule, expires: undefined, reason: undefined, status: undefined, message: undefined }],
    respond: {
      ...open.respond,
      allow: {
        ...open.respond.allow,
        requestHeaders: { set: new Map(Object.entries(requestHeaders)), append: new Map(), remove: [] },
      },
    },
  };
  const commit = 'c'.repeat(40);
  return {
    revision: { commit, digest: `sha256:${'d'.repeat(64)}`, dirty: false, source: 'git' },
    revisionText: commit,
    ...bareSet([policy]),
  };
}

/** Services with a fixed clock and with IDs counted from 1. */
export function standingStill(now = 1_764_000_000_000): Services {
  let ids = 0;
  return {
    clock: () => now,
    monotonic: () => now,
    id: () => {
      ids += 1;
      return `decision-${String(ids)}`;
    },
    tokens: { verify: () => ({ denial: { reason: 'token_missing', detail: 'a token is required' } }) },
    certificates: createCertificateReader(nodeCrypto),
    limits: BOUNDLESS,
    shadowLimits: BOUNDLESS,
  };
}

const GRANTED: Taken = { allowed: true, remaining: 0, retryAfter: 0, resetAfter: 0 };

/** A limit store that grants every request. */
export const BOUNDLESS: LimitStore = {
  take: () => GRANTED,
  takeAll: (takes) => takes.map(() => GRANTED),
  giveBack: () => undefined,
};

/** A real permission, which only `decide` can create. */
export function permission(
  attributes: Attributes,
  requestHeaders: Readonly<Record<string, string>> = {},
): PendingDecision | Promise<PendingDecision> {
  return decide(attributes, lettingThrough(requestHeaders), standingStill());
}
