import { decide, isAllow } from '../../engine/decision/decide.ts';
import type { ShadowVerdict } from '../../engine/decision/outcome.ts';
import type { Services } from '../../engine/decision/services.ts';
import type { DecisionTrace } from '../../engine/decision/trace.ts';
import { type Check, createCheck } from '../../engine/envoy/check.ts';
import { ProxyObserver } from '../../engine/envoy/proxy-observer.ts';
import { createCertificateReader } from '../../engine/identity/certificate.ts';
import { createTokenVerifier, type TokenVerifier } from '../../engine/identity/token.ts';
import type { LimitStore } from '../../engine/limit/limit.ts';
import { createLocalStore } from '../../engine/limit/local-store.ts';
import type { PolicySet, SourceLocation } from '../../engine/set/policy-set.ts';
import { checkMessages } from '../../node/check-messages.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { decodeText } from '../../node/decode-text.ts';
import { inEnvironment } from '../../policy/compile/environments.ts';
import type { PolicyTestDocument, TestCase, TestStep } from '../../policy/compile/policy-test.ts';
import { type Answer, answerOf, type Difference, differences } from './answer.ts';
import { checkRequest, joinedHeaders, type Sent, sentBy } from './case-message.ts';
import { cacheSignatures } from './signing-cache.ts';
import { NO_QUERY_CHANGES, type Snapshots, snapshotOf } from './snapshots.ts';
import { readerOfTests } from './test-certificates.ts';
import { createThrowawayKeys, type ThrowawayKeys } from './throwaway-keys.ts';

/** A case with its document. */
export interface ListedCase {
  readonly document: PolicyTestDocument;
  readonly case: TestCase;
}

/** One case, run. */
export interface CaseResult {
  readonly test: string;
  readonly case: TestCase;
  readonly source: SourceLocation;
  readonly answer: Answer;
  /** Empty: it holds. */
  readonly differences: readonly Difference[];
  /** Milliseconds. */
  readonly duration: number;
}

/** Options of a test run. */
export interface TestRunOptions {
  /** Compares a whole answer with the snapshot that a case names; without it, snapshots are not compared. */
  readonly snapshots?: Pick<Snapshots, 'compare'> | undefined;
  /** Receives the steps of every decision. */
  readonly trace?: DecisionTrace | undefined;
  /** Called before each request of a case. */
  readonly onAsk?: (() => void) | undefined;
}

const NOBODY_STOPS_WAITING = { metadata: () => undefined, deadline: Number.POSITIVE_INFINITY };

/**
 * Runs policy tests through the server's own code, from the bytes of a CheckRequest to those of a CheckResponse.
 * The clock is frozen, keys are throwaway keys, and each case starts with full buckets.
 */
export class TestRun {
  readonly #set: PolicySet;
  readonly #keys: ThrowawayKeys = cacheSignatures(createThrowawayKeys());
  readonly #tokens: TokenVerifier = createTokenVerifier({ keys: this.#keys, crypto: nodeCrypto });
  readonly #certificates = readerOfTests(createCertificateReader(nodeCrypto));
  /** For tests that do not say what time it is, milliseconds since 1970. */
  readonly #now: number;
  readonly #options: TestRunOptions;
  /** Time of the case that runs, milliseconds since 1970. */
  #time = 0;
  readonly #limits = renewable();
  readonly #shadowLimits = renewable();
  /** Verdicts of the shadow policies on the last request. */
  #shadow: readonly ShadowVerdict[] = [];
  /** Changes of the query string by the last answer. */
  #query = NO_QUERY_CHANGES;
  /** By test document and Environment. */
  readonly #checks = new Map<PolicyTestDocument, Map<string, Check>>();

  constructor(set: PolicySet, now: number, options: TestRunOptions = {}) {
    this.#set = set;
    this.#now = now;
    this.#options = options;
  }

