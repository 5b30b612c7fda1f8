import type { JsonValue } from '../request/attributes.ts';
import type { BodyError } from '../schema/body-schema.ts';
import type { DenialReason, Reason } from './reasons.ts';

/** A denial, ready to be encoded. */
export interface Denial {
  readonly reason: DenialReason;
  /** HTTP status, 4xx or 5xx. */
  readonly status: number;
  /** For the caller: one sentence; never a rule's source, a token or a claim's value. */
  readonly detail: string;
  /** The first parts of the body that do not fit a schema, if one refuses it. */
  readonly errors?: readonly BodyError[];
  /** Response headers toward the caller, lower-case names: `www-authenticate`, `retry-after`, those of the policy. */
  readonly headers: ReadonlyMap<string, string>;
  /** Body of the policy, in place of the problem document. */
  readonly body: string | undefined;
}

/** Changes to an allowed request and its response. Lower-case names. */
export interface Changes {
  readonly requestHeaders: {
    readonly set: ReadonlyMap<string, string>;
    /** Each is appended to the value that the request, or `set`, has for the name. */
    readonly append: readonly (readonly [name: string, value: string])[];
    /** None of them is in `set` or `append`. */
    readonly remove: ReadonlySet<string>;
  };
  readonly responseHeaders: {
    readonly set: ReadonlyMap<string, string>;
    readonly append: readonly (readonly [name: string, value: string])[];
  };
  readonly query: {
    readonly set: ReadonlyMap<string, string>;
    /** None of them is in `set`. */
    readonly remove: ReadonlySet<string>;
    /** Path with the changed query string, for the service; undefined if it is the path as sent. */
    readonly path: string | undefined;
  };
  /** Plain JSON values, for later filters of Envoy. */
  readonly metadata: ReadonlyMap<string, JsonValue>;
  readonly overwritten: readonly Overwritten[];
}

const NO_TEXTS: ReadonlyMap<string, string> = new Map();
const NO_NAMES: ReadonlySet<string> = new Set();

/** The changes of every allow that changes nothing: one object, so that an answer can be told to be the usual one. */
export const NO_CHANGES: Changes = Object.freeze({
  requestHeaders: Object.freeze({ set: NO_TEXTS, append: Object.freeze([]), remove: NO_NAMES }),
  responseHeaders: Object.freeze({ set: NO_TEXTS, append: Object.freeze([]) }),
  query: Object.freeze({ set: NO_TEXTS, remove: NO_NAMES, path: undefined }),
  metadata: new Map(),
  overwritten: Object.freeze([]),
});

/** A name that two policies set to different values for one request, probably by mistake. The later one wins. */
export interface Overwritten {
  readonly what: 'request header' | 'response header' | 'query parameter' | 'metadata value';
  readonly name: string;
  /** Names of the policies. */
  readonly earlier: string;
  readonly later: string;
}

/** Decision of a shadow policy by itself, or the decision as it would be with a shadow rule. */
export interface ShadowVerdict {
  /** `rule`: of a shadow rule. Absent: of a shadow policy. */
  readonly of?: 'rule';
  readonly policy: string;
  /** The shadow rule, or the rule of the shadow policy that would decide. */
  readonly rule: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: Reason;
}

/** Decision of the candidate for a request that was decided in another way. */
export interface CandidateVerdict {
  /** Commit of the candidate; empty outside of a git repository. */
  readonly commit: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: Reason;
  readonly policy: string;
  readonly rule: string;
}

/** Name of the shadow policy, or `POLICY/RULE` of the shadow rule, that a verdict is about. */
export function shadowName({ of, policy, rule }: ShadowVerdict): string {
  return of === 'rule' ? `${policy}/${rule}` : policy;
}

/** Result of a limit that the request counted against. */
export interface LimitVerdict {
  readonly policy: string;
  readonly name: string;
  readonly allowed: boolean;
  readonly remaining: number;
  /** Set if the shared store did not answer: decided by the share of this process, or denied. */
  readonly withoutStore?: 'share' | 'unavailable' | undefined;
}
