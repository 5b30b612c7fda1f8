import { denyUnevaluated, type PendingDecision } from '../decision/decide.ts';
import type { Awaitable } from '../decision/first-of.ts';
import type { DenialReason } from '../decision/reasons.ts';
import type { Attributes } from '../request/attributes.ts';
import { decodeCheck } from './decode.ts';
import { DeferredWork, type OnDecision, type Schedule } from './deferred-work.ts';
import { encodeCheck, LAST_RESORT } from './encode.ts';
import type { DecodeText } from './messages.ts';
import { ProxyObserver } from './proxy-observer.ts';

/** The part of a call that a Check handler needs; `Call` of the transport has it. */
export interface CheckCall {
  metadata(name: string): string | undefined;
  /** Milliseconds since 1970; Infinity if the caller set none. */
  readonly deadline: number;
}

/** The live policy set; undefined until one is live. */
type LiveSet = Parameters<typeof denyUnevaluated>[3];

export interface CheckOptions {
  /** Decoder of the texts of messages. */
  readonly decodeText: DecodeText;
  /** Observer of the proxy, which learns from each check; default: one with default settings. */
  readonly proxy?: ProxyObserver;
  /**
   * Decides one request by `set`; `start` is now, and after `deadline` (both milliseconds since 1970) the decision is
   * not used.
   */
  readonly decide: (
    attributes: Attributes,
    deadline: number,
    set: LiveSet,
    start: number,
  ) => Awaitable<PendingDecision>;
  /** Returns the live policy set; called once for each check. */
  readonly set: () => LiveSet;
  /** Milliseconds since 1970, with fractions. */
  readonly clock: () => number;
  /** Returns a new decision id. */
  readonly id: () => string;
  /** Maximum time for one decision, milliseconds. A shorter deadline of the caller takes precedence. */
  readonly deadline: number;
  /** Maximum number of decisions under way; further checks are denied as `overloaded`. */
  readonly maxInflight: number;
  /** Called with every decision after it was answered. Errors that it throws or rejects with are ignored. */
  readonly onDecision: OnDecision;
  readonly schedule: Schedule;
}

export interface Check {
  /**
   * The handler of `Authorization/Check`. Always returns a CheckResponse: at once unless the decision must wait; never
   * throws or rejects.
   */
  readonly handle: (request: Uint8Array, call: CheckCall) => Awaitable<Uint8Array>;
  /** Answers a message that the transport refused, because it is longer than `limit` bytes. */
  readonly tooLarge: (limit: number, call: CheckCall) => Uint8Array;
  /** Number of decisions under way, with those past their deadline. */
  readonly inflight: () => number;
  /** Resolves when `onDecision` has completed for every decision made so far. */
  readonly settled: () => Promise<void>;
}

/** A check whose decision is not there at once. Times in milliseconds since 1970. */
interface Waiting {
  readonly attributes: Attributes;
  readonly live: LiveSet;
  readonly now: number;
  readonly until: number;
}

/** Answers ext_authz checks: decode, decide, encode. */
export function createCheck(options: CheckOptions): Check {
  const { decodeText, proxy = new ProxyObserver(), decide, set, clock, deadline, maxInflight } = options;
  const deferredWork = new DeferredWork(options.onDecision, options.schedule);
  let inflight = 0;

  const deny = (
    reason: DenialReason,
    live: LiveSet,
    about?: Attributes,
    fault?: Error,
    began?: number,
  ): PendingDecision => ({
    decision: denyUnevaluated(reason, DETAILS[reason] ?? reason, about, live, options, fault, began),
  });

  const evaluate = (request: Uint8Array, call: CheckCall): Awaitable<PendingDecision> => {
    // One check, one set: a denial without an evaluation also names the revision that was live at the start.
    const live = set();
    const { attributes, reason } = decodeCheck(request, decodeText, proxy);
    if (reason !== undefined) return deny(reason, live);
    if (inflight >= maxInflight) return deny('overloaded', live, attributes);
    const now = clock();
    const until = Math.min(callerDeadline(call.deadline, now), now + deadline);
    if (until <= now) return deny('deadline_exceeded', live, attributes);
    let decided: Awaitable<PendingDecision>;
    inflight += 1;
    try {
      decided = decide(attributes, until, live, now);
    } catch (fault) {
      inflight -= 1;
      return deny('internal_error', live, attributes, asError(fault));
    }
    if (decided instanceof Promise) return waitFor(decided, { attributes, live, now, until });
    inflight -= 1;
    proxy.observeHost(attributes, decided.decision.policy, live);
    return decided;
  };

  /** The decision; a denial at the deadline. It counts as under way until it ends, also after the deadline. */
  const waitFor = async (
    decided: Promise<PendingDecision>,
    { attributes, live, now, until }: Waiting,
  ): Promise<PendingDecision> => {
    const counted = decided
      .catch((fault: unknown) => deny('internal_error', live, attributes, asError(fault)))
      .finally(() => {
        inflight -= 1;
      });
    const pending = await within(until - now, counted);
    if (pending === undefined) return deny('deadline_exceeded', live, attributes, undefined, now);
    proxy.observeHost(attributes, pending.decision.policy, live);
    return pending;
  };

  const answer = (pending: PendingDecision, call: CheckCall): Uint8Array => {
    const response = encodeCheck(pending.decision);
    deferredWork.push(pending, call.metadata('traceparent'));
    return response;
  };

  /** Answers even if a denial cannot be made because the clock or the source of ids fails. */
  const orFallback = (denial: () => Uint8Array): Uint8Array => {
    try {
      return denial();
    } catch {
      return LAST_RESORT;
    }
  };

  const answerFault = (fault: unknown, call: CheckCall): Uint8Array =>
    orFallback(() => answer(deny('internal_error', set(), undefined, asError(fault)), call));

  return {
    handle: (request, call) => {
      try {
        const evaluated = evaluate(request, call);
        if (!(evaluated instanceof Promise)) return answer(evaluated, call);
        return evaluated
          .then((pending) => answer(pending, call))
          .catch((fault: unknown) => answerFault(fault, call));
      } catch (fault) {
        return answerFault(fault, call);
      }
    },
    tooLarge: (limit, call) => {
      const fault = new Error(`a check was larger than ${String(limit)} bytes`);
      return orFallback(() => answer(deny('bad_check', set(), undefined, fault), call));
    },
    inflight: () => inflight,
    settled: () => deferredWork.settled(),
  };
}

/** Sentences for the caller. */
const DETAILS: Partial<Record<DenialReason, string>> = {
  bad_check: 'the check of the proxy cannot be read',
  not_http: 'only HTTP requests are decided here',
  overloaded: 'too many decisions are under way',
  deadline_exceeded: 'the decision was not complete at the deadline',
  internal_error: 'the decision failed',
};

/**
 * A time shortly before the deadline of the caller (a tenth of the time left, at most 20 ms): an answer after the
 * deadline is a gRPC error at the proxy, which allows the request if it is configured to fail open.
 */
function callerDeadline(deadline: number, now: number): number {
  if (deadline === Number.POSITIVE_INFINITY) return deadline;
  return deadline - Math.min(20, (deadline - now) / 10);
}

/** The value; undefined if it does not resolve within so many milliseconds. */
function within<T>(milliseconds: number, value: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER), undefined);
    value.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Longest delay that `setTimeout` accepts, 24.8 days in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

function asError(fault: unknown): Error {
  return fault instanceof Error
    ? fault
    : new Error('a value that is not an Error was thrown', { cause: fault });
}