  async run(test: PolicyTestDocument, each: TestCase): Promise<CaseResult> {
    const started = performance.now();
    const now = test.now ?? this.#now;
    const check = this.#check(test, each.environment);
    this.#time = now;
    this.#keys.publish(new Map());
    this.#limits.renew();
    this.#shadowLimits.renew();
    const { maxRequestBytes } = test;
    for (const step of each.after) await this.#ask(step, check, now, maxRequestBytes);
    const { sent, response } = await this.#ask(each, check, now, maxRequestBytes);
    const decoded = checkMessages.decodeResponse(response);
    const headers = joinedHeaders(sent.headers);
    const answer = answerOf(decoded, headers, this.#shadow);
    const { snapshot } = each.expect;
    const { snapshots } = this.#options;
    const unlike =
      snapshot === undefined || snapshots === undefined
        ? []
        : snapshots.compare(each.source.file, snapshot, snapshotOf(decoded, answer, headers, this.#query));
    return {
      test: test.name,
      case: each,
      source: each.source,
      answer,
      differences: [...differences(each.expect, answer), ...unlike],
      duration: performance.now() - started,
    };
  }

  /** Sends a request as often as it is to be sent, and returns the last answer. */
  async #ask(
    step: TestStep,
    check: Check,
    now: number,
    maxRequestBytes: number,
  ): Promise<{ sent: Sent; response: Uint8Array }> {
    if (step.keys !== undefined) this.#keys.publish(step.keys);
    const sent = await sentBy(step, this.#set.issuers, this.#keys, now);
    const request = checkMessages.encodeRequest(checkRequest(step, sent, now, maxRequestBytes));
    let response: Uint8Array = new Uint8Array();
    for (let time = 0; time < step.repeat; time += 1) {
      this.#options.onAsk?.();
      response = await check.handle(request, NOBODY_STOPS_WAITING);
    }
    await check.settled();
    return { sent, response };
  }

  /** One for all cases of a document in an Environment: what a case changes is its clock and its buckets. */
  #check(test: PolicyTestDocument, environment: string): Check {
    const checks = this.#checks.get(test) ?? new Map<string, Check>();
    this.#checks.set(test, checks);
    const check = checks.get(environment) ?? this.#createCheck(test, environment);
    checks.set(environment, check);
    return check;
  }

  #createCheck({ xfccTrustedHops, maxRequestBytes }: PolicyTestDocument, environment: string): Check {
    const set = inEnvironment(this.#set, environment) ?? this.#set;
    const services: Services = {
      clock: () => this.#time,
      monotonic: () => this.#time,
      id: () => '00000000-0000-4000-8000-000000000000',
      tokens: this.#tokens,
      certificates: this.#certificates,
      xfccTrustedHops,
      limits: this.#limits,
      shadowLimits: this.#shadowLimits,
    };
    return createCheck({
      ...services,
      decodeText,
      proxy: new ProxyObserver({ maxRequestBytes, isSimulated: true }),
      decide: (attributes) => decide(attributes, set, services, undefined, this.#options.trace),
      set: () => set,
      // The clock is frozen, so no deadline is reached; the evaluation budget bounds expressions.
      deadline: Number.MAX_SAFE_INTEGER,
      maxInflight: 1,
      onDecision: ({ shadow, outcome }) => {
        this.#shadow = shadow;
        this.#query = isAllow(outcome) ? outcome.changes.query : NO_QUERY_CHANGES;
      },
      schedule: setImmediate,
    });
  }
}

/** Buckets that `renew` fills. */
function renewable(): LimitStore & { renew(): void } {
  let store: LimitStore = createLocalStore({ maxKeys: 10_000, seed: [0, 0] });
  return {
    take: (take, now) => store.take(take, now),
    takeAll: (takes, now) => store.takeAll(takes, now),
    giveBack: (takes, now) => store.giveBack(takes, now),
    renew() {
      store = createLocalStore({ maxKeys: 10_000, seed: [0, 0] });
    },
  };
}
