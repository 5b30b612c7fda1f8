import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { decide } from '../../engine/decision/decide.ts';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { Services } from '../../engine/decision/services.ts';
import { type Check, createCheck } from '../../engine/envoy/check.ts';
import { createCertificateReader } from '../../engine/identity/certificate.ts';
import { KeyRing } from '../../engine/identity/key-ring.ts';
import { createTokenVerifier } from '../../engine/identity/token.ts';
import { createLocalStore } from '../../engine/limit/local-store.ts';
import { checkMessages } from '../../node/check-messages.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { compileInSlices } from '../../policy/compile-folder.ts';
import { PolicyStore } from '../../policy/source/store.ts';
import { watchFolder } from '../../policy/source/watch.ts';
import { type Admin, type AdminOptions, startAdmin } from '../admin/http.ts';
import { fileSink, type Sink, streamSink } from '../audit/sink.ts';
import { createHealth } from '../rpc/health.ts';
import { createReflection } from '../rpc/reflection.ts';
import { createLog } from '../telemetry/logging.ts';
import { createMetrics, METRICS_CONTENT_TYPE } from '../telemetry/metrics.ts';
import { createTraces } from '../telemetry/traces.ts';
import { createGrpcJsTransport } from '../transport/grpc-js.ts';
import { clearSocketFile } from '../transport/socket-file.ts';
import type { Listener, Methods, ServerTls } from '../transport/transport.ts';
import { createClock } from './clock.ts';
import { type Configuration, strangersOfEnvironment } from './configuration.ts';
import { keyObserver } from './key-observer.ts';
import { createRecorder } from './recorder.ts';
import { reloadObserver } from './reload-observer.ts';
import { statusOf } from './status.ts';
import { packageVersion } from './version.ts';

/** A sidecar that is running. */
export interface Server {
  /** Where Envoy asks, with the port that was given. */
  readonly address: string;
  readonly admin: string;
  /** Reads the policies again at once, and opens audit files anew. */
  reload(): void;
  /** Takes no new checks, finishes those under way, writes out what was recorded. */
  stop(): Promise<void>;
}

/** What the process has and a server needs. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths start from. */
  readonly directory: string;
  /** Takes decision records. */
  readonly stdout: Writable;
}

export type Started =
  | { readonly server: Server; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly server?: undefined };

/** Largest CheckRequest that is looked at, bytes: Envoy's own buffer for bodies is far smaller. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Buckets of limits kept at once; each is some hundred bytes. */
const MAX_BUCKETS = 100_000;
const MAX_SHADOW_BUCKETS = 20_000;
/** How long records and spans may take to be written out at the end, milliseconds. */
const FLUSH_TIMEOUT = 3000;
/** Compiling a large folder lets requests pass every few milliseconds. */
const BETWEEN_REQUESTS = { now: () => performance.now(), pause: () => nextTurn() };

/**
 * Puts the parts together and starts them. Policies are read while the listeners come up. Problems are what the
 * operator has to mend: an address in use, a key that cannot be read; nothing is left running then.
 */
