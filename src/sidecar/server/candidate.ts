import { randomBytes } from 'node:crypto';
import { decide } from '../../engine/decision/decide.ts';
import type { Services } from '../../engine/decision/services.ts';
import type { KeyRing } from '../../engine/identity/key-ring.ts';
import { createTokenVerifier, type VerifiedTokens } from '../../engine/identity/token.ts';
import { createLocalStore, type LocalStore } from '../../engine/limit/local-store.ts';
import { UNCOUNTED } from '../../engine/limit/uncounted-store.ts';
import { indexSteps } from '../../engine/set/policy-index.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { Budget } from '../candidate/budget.ts';
import { DIVERGENCES } from '../candidate/divergence.ts';
import { IdleQueue } from '../candidate/idle-queue.ts';
import { CandidateJudge, type FoundDivergence } from '../candidate/judge.ts';
import { LivePolicies } from '../loading/live-policies.ts';
import type { Loader } from '../loading/loader.ts';
import type { Log } from '../telemetry/logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import {
  type CandidatePage,
  type CandidateStatus,
  candidatePage,
  candidateStatus,
} from './candidate-status.ts';
import type { Configuration } from './configuration.ts';
import { limitsOf } from './limit-stores.ts';
import { described } from './reload-observer.ts';
import { startLoadingCandidate } from './start-loading.ts';

/** The candidate of a sidecar. */
export interface Candidate {
  readonly beside: CandidateJudge['beside'];
  readonly status: () => CandidateStatus;
  readonly page: () => CandidatePage;
  /** Loads the folder at once, even without a change. */
  poke(): void;
  close(): void;
}

export interface CandidateOptions {
  /** Folder of relative paths. */
  readonly directory: string;
  readonly live: LivePolicies;
  /** Loader of the live policies: the candidate is loaded after the first policy set is live. */
  readonly loader: Loader;
  readonly services: Services;
  /** Tokens that were verified for the live policies. */
  readonly verified: VerifiedTokens;
  readonly keys: KeyRing;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Share of `--limit-keys` for which the candidate has room, in addition. */
const LIMIT_SHARE = 1 / 5;
/** Tokens that are remembered for the candidate. */
const MOST_TOKENS = 1000;

/** Loads the folder of a candidate, and judges decisions by it. */
export function wireCandidate(configuration: Configuration, options: CandidateOptions): Candidate {
  const { candidateShare: share, limitKeys } = configuration;
  const { directory, live, loader, services, metrics, keys, log } = options;
  const store = new LivePolicies(candidateObserver(options));
  const seed = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()] as const;
  const limits = createLocalStore({ maxKeys: limitKeys * LIMIT_SHARE, seed });
  const own = servicesOf(options, limits);
  const judge = new CandidateJudge({
    share,
    queue: queueOf(configuration, services.monotonic),
    live: () => live.current(),
    candidate: () => store.current(),
    decide: (attributes, set, time) => decide(attributes, set, own, undefined, undefined, time),
    clock: services.clock,
    onResult: (result) => metrics.candidateJudged(result),
    onDivergence: (found) => reportDivergence(found, options),
  });
  let ownLoader: Loader | undefined;
  let isClosed = false;
  const load = async (): Promise<void> => {
    await loader.firstLive;
    if (isClosed) return;
    ownLoader = startLoadingCandidate(configuration, directory);
    ownLoader?.serve({
      policies: store,
      prepare: (set) => readySteps(set, keys, limits, services.monotonic),
      onRestart: (cause) => log.warn('the process that watches the candidate is started again', { cause }),
    });
  };
  void load();
  const status = () => candidateStatus(store, share, judge.comparison);
  return {
    beside: (pending, attributes) => judge.beside(pending, attributes),
    status,
    page: () => candidatePage(status(), judge.comparison),
    poke: () => ownLoader?.poke(),
    close() {
      isClosed = true;
      ownLoader?.close();
    },
  };
}

function queueOf({ candidateCpu }: Configuration, clock: () => number): IdleQueue {
  return new IdleQueue({
    budget: new Budget(candidateCpu, clock()),
    clock,
    schedule: setImmediate,
    delay: (work, milliseconds) => setTimeout(work, milliseconds).unref(),
  });
}

/**
 * The services of the live policies with limits that count in this process alone, and with a verifier that changes
 * nothing of the live one: it fetches no keys, and uses the signatures that were verified.
 */
function servicesOf({ services, verified, keys }: CandidateOptions, limits: LocalStore): Services {
  const { reading: _, ...others } = services;
  const held = { of: keys.of.bind(keys), refetch: () => undefined };
  return {
    ...others,
    id: () => '',
    tokens: createTokenVerifier({ keys: held, crypto: nodeCrypto, cacheSize: MOST_TOKENS, verified }),
    limits,
    shadowLimits: UNCOUNTED,
  };
}

function* readySteps(
  set: PolicySet,
  keys: KeyRing,
  limits: LocalStore,
  clock: () => number,
): Generator<undefined, void> {
  yield* indexSteps(set.policies);
  yield* keys.prepare(set.issuers.values());
  limits.follow(limitsOf(set, 'enforce'), clock());
}

function candidateObserver({
  keys,
  metrics,
  log,
}: CandidateOptions): ConstructorParameters<typeof LivePolicies>[0] {
  let hasOne = false;
  return {
    onSwap(set) {
      hasOne = true;
      keys.useCandidates(set.issuers.values());
      metrics.candidateReloaded('success');
      metrics.candidateLive(set);
      log.info('another candidate is judged', {
        candidate: set.revisionText,
        policies: set.policies.length,
      });
    },
    onFailure(reload) {
      metrics.candidateReloaded('failure');
      const state = hasOne ? 'the last valid one is judged' : 'none is judged yet';
      log.error(`the candidate was rejected; ${state}`, described(reload));
    },
    onRecovery(reload) {
      metrics.candidateReloaded('success');
      log.info('the folder of the candidate is valid again', described(reload));
    },
  };
}

/** Counts each difference, and logs the first of each kind. */
function reportDivergence(
  { kind, decision, verdict, isFirst }: FoundDivergence,
  { metrics, log }: CandidateOptions,
): void {
  metrics.candidateDiverged(kind, verdict);
  if (!isFirst) return;
  const { id, reason, policy, rule } = decision;
  log.warn(DIVERGENCES[kind], { kind, decision_id: id, reason, policy, rule, candidate: verdict });
}
