import type { CheckRequestMessage } from '../../engine/envoy/messages.ts';
import type { TestCaller, TestRequest } from '../../policy/compile/policy-test.ts';
import type { RecordedDecision } from '../../sidecar/audit/read-record.ts';

/** One request to be decided. */
export interface SimulationRequest {
  readonly caller: TestCaller;
  readonly request: TestRequest;
  /** Milliseconds since 1970; undefined: now. */
  readonly now: number | undefined;
  /** Other attributes from the proxy, and a body that is not text. */
  readonly base: CheckRequestMessage | undefined;
  /** The recorded decision. */
  readonly recorded: RecordedDecision | undefined;
  /** Notes for the user. */
  readonly notes: readonly string[];
}

export type SimulationRequestResult =
  | { readonly simulation: SimulationRequest; readonly problem?: undefined }
  | { readonly problem: string; readonly simulation?: undefined };
