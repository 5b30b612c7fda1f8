import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Decision } from '../../engine/decision/decide.ts';
import type { SpanReference } from '../../engine/request/traceparent.ts';
import type { TelemetryOptions } from './telemetry-options.ts';

export interface Traces {
  /** False: no span is ever recorded, so that each decision belongs to the place of its caller. */
  readonly areSent: boolean;
  /**
   * Creates the span of a decision that was answered. Returns its place in the trace: that of the span if it is
   * recorded, else that of the caller. `traceparent` is the header of the call of Envoy (W3C Trace Context), or empty.
   */
  trace(decision: Decision, traceparent: string): SpanReference;
  /** Sends the spans that are left, for at most `timeout` milliseconds; never rejects. */
  close(timeout: number): Promise<void>;
}

export interface TracesOptions extends TelemetryOptions {
  /** Replaces the exporter that the environment selects. */
  readonly exporter?: SpanExporter;
}
