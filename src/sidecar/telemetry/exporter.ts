import type { Exporters, Protocol } from './exporters.ts';

export type ExporterKind = 'none' | Protocol;
export type Signal = keyof Exporters;

/**
 * The exporter that the standard variables select for a signal. Unlike the specification, no variable means no exporter:
 * a sidecar must not open connections that nobody configured. The endpoint for all signals alone selects traces, since
 * collectors that take only those were configured by it. An unknown protocol means the default, `http/protobuf`.
 */
export function exporterKind(environment: NodeJS.ProcessEnv, signal: Signal): ExporterKind {
  const read = (name: string) => environment[name]?.trim().toLowerCase() ?? '';
  const name = signal.toUpperCase();
  if (read('OTEL_SDK_DISABLED') === 'true') return 'none';
  const exporters = read(`OTEL_${name}_EXPORTER`);
  const endpoint =
    read(`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`) ||
    (signal === 'traces' ? read('OTEL_EXPORTER_OTLP_ENDPOINT') : '');
  const isSelected =
    exporters === '' ? endpoint !== '' : exporters.split(',').some((each) => each.trim() === 'otlp');
  if (!isSelected) return 'none';
  const protocol = read(`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`) || read('OTEL_EXPORTER_OTLP_PROTOCOL');
  return protocol === 'grpc' || protocol === 'http/json' ? protocol : 'http/protobuf';
}

/** Loads the exporter that the environment selects for a signal; undefined if it selects none. */
export async function exporterOf<S extends Signal>(
  environment: NodeJS.ProcessEnv,
  signal: S,
): Promise<Exporters[S] | undefined> {
  const kind = exporterKind(environment, signal);
  if (kind === 'none') return undefined;
  const { LOADERS } = await import('./exporters.ts');
  return await LOADERS[signal][kind]();
}
