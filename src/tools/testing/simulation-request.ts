import type { CheckRequestMessage } from '../../engine/envoy/messages.ts';
import type { TestCaller, TestRequest } from '../../policy/compile/policy-test.ts';

/** One request to be decided. */
export interface SimulationRequest {
  readonly caller: TestCaller;
  readonly request: TestRequest;
  /** Milliseconds since 1970; undefined: now. */
  readonly now: number | undefined;
  /** What else the proxy said about it, and a body that is no text. */
  readonly base: CheckRequestMessage | undefined;
  /** What the request was decided as before. */
  readonly recorded: RecordedOutcome | undefined;
  /** What the user should know about it. */
  readonly notes: readonly string[];
}

export type SimulationRequestResult =
  | { readonly simulation: SimulationRequest; readonly problem?: undefined }
  | { readonly problem: string; readonly simulation?: undefined };

/** How a request was decided when it was recorded. */
export interface RecordedOutcome {
  readonly decision: string;
  readonly reason: string;
  readonly status: number;
  readonly policy: string;
  readonly rule: string;
  /** The digest of the policies that decided; empty while none was live. */
  readonly digest: string;
}
