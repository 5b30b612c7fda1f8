import type { Revision } from '../policy/revision.ts';
import type { JsonValue } from '../request/attributes.ts';
import type { Allow } from './decide.ts';
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

/** One decision, complete: what is answered, and everything that is recorded, counted and traced about it. */
export interface Decision {
  readonly id: string;
  /** Milliseconds since 1970, with fractions, when the decision began. */
  readonly time: number;
  /** Microseconds, with fractions. */
  readonly duration: number;
  readonly outcome: Allow | Denial;
  readonly reason: Reason;
  /** HTTP status; 200 for an allow. */
  readonly status: number;
  /** Name of the policy that decided, empty where none did. */
  readonly policy: string;
  /** Name of the rule (or limit) that decided, empty where none did. */
  readonly rule: string;
  /** Undefined only while no policy set was ever live. */
  readonly revision: Revision | undefined;
  /** The revision as answers carry it; empty with `revision` undefined. */
  readonly revisionText: string;
  readonly request: {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    /** Canonical where it could be made so, without the query string. */
    readonly path: string;
    /** Whether the caller speaks gRPC, which changes what a refusal looks like. */
    readonly grpc: boolean;
    /** The `traceparent` header that came with the request, empty when none did. */
    readonly traceparent: string;
  };
  readonly source: { readonly principal: string; readonly address: string };
  readonly destination: { readonly principal: string };
  readonly jwt: { readonly issuer: string; readonly subject: string } | undefined;
  /** Compliance controls of the policy that decided. */
  readonly controls: readonly string[];
  readonly limits: readonly LimitVerdict[];
  readonly shadow: readonly ShadowVerdict[];
  /** What failed, for the process log of the operator; never shown to the caller. */
  readonly fault: Error | undefined;
}
