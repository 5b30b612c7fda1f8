import { randomUUID } from 'node:crypto';
import { decide } from '../../engine/decision/decide.ts';
import type { Services } from '../../engine/decision/services.ts';
import { type Check, createCheck } from '../../engine/envoy/check.ts';
import { PROXY_NOTICES, ProxyObserver } from '../../engine/envoy/proxy-observer.ts';
import { createCertificateReader } from '../../engine/identity/certificate.ts';
import { KeyRing } from '../../engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../engine/identity/token.ts';
import { indexSteps } from '../../engine/set/policy-index.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { decodeText } from '../../node/decode-text.ts';
import { createHttpGet } from '../../node/http-get.ts';
import type { PageSources } from '../admin/http.ts';
import type { RecordWishes } from '../audit/record-parts.ts';
import { CANDIDATE_RESULTS } from '../candidate/comparison.ts';
import type { SharedStore } from '../limit-redis/shared-store.ts';
import { LivePolicies } from '../loading/live-policies.ts';
import type { Loader } from '../loading/loader.ts';
import { createHealth, type Health } from '../rpc/health.ts';
import { createReflection } from '../rpc/reflection.ts';
import type { Traces } from '../telemetry/decision-tracer.ts';
import { createLogSink } from '../telemetry/log-sink.ts';
import type { Log } from '../telemetry/logging.ts';
import { measureLoopDelays } from '../telemetry/loop-delay.ts';
import { exportMetrics } from '../telemetry/metric-export.ts';
import type { MetricExport } from '../telemetry/metric-push.ts';
import { CONTENT_TYPES, createMetrics, formatFor, type Metrics } from '../telemetry/metrics.ts';
import { createTraces } from '../telemetry/traces.ts';
import type { Methods } from '../transport/transport.ts';
import { type Candidate, wireCandidate } from './candidate.ts';
import { Clocks } from './clock.ts';
import type { Configuration } from './configuration.ts';
import { createDecisionIds } from './decision-ids.ts';
import { keyObserver } from './key-observer.ts';
import { keyOrigins } from './key-origins.ts';
import { type LimitStores, openLimitStores } from './limit-stores.ts';
import type { OpenedFiles } from './open-files.ts';
import { processReadings } from './process-readings.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { reloadObserver } from './reload-observer.ts';
import { statusOf } from './status.ts';
import { packageVersion } from './version.ts';

/** The parts of a sidecar, connected with each other and with no listener yet. */
export interface Parts {
  readonly log: Log;
  readonly health: Health;
  readonly keys: KeyRing;
  readonly check: Check;
  readonly recorder: Recorder;
  readonly traces: Traces;
  readonly metricExport: MetricExport;
  readonly loader: Loader;
  /** Undefined without `--candidate`. */
  readonly candidate: Candidate | undefined;
  /** The store of shared limits. */
  readonly sharedLimits: SharedStore | undefined;
  /** Methods of the gRPC listener. */
  readonly methods: Methods;
  /** Content of the admin and the probe listener. */
  readonly pages: PageSources;
}

export interface WiringOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Loads the policies of the folder. */
  readonly loader: Loader;
  /** Folder of relative paths. */
  readonly directory: string;
  readonly opened: Pick<OpenedFiles, 'sinks' | 'keyStore' | 'redis'>;
  readonly log: Log;
}

