import type { Revision } from '../set/revision.ts';
import type { Caller } from './identities.ts';
import type { CandidateVerdict, Denial, LimitVerdict, ShadowVerdict } from './outcome.ts';
import type { Reason } from './reasons.ts';
import type { Recordable } from './recordable.ts';

/**
 * One decision, complete: the answer, and everything that is recorded, counted and traced about it. `Permit` is the
 * value that only `decide` can make; `Decision` in `decide.ts` is this type with that value.
 */
export interface DecisionOf<Permit> {
  readonly id: string;
  /** Milliseconds since 1970, with fractions, when the decision began. */
  readonly time: number;
  /** Microseconds, with fractions. */
  readonly duration: number;
  readonly outcome: Permit | Denial;
  readonly reason: Reason;
  /** HTTP status; 200 for an allow. */
  readonly status: number;
  /** Name of the policy that decided; empty if none did. */
  readonly policy: string;
  /** Name of the rule or limit that decided; empty if none did. */
  readonly rule: string;
  /** Undefined only while no policy set was ever live. */
  readonly revision: Revision | undefined;
  /** The revision as answers carry it; empty with `revision` undefined. */
  readonly revisionText: string;
  /** Name of the Environment document that applies; empty if the folder has none. */
  readonly environment: string;
  readonly request: {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    /** Canonical if possible, without the query string. */
    readonly path: string;
    /** True if the caller speaks gRPC, which gets denials in another form. */
    readonly grpc: boolean;
    /** The `traceparent` header of the request; empty if it has none. */
    readonly traceparent: string;
  };
  readonly source: { readonly principal: string; readonly address: string };
  readonly destination: { readonly principal: string };
  /** The peer that `authenticate.mtls` accepted; undefined if no applicable policy requires one, or none was accepted. */
  readonly caller: Caller | undefined;
  readonly jwt: { readonly issuer: string; readonly subject: string } | undefined;
  /** Compliance controls of the policy that decided. */
  readonly controls: readonly string[];
  readonly limits: readonly LimitVerdict[];
  readonly shadow: readonly ShadowVerdict[];
  /** Verdict of the candidate where it differs from this decision. */
  readonly candidate?: CandidateVerdict;
  /** Source of what policies want recorded; undefined if no policy was selected. */
  readonly recordable: Recordable | undefined;
  /** The fault, for the process log of the operator; never shown to the caller. */
  readonly fault: Error | undefined;
}
