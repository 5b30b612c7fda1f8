import { strict as assert } from 'node:assert';
import type { ApplicablePolicy } from '../../src/engine/decision/applicable-policy.ts';
import { authenticate } from '../../src/engine/decision/authenticate.ts';
import { checkBodies } from '../../src/engine/decision/bodies.ts';
import { type Decision, decide } from '../../src/engine/decision/decide.ts';
import type { EvaluationContext } from '../../src/engine/decision/evaluation-context.ts';
import { Identities } from '../../src/engine/decision/identities.ts';
import { LimitReservations } from '../../src/engine/decision/limit-reservations.ts';
import { takeLimits } from '../../src/engine/decision/limits.ts';
import { RequestContext } from '../../src/engine/decision/request-context.ts';
import { evaluateRules } from '../../src/engine/decision/rules.ts';
import { select } from '../../src/engine/decision/select.ts';
import type { Services } from '../../src/engine/decision/services.ts';
import { createCheck } from '../../src/engine/envoy/check.ts';
import { CheckOffsets } from '../../src/engine/envoy/check-offsets.ts';
import { decodeCheck } from '../../src/engine/envoy/decode.ts';
import type { OnDecision } from '../../src/engine/envoy/deferred-work.ts';
import { encodeCheck } from '../../src/engine/envoy/encode.ts';
import { ProxyObserver } from '../../src/engine/envoy/proxy-observer.ts';
import { createCertificateReader } from '../../src/engine/identity/certificate.ts';
import { KeyRing } from '../../src/engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../src/engine/identity/token.ts';
import { createLocalStore } from '../../src/engine/limit/local-store.ts';
import type { Attributes } from '../../src/engine/request/attributes.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { decodeText } from '../../src/node/decode-text.ts';
import type { Sink } from '../../src/sidecar/audit/sink.ts';
import { Clocks } from '../../src/sidecar/server/clock.ts';
import { createDecisionIds } from '../../src/sidecar/server/decision-ids.ts';
import { createRecorder } from '../../src/sidecar/server/recorder.ts';
import { createMetrics } from '../../src/sidecar/telemetry/metrics.ts';
import { createTraces } from '../../src/sidecar/telemetry/traces.ts';
import { decodeCheckResponse } from '../support/check-messages.ts';
import { metricsOptions } from '../support/metrics-options.ts';
import { type BenchCase, benchCases } from './check-policies.ts';

/** The way of a check from its beginning up to and with one station. */
interface Prefix {
  readonly station: string;
  readonly run: () => unknown;
}

/** The stations of one policy, in order. A station costs what its prefix costs more than the one before. */
export interface Stations {
  readonly bench: BenchCase;
  readonly services: Services;
  readonly attributes: Attributes;
  readonly prefixes: readonly Prefix[];
}

const CALL = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };

/** The stations of an open, a typical and a heavy policy, with the services of the sidecar. */
export async function stationsOfCases(): Promise<readonly Stations[]> {
  const stations: Stations[] = [];
  for (const bench of await benchCases()) stations.push(await stationsOf(bench));
  return stations;
}

async function stationsOf(bench: BenchCase): Promise<Stations> {
  const { set, request } = bench;
  const clocks = new Clocks();
  const services: Services = {
    clock: clocks.now,
    monotonic: clocks.monotonic,
    reading: () => clocks.reading,
    id: createDecisionIds(),
    tokens: createTokenVerifier({ keys: new KeyRing({ crypto: nodeCrypto }), crypto: nodeCrypto }),
    certificates: createCertificateReader(nodeCrypto),
    limits: createLocalStore({ maxKeys: 1000, seed: [0, 0] }),
    shadowLimits: createLocalStore({ maxKeys: 1000, seed: [0, 0] }),
  };
  const decoded = (): Attributes => {
    const { attributes } = decodeCheck(request, decodeText, PROXY);
    assert(attributes !== undefined, 'the request of the bench can be decoded');
    return attributes;
  };
  const pending = await decide(decoded(), set, services);
  assert.equal(pending.decision.reason, 'allowed', JSON.stringify(pending.decision));
  const decided = (): Decision => {
    const made = decide(decoded(), set, services);
    assert(!(made instanceof Promise), 'a decision of the bench does not wait');
    return made.decision;
  };
  return {
    bench,
    services,
    attributes: decoded(),
    prefixes: [
      { station: 'read', run: () => new CheckOffsets(request, decodeText) },
      { station: 'decode', run: decoded },
      ...inParts(decoded, bench, services),
      { station: 'answer', run: decided },
      { station: 'encode', run: () => encodeCheck(decided()) },
      { station: 'handler', run: await whole(bench, services, () => {}) },
      { station: 'afterwards', run: await whole(bench, services, await recorder([])) },
      { station: 'record', run: await whole(bench, services, await recorder([DROPPING])) },
    ],
  };
}

const PROXY = new ProxyObserver();

/** Turns of the event loop in which records are written: one for so many checks, as under load. */
const CHECKS_IN_TURN = 64;

/** The handler, and the work afterwards. */
async function whole(
  { set, request }: BenchCase,
  services: Services,
  onDecision: OnDecision,
): Promise<() => unknown> {
  let scheduled = (): void => {};
  const { handle } = createCheck({
    ...services,
    decodeText,
    decide: (sent, deadline, live, start) => decide(sent, live, services, deadline, undefined, start),
    set: () => set,
    deadline: 1000,
    maxInflight: 10_000,
    onDecision,
    schedule: (work) => {
      scheduled = work;
    },
  });
  const answer = decodeCheckResponse(await handle(request, CALL));
  assert.equal(answer.status?.code ?? 0, 0, 'the request of the bench is allowed');
  let count = 0;
  return () => {
    const made = handle(request, CALL);
    assert(!(made instanceof Promise));
    count += 1;
    if (count % CHECKS_IN_TURN > 0) return made;
    scheduled();
    return new Promise((resolve) => setImmediate(resolve));
  };
}

/** The steps of `decide` up to each station. */
function inParts(decoded: () => Attributes, { set }: BenchCase, services: Services): readonly Prefix[] {
  const begin = (): EvaluationContext => ({
    request: new RequestContext(decoded(), services.clock(), set, services),
    identities: new Identities(),
    reservations: new LimitReservations(services.limits, services.monotonic, services.reading?.()),
    services,
  });
  type Step = (policies: readonly ApplicablePolicy[], context: EvaluationContext) => unknown;
  const steps: readonly { readonly station: string; readonly step: Step }[] = [
    { station: 'select', step: () => undefined },
    { station: 'authenticate', step: authenticate },
    { station: 'rules', step: (policies, context) => evaluateRules(policies, context, true) },
    { station: 'schema', step: checkBodies },
    { station: 'limits', step: (policies, context) => takeLimits('last', policies, context) },
  ];
  return steps.map(({ station }, last) => {
    const before = steps.slice(0, last + 1);
    return {
      station,
      run: () => {
        const context = begin();
        const { enforcing } = select(set, context.request);
        for (const { step } of before) step(enforcing, context);
      },
    };
  });
}

const DROPPING: Sink = {
  name: 'nowhere',
  write: () => Promise.resolve(),
  reopen: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

async function recorder(sinks: readonly Sink[]): Promise<OnDecision> {
  const clock = new Clocks().now;
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const metrics = createMetrics(metricsOptions({ clock, sinks: sinks.map(({ name }) => name) }));
  const traces = await createTraces({ environment: {}, version: '0', instance: '', log: quiet });
  return createRecorder({ sinks, traces, metrics, log: quiet, clock }).record;
}
