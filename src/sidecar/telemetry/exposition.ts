import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource } from '@opentelemetry/resources';
import type { MetricData } from '@opentelemetry/sdk-metrics';

type Serialized = Parameters<PrometheusSerializer['serialize']>[0];

/** Metrics in the Prometheus text format 0.0.4, with unchanged names, without scope labels and target info. */
export function exposition(metrics: MetricData[]): string {
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const scopeMetrics: Serialized['scopeMetrics'] = [{ scope: { name: 'lictor' }, metrics }];
  return serializer.serialize({ resource: emptyResource(), scopeMetrics });
}