/** Creates the parts of a sidecar and begins to load its policies. */
export async function wire(configuration: Configuration, options: WiringOptions): Promise<Parts> {
  const { environment, directory, log, loader } = options;
  const { keyStore } = options.opened;
  const telemetry = { environment, version: packageVersion(), instance: randomUUID(), log };
  const logSink = await createLogSink(telemetry);
  const sinks = logSink === undefined ? options.opened.sinks : [...options.opened.sinks, logSink];
  const startedAt = Date.now();
  const clocks = new Clocks();
  const clock = clocks.now;
  const health = createHealth();
  const keys: KeyRing = new KeyRing({
    crypto: nodeCrypto,
    fetch: createHttpGet(keyOrigins(configuration, directory)),
    ...(keyStore === undefined ? {} : { store: keyStore }),
    onRefresh: keyObserver(
      () => metrics,
      log,
      () => keys.status(),
    ),
  });
  const metrics = createMetrics({
    clock,
    issuers: () => keys.status(),
    inflight: () => check.inflight(),
    maxInflight: configuration.maxInflight,
    limits: () => limits.uses(),
    sinks: sinks.map(({ name }) => name),
    queues: () => recorder.queues(),
    sharedLimits: () => limits.shared?.status(),
    candidateResults: configuration.candidate === undefined ? [] : Object.keys(CANDIDATE_RESULTS),
    build: { version: packageVersion(), node: process.versions.node },
    process: processReadings,
    loopDelays: measureLoopDelays(clocks.monotonic),
  });
  const limits = await openLimitStores(configuration, {
    redis: options.opened.redis,
    log,
    metrics: () => metrics,
    monotonic: clocks.monotonic,
    clock,
  });
  const traces = await createTraces(telemetry);
  const metricExport = await exportMetrics(telemetry, metrics);
  const recorder = createRecorder({ sinks, traces, metrics, log, clock, wishes: wishesOf(configuration) });
  const store = new LivePolicies(reloadObserver({ keys, health, metrics, log, recorder }));
  const proxy = observeProxy(configuration, log);
  const tokens = createTokenVerifier({ keys, crypto: nodeCrypto });
  const services = servicesOf(configuration, clocks, tokens, limits);
  const candidate =
    configuration.candidate === undefined
      ? undefined
      : wireCandidate(configuration, {
          directory,
          live: store,
          loader,
          services,
          verified: tokens,
          keys,
          metrics,
          log,
        });
  const check = wireCheck(configuration, services, store, recorder, proxy, candidate);
  const methods = methodsOf(check, health);
  const pages: Parts['pages'] = pagesOf(store, health, metrics, recorder, candidate, () =>
    statusOf({
      store,
      candidate: candidate?.status(),
      isReady: pages.notReady() === undefined,
      issuers: keys.status(),
      limits: limits.uses(),
      notices: proxy.notices,
      sharedLimits: limits.shared?.status(),
      startedAt,
    }),
  );
  loader.serve({
    policies: store,
    prepare: (set) => readySteps(set, keys, metrics, limits),
    onLoad: (dir) => log.debug?.('reading the policy folder', { policies: dir }),
    onInstalled: ({ install, swap }) =>
      log.debug?.('policies were installed', { install_ms: rounded(install), swap_ms: rounded(swap) }),
    onRestart: (cause) => log.warn('the process that watches the policy folder is started again', { cause }),
  });
  return {
    log,
    health,
    keys,
    check,
    recorder,
    traces,
    metricExport,
    loader,
    candidate,
    sharedLimits: limits.shared,
    methods,
    pages,
  };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

/** Steps that make a policy set ready: its index, the parts of its keys, its series, and its limits. */
function* readySteps(
  set: PolicySet,
  keys: KeyRing,
  metrics: Metrics,
  limits: LimitStores,
): Generator<undefined, void> {
  yield* indexSteps(set.policies);
  yield* keys.prepare(set.issuers.values());
  yield* metrics.declare(set);
  limits.follow(set);
}

function servicesOf(
  { xfccTrustedHops, hosts }: Configuration,
  clocks: Clocks,
  tokens: Services['tokens'],
  { limits, shadowLimits }: LimitStores,
): Services {
  return {
    xfccTrustedHops,
    hosts,
    clock: clocks.now,
    monotonic: clocks.monotonic,
    reading: () => clocks.reading,
    id: createDecisionIds(),
    tokens,
    certificates: createCertificateReader(nodeCrypto),
    limits,
    shadowLimits,
  };
}

/** Logs each notice once; `/v1/status` keeps them. */
function observeProxy({ maxRequestBytes, hosts }: Configuration, log: Log): ProxyObserver {
  return new ProxyObserver({
    maxRequestBytes,
    knowsHosts: hosts.length > 0,
    onNotice: (notice) => log.warn(PROXY_NOTICES[notice], { notice }),
  });
}

function wireCheck(
  { deadline, maxInflight }: Configuration,
  services: Services,
  store: LivePolicies,
  recorder: Recorder,
  proxy: ProxyObserver,
  candidate: Candidate | undefined,
): Check {
  return createCheck({
    ...services,
    decodeText,
    proxy,
    decide: (attributes, until, set, start) => {
      const decided = decide(attributes, set, services, until, undefined, start);
      if (candidate === undefined) return decided;
      return decided instanceof Promise
        ? decided.then((pending) => candidate.beside(pending, attributes))
        : candidate.beside(decided, attributes);
    },
    set: () => store.current(),
    deadline,
    maxInflight,
    onDecision: recorder.record,
    schedule: setImmediate,
  });
}

function methodsOf(check: Check, health: Health): Methods {
  return {
    '/envoy.service.auth.v3.Authorization/Check': { unary: check.handle, tooLarge: check.tooLarge },
    ...health.methods,
    ...createReflection(),
  };
}

function pagesOf(
  store: LivePolicies,
  health: Health,
  metrics: Metrics,
  recorder: Recorder,
  candidate: Candidate | undefined,
  status: () => object,
): Parts['pages'] {
  return {
    notReady: () => {
      if (health.isShutDown()) return 'the process is ending';
      return store.current() === undefined ? 'no policy set is live' : undefined;
    },
    metrics: async (accept) => {
      const format = formatFor(accept);
      return { contentType: CONTENT_TYPES[format], text: await metrics.text(format) };
    },
    status,
    decisions: recorder.recent,
    ...(candidate === undefined ? {} : { candidate: candidate.page }),
  };
}

function wishesOf({ auditAllow, auditDeny, auditInputs, auditBodies }: Configuration): RecordWishes {
  return { allow: auditAllow, deny: auditDeny, inputs: auditInputs || auditBodies, body: auditBodies };
}
