import type { JsonValue } from '../request/attributes.ts';
import type { DenialReason, Reason } from './reasons.ts';

/** A refusal, ready to be answered. */
export interface Denial {
  readonly reason: DenialReason;
  /** HTTP status, 4xx or 5xx. */
  readonly status: number;
  /** For the caller: one sentence; never a rule's source, a token or a claim's value. */
  readonly detail: string;
  /** Response headers toward the caller, lower-case names: `www-authenticate`, `retry-after`, those of the policy. */
  readonly headers: ReadonlyMap<string, string>;
  /** What the policy answers instead of a problem document. */
  readonly body: string | undefined;
}

/** What an allowed request is changed by on its way. Lower-case names. */
export interface Changes {
  readonly requestHeaders: {
    readonly set: ReadonlyMap<string, string>;
    /** Each goes behind what the request, or `set`, has under the name. */
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
  };
  /** Plain JSON values, for filters behind this one. */
  readonly metadata: ReadonlyMap<string, JsonValue>;
  readonly overwritten: readonly Overwritten[];
}

/** A name that two policies set differently for one request, which is seldom meant. The later one wins. */
export interface Overwritten {
  readonly what: 'request header' | 'response header' | 'query parameter' | 'metadata value';
  readonly name: string;
  /** Names of the policies. */
  readonly earlier: string;
  readonly later: string;
}

/** What a shadow policy would have said by itself. */
export interface ShadowVerdict {
  readonly policy: string;
  readonly rule: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: Reason;
}

/** A limit that was asked. */
export interface LimitVerdict {
  readonly policy: string;
  readonly name: string;
  readonly allowed: boolean;
  readonly remaining: number;
}
