import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decide } from '../../engine/decision/decide.ts';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { Services } from '../../engine/decision/services.ts';
import { type Check, createCheck } from '../../engine/envoy/check.ts';
import { PROXY_NOTICES, ProxyObserver } from '../../engine/envoy/proxy-observer.ts';
import { createCertificateReader } from '../../engine/identity/certificate.ts';
import { KeyRing } from '../../engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../engine/identity/token.ts';
import { createLocalStore } from '../../engine/limit/local-store.ts';
import { checkMessages } from '../../node/check-messages.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { compileInSlices } from '../../policy/compile-folder.ts';
import { PolicyStore, type PolicyStoreOptions } from '../../policy/source/store.ts';
import { type Watcher, watchFolder } from '../../policy/source/watch.ts';
import type { PageSources } from '../admin/http.ts';
import type { Sink } from '../audit/sink.ts';
import { createHealth, type Health } from '../rpc/health.ts';
import { createReflection } from '../rpc/reflection.ts';
import type { Traces } from '../telemetry/decision-tracer.ts';
import type { Log } from '../telemetry/logging.ts';
import { createMetrics, METRICS_CONTENT_TYPE, type Metrics } from '../telemetry/metrics.ts';
import { createTraces } from '../telemetry/traces.ts';
import type { Methods } from '../transport/transport.ts';
import { createClock } from './clock.ts';
import { type Configuration, fromCommitOf } from './configuration.ts';
import { keyObserver } from './key-observer.ts';
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
  readonly watcher: Watcher;
  /** Methods of the gRPC listener. */
  readonly methods: Methods;
  /** Content of the admin and the probe listener. */
  readonly pages: PageSources;
}

export interface WiringOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of relative paths. */
  readonly directory: string;
  readonly sinks: readonly Sink[];
  readonly log: Log;
}

/** Buckets of limits that are kept at once; each has some hundred bytes. */
const MAX_BUCKETS = 100_000;
const MAX_SHADOW_BUCKETS = 20_000;
/** Compilation of a large folder pauses every few milliseconds, so that requests are answered meanwhile. */
const BETWEEN_REQUESTS = { now: () => performance.now(), pause: () => nextTurn() };

/** Creates the parts of a sidecar and begins to load its policies. */
export async function wire(configuration: Configuration, options: WiringOptions): Promise<Parts> {
  const { environment, directory, sinks, log } = options;
  const startedAt = Date.now();
  const clock = createClock();
  const health = createHealth();
  const keys: KeyRing = new KeyRing({
    crypto: nodeCrypto,
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
    sinks: sinks.map(({ name }) => name),
    build: { version: packageVersion(), node: process.versions.node },
  });
  const traces = await createTraces({ environment, version: packageVersion(), log });
  const recorder = createRecorder({ sinks, traces, metrics, log, clock });
  const dir = resolve(directory, configuration.policies);
  const store = createStore(configuration, dir, reloadObserver({ keys, health, metrics, log }));
  const proxy = observeProxy(configuration, log);
  const check = wireCheck(configuration, servicesOf(configuration, clock, keys), store, recorder, proxy);
  const methods = methodsOf(check, health);
  const pages = pagesOf(store, health, metrics, recorder, () =>
    statusOf({ store, issuers: keys.status(), notices: proxy.notices, startedAt }),
  );
  const look = async (): Promise<boolean> => {
    log.debug?.('reading the policy folder', { policies: dir });
    return (await store.reload()).result === 'waiting';
  };
  const watcher = watchFolder(dir, look, { fromCommit: fromCommitOf(configuration) !== undefined });
  return { log, health, keys, check, recorder, traces, watcher, methods, pages };
}

function createStore(
  configuration: Configuration,
  dir: string,
  observer: Pick<PolicyStoreOptions, 'onSwap' | 'onFailure' | 'onRecovery'>,
): PolicyStore {
  const { environment, revision, requireRevision, requireClean } = configuration;
  const options = { crypto: nodeCrypto, reasons: Object.keys(REASONS), environment, mustChoose: true };
  return new PolicyStore({
    dir,
    compile: (folder) => compileInSlices(folder, options, BETWEEN_REQUESTS),
    revision,
    requireRevision,
    requireClean,
    fromCommit: fromCommitOf(configuration),
    now: Date.now,
    ...observer,
  });
}

function servicesOf({ xfccTrustedHops, hosts }: Configuration, clock: () => number, keys: KeyRing): Services {
  return {
    xfccTrustedHops,
    hosts,
    clock,
    id: randomUUID,
    tokens: createTokenVerifier({ keys, crypto: nodeCrypto }),
    certificates: createCertificateReader(nodeCrypto),
    limits: createLocalStore({ maxBuckets: MAX_BUCKETS, digest: nodeCrypto.sha256 }),
    shadowLimits: createLocalStore({ maxBuckets: MAX_SHADOW_BUCKETS, digest: nodeCrypto.sha256 }),
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
  store: PolicyStore,
  recorder: Recorder,
  proxy: ProxyObserver,
): Check {
  return createCheck({
    ...services,
    messages: checkMessages,
    proxy,
    decide: (attributes, until, set) => decide(attributes, set, services, until),
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
  store: PolicyStore,
  health: Health,
  metrics: Metrics,
  recorder: Recorder,
  status: () => object,
): Parts['pages'] {
  return {
    notReady: () => {
      if (health.isShutDown()) return 'the process is ending';
      return store.current() === undefined ? 'no policy set is live' : undefined;
    },
    metrics: async () => ({ contentType: METRICS_CONTENT_TYPE, text: await metrics.text() }),
    status,
    decisions: recorder.recent,
  };
}
