import { type PendingDecision, refuse } from '../decision/decide.ts';
import type { DenialReason } from '../decision/reasons.ts';
import type { Attributes } from '../request/attributes.ts';
import { decodeCheck } from './decode.ts';
import { DeferredWork, type OnDecision, type Schedule } from './deferred-work.ts';
import { encodeCheck, lastResort } from './encode.ts';
import type { CheckMessages } from './messages.ts';

/** What a Check handler needs of a call; `Call` of the transport has it. */
export interface CheckCall {
  metadata(name: string): string | undefined;
  /** Milliseconds since 1970, Infinity when the caller did not say. */
  readonly deadline: number;
}

/** The policy set that decides; undefined until one is live. */
export type LiveSet = Parameters<typeof refuse>[3];

export interface CheckOptions {
  /** The wire format. */
  readonly messages: CheckMessages;
  /** Decides one request by `set`; past `deadline` (milliseconds since 1970) nobody waits for it any more. */
  readonly decide: (
    attributes: Attributes,
    deadline: number,
    set: LiveSet,
  ) => PendingDecision | Promise<PendingDecision>;
  /** The policy set that is live; asked once for each check. */
  readonly set: () => LiveSet;
  /** Milliseconds since 1970, with fractions. */
  readonly clock: () => number;
  /** A new decision id. */
  readonly id: () => string;
  /** Longest time for one decision, milliseconds. A shorter deadline of the caller wins. */
  readonly deadline: number;
  /** Decisions under way at once; those above are refused as `overloaded`. */
  readonly maxInflight: number;
  /** Told of every decision when its answer is on its way. What it throws or rejects with harms nothing. */
  readonly onDecision: OnDecision;
  readonly schedule: Schedule;
}

export interface Check {
  /** Always a CheckResponse, never a rejection: the handler of `Authorization/Check`. */
  readonly handle: (request: Uint8Array, call: CheckCall) => Promise<Uint8Array>;
  /** For a message that the transport would not take: longer than `limit` bytes. */
  readonly tooLarge: (limit: number, call: CheckCall) => Uint8Array;
  /** Decisions under way, those included that nobody waits for any more. */
  readonly inflight: () => number;
  /** Settles when `onDecision` was told of every decision made so far. */
  readonly settled: () => Promise<void>;
}

/** Answers ext_authz checks: decode, decide, encode. */
export function createCheck(options: CheckOptions): Check {
  const { messages, decide, set, clock, deadline, maxInflight } = options;
  const afterwards = new DeferredWork(options.onDecision, options.schedule);
  const fallback = lastResort(messages);
  let inflight = 0;

  const no = (
    reason: DenialReason,
    live: LiveSet,
    about?: Attributes,
    fault?: Error,
    began?: number,
  ): PendingDecision => ({
    decision: refuse(reason, DETAILS[reason] ?? reason, about, live, options, fault, began),
  });

  /** Counted until it ends, also when nobody waits for it any more. */
  const ruled = async (attributes: Attributes, until: number, live: LiveSet): Promise<PendingDecision> => {
    inflight += 1;
    try {
      return await decide(attributes, until, live);
    } catch (fault) {
      return no('internal_error', live, attributes, asError(fault));
    } finally {
      inflight -= 1;
    }
  };

  const judge = async (request: Uint8Array, call: CheckCall): Promise<PendingDecision> => {
    // One check, one set: also a refusal that no evaluation led to names the revision that was live at its start.
    const live = set();
    const { attributes, refusal } = decodeCheck(request, messages);
    if (refusal !== undefined) return no(refusal, live);
    if (inflight >= maxInflight) return no('overloaded', live, attributes);
    const now = clock();
    const until = Math.min(callerDeadline(call.deadline, now), now + deadline);
    if (until <= now) return no('deadline_exceeded', live, attributes);
    const pending = ruled(attributes, until, live);
    return (await within(until - now, pending)) ?? no('deadline_exceeded', live, attributes, undefined, now);
  };

  const answer = (pending: PendingDecision, call: CheckCall): Uint8Array => {
    const response = encodeCheck(pending.decision, messages);
    afterwards.push(pending, call.metadata('traceparent') ?? pending.decision.request.traceparent);
    return response;
  };

  /** With an answer even where a refusal cannot be made, the clock or the source of ids being broken. */
  const lastly = (refusal: () => Uint8Array): Uint8Array => {
    try {
      return refusal();
    } catch {
      return fallback;
    }
  };

  return {
    handle: async (request, call) => {
      try {
        return answer(await judge(request, call), call);
      } catch (fault) {
        return lastly(() => answer(no('internal_error', set(), undefined, asError(fault)), call));
      }
    },
    tooLarge: (limit, call) => {
      const fault = new Error(`a check was larger than ${String(limit)} bytes`);
      return lastly(() => answer(no('bad_check', set(), undefined, fault), call));
    },
    inflight: () => inflight,
    settled: () => afterwards.settled(),
  };
}

/** What the caller reads. */
const DETAILS: Partial<Record<DenialReason, string>> = {
  bad_check: 'the check of the proxy cannot be read',
  not_http: 'only HTTP requests are decided here',
  overloaded: 'too many decisions are under way',
  deadline_exceeded: 'the decision was not complete at the deadline',
  internal_error: 'the decision failed',
};

/**
 * A little before the caller stops waiting (a tenth of what is left, 20 ms at most): an answer that comes too late
 * is a gRPC error at the proxy, and one that is set to fail open lets the request through.
 */
function callerDeadline(deadline: number, now: number): number {
  if (deadline === Number.POSITIVE_INFINITY) return deadline;
  return deadline - Math.min(20, (deadline - now) / 10);
}

/** The value, or undefined when it is not there after so many milliseconds. */
function within<T>(milliseconds: number, value: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER), undefined);
    value.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What `setTimeout` can hold, 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

function asError(fault: unknown): Error {
  return fault instanceof Error
    ? fault
    : new Error('something was thrown that is no Error', { cause: fault });
}
