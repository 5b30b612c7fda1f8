import { parseTraceparent } from '../../engine/request/traceparent.ts';
import type { Traces, TracesOptions } from './decision-tracer.ts';
import { exporterOf } from './exporter.ts';
import { spanReference } from './span-reference.ts';

/**
 * Spans of decisions, sent by OTLP if the standard variables select an exporter. Without one, the SDK is not loaded.
 */
export async function createTraces(options: TracesOptions): Promise<Traces> {
  const exporter = options.exporter ?? (await exporterOf(options.environment, 'traces'));
  if (exporter === undefined) {
    return {
      areSent: false,
      trace: (_, traceparent) => spanReference(parseTraceparent(traceparent)),
      async close() {},
    };
  }
  const { exportingTraces } = await import('./spans.ts');
  return exportingTraces(options, exporter);
}
