import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Decision } from '../decision/decision.ts';
import { parseTraceparent, type TracePlace } from '../request/traceparent.ts';
import { createExporter, exporterKind } from './exporter.ts';
import type { Log } from './logging.ts';
import { placeOf } from './trace-place.ts';

export interface Traces {
  /**
   * Makes the span of a decision that was answered, and says where it stands: in our own span when one is recorded,
   * else in the caller's. `traceparent` is that of Envoy's call (W3C Trace Context), empty when there was none.
   */
  trace(decision: Decision, traceparent: string): TracePlace;
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

/**
 * Spans for decisions, sent by OTLP when the standard variables ask for it. When they do not, nothing of the SDK is
 * even loaded.
 */
export async function createTraces(options: TracesOptions): Promise<Traces> {
  const exporter = options.exporter ?? (await exporterOf(options.environment));
  if (exporter === undefined) {
    return { trace: (_, traceparent) => placeOf(parseTraceparent(traceparent)), async close() {} };
  }
  const { exportingTraces } = await import('./spans.ts');
  return exportingTraces(options, exporter);
}

async function exporterOf(environment: NodeJS.ProcessEnv): Promise<SpanExporter | undefined> {
  const kind = exporterKind(environment);
  return kind === 'none' ? undefined : createExporter(kind);
}
