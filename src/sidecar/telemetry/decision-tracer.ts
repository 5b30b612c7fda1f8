import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Decision } from '../../engine/decision/decide.ts';
import type { SpanReference } from '../../engine/request/traceparent.ts';
import type { Log } from './logging.ts';

export interface Traces {
  /**
   * Makes the span of a decision that was answered, and says where it stands: in our own span when one is recorded,
   * else in the caller's. `traceparent` is that of Envoy's call (W3C Trace Context), empty when there was none.
   */
  trace(decision: Decision, traceparent: string): SpanReference;
  /** Sends what is left, for at most `timeout` milliseconds; never rejects. */
  close(timeout: number): Promise<void>;
}

export interface TracesOptions {
  /** `OTEL_*`; the exporters read the process's own besides. */
  readonly environment: NodeJS.ProcessEnv;
  readonly version: string;
  readonly log: Log;
  /** In place of the one that the environment asks for. */
  readonly exporter?: SpanExporter;
}