export async function startServer(
  configuration: Configuration,
  surroundings: Surroundings,
): Promise<Started> {
  const { environment, directory, stdout } = surroundings;
  const { drainTimeout } = configuration;
  const startedAt = Date.now();
  const clock = createClock();
  const log = createLog(configuration.logLevel);
  for (const stranger of strangersOfEnvironment(environment))
    log.warn('an unknown setting', { setting: stranger });
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
  });

  const prepared = await prepare(configuration, directory, stdout);
  if (prepared.problems !== undefined) return prepared;
  const traces = await createTraces({ environment, version: packageVersion(), log });
  const recorder = createRecorder({ sinks: prepared.sinks, traces, metrics, log });

  const dir = resolve(directory, configuration.policies);
  const compileOptions = {
    crypto: nodeCrypto,
    reasons: Object.keys(REASONS),
    environment: configuration.environment,
    mustChoose: true,
  };
  const store = new PolicyStore({
    dir,
    compile: (folder) => compileInSlices(folder, compileOptions, BETWEEN_REQUESTS),
    revision: configuration.revision,
    requireRevision: configuration.requireRevision,
    now: Date.now,
    ...reloadObserver({ keys, health, metrics, log }),
  });
  const services: Services = {
    xfccTrustedHops: configuration.xfccTrustedHops,
    clock,
    id: randomUUID,
    tokens: createTokenVerifier({ keys, crypto: nodeCrypto }),
    certificates: createCertificateReader(nodeCrypto),
    limits: createLocalStore({ maxBuckets: MAX_BUCKETS, digest: nodeCrypto.sha256 }),
    shadowLimits: createLocalStore({ maxBuckets: MAX_SHADOW_BUCKETS, digest: nodeCrypto.sha256 }),
  };
  const check: Check = createCheck({
    ...services,
    messages: checkMessages,
    decide: (attributes, deadline, set) => decide(attributes, set, services, deadline),
    set: () => store.current(),
    deadline: configuration.deadline,
    maxInflight: configuration.maxInflight,
    onDecision: recorder.record,
    schedule: setImmediate,
  });

  const methods: Methods = {
    '/envoy.service.auth.v3.Authorization/Check': { unary: check.handle, tooLarge: check.tooLarge },
    ...health.methods,
    ...createReflection(),
  };
  const watcher = watchFolder(dir, () => store.reload());
  const listening = await listen(configuration, prepared.tls, methods, {
    notReady: () => (store.current() === undefined ? 'no policy set is live' : undefined),
    metrics: async () => ({ contentType: METRICS_CONTENT_TYPE, text: await metrics.text() }),
    status: () => statusOf(store, keys.status(), startedAt),
    decisions: recorder.recent,
    clearSocketFile,
  });
  if (listening.problem !== undefined) {
    watcher.close();
    keys.close();
    await Promise.all([recorder.close(0), traces.close(0)]);
    return { problems: [listening.problem] };
  }
  const { listener, admin } = listening;
  log.info('serving', {
    address: listener.address,
    admin: admin.address,
    policies: dir,
    version: packageVersion(),
  });
  return {
    server: {
      address: listener.address,
      admin: admin.address,
      reload() {
        log.info('reloading, as asked');
        watcher.poke();
        recorder.reopen();
      },
      async stop() {
        log.info('draining', { inflight: check.inflight(), timeout_ms: drainTimeout });
        health.setServing(false);
        await listener.drain(drainTimeout);
        watcher.close();
        keys.close();
        await check.settled();
        await Promise.all([recorder.close(FLUSH_TIMEOUT), traces.close(FLUSH_TIMEOUT)]);
        await admin.close();
        log.info('stopped');
      },
    },
  };
}

interface Prepared {
  readonly sinks: readonly Sink[];
  readonly tls: ServerTls | undefined;
  readonly problems?: undefined;
}

/** Opens what the configuration names. All that cannot be opened is reported at once. */
async function prepare(
  { audit, tls }: Configuration,
  directory: string,
  stdout: Writable,
): Promise<Prepared | { readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const read = async (flag: string, path: string): Promise<Uint8Array> =>
    readFile(resolve(directory, path)).catch((error: unknown) => {
      problems.push(`${flag}: \`${path}\` cannot be read (${reasonOf(error)})`);
      return new Uint8Array();
    });
  const served =
    tls === undefined
      ? undefined
      : {
          cert: await read('--tls-cert', tls.cert),
          key: await read('--tls-key', tls.key),
          clientCa: tls.clientCa === undefined ? undefined : await read('--tls-client-ca', tls.clientCa),
        };
  const sinks: Sink[] = [];
  for (const target of audit) {
    if (target.kind === 'stdout') {
      sinks.push(streamSink('stdout', stdout));
      continue;
    }
    await fileSink(resolve(directory, target.path)).then(
      (sink) => sinks.push(sink),
      (error: unknown) => problems.push(`--audit: \`${target.path}\` cannot be opened (${reasonOf(error)})`),
    );
  }
  if (problems.length === 0) return { sinks, tls: served };
  await Promise.all(sinks.map((sink) => sink.close()));
  return { problems };
}

type Listening =
  | { readonly listener: Listener; readonly admin: Admin; readonly problem?: undefined }
  | { readonly problem: string };

async function listen(
  { listen: address, admin: adminAddress }: Configuration,
  tls: ServerTls | undefined,
  methods: Methods,
  supply: Omit<AdminOptions, 'address'>,
): Promise<Listening> {
  let listener: Listener;
  try {
    listener = await createGrpcJsTransport().listen(
      { address, tls, maxMessageBytes: MAX_MESSAGE_BYTES },
      methods,
    );
  } catch (error) {
    return { problem: `--listen: ${errorMessage(error)}` };
  }
  try {
    return { listener, admin: await startAdmin({ address: adminAddress, ...supply }) };
  } catch (error) {
    await listener.drain(0);
    return { problem: `--admin: ${errorMessage(error)}` };
  }
}

/** Why a file could not be used: the system's code where there is one. */
function reasonOf(error: unknown): string {
  return errorCode(error) || errorMessage(error);
}
