import { DataPointType } from '@opentelemetry/sdk-metrics';
import { parseTraceparent } from '../../engine/request/traceparent.ts';
import type { Exemplar } from './exemplar.ts';
import type { Metric } from './metric-data.ts';

type Labels = Readonly<Record<string, unknown>>;
type HistogramPoint = Extract<Metric, { dataPointType: DataPointType.HISTOGRAM }>['dataPoints'][number];

/** Metrics in the text format of OpenMetrics 1.0, which has exemplars where that of Prometheus has none. */
export function openMetrics(metrics: readonly Metric[]): string {
  return `${metrics.map(family).join('')}# EOF\n`;
}

function family(metric: Metric): string {
  const { name, description } = metric.descriptor;
  const isCounter = metric.dataPointType === DataPointType.SUM;
  const base = isCounter ? name.replace(/_total$/, '') : name;
  return `# HELP ${base} ${escaped(description)}\n# TYPE ${base} ${typeOf(metric)}\n${samplesOf(metric).join('')}`;
}

function typeOf({ dataPointType }: Metric): string {
  if (dataPointType === DataPointType.SUM) return 'counter';
  return dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}

function samplesOf(metric: Metric): readonly string[] {
  const { name } = metric.descriptor;
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.dataPoints.map(({ attributes, value, exemplars }) =>
        sample(name, attributes, value, exemplars[0]),
      );
    case DataPointType.GAUGE:
      return metric.dataPoints.map(({ attributes, value }) => sample(name, attributes, value));
    case DataPointType.HISTOGRAM:
      return metric.dataPoints.flatMap((point) => histogram(name, point));
  }
}

function histogram(name: string, { attributes, value, exemplars }: HistogramPoint): readonly string[] {
  const { boundaries, counts } = value.buckets;
  let sum = 0;
  const buckets = counts.map((count, at) => {
    sum += count;
    const le = boundaries[at] === undefined ? '+Inf' : String(boundaries[at]);
    return sample(`${name}_bucket`, { ...attributes, le }, sum, exemplars[at]);
  });
  return [
    ...buckets,
    sample(`${name}_count`, attributes, value.count),
    sample(`${name}_sum`, attributes, value.sum ?? 0),
  ];
}

function sample(name: string, labels: Labels, value: number, exemplar?: Exemplar): string {
  const example = exemplar === undefined ? '' : ` # ${exemplarText(exemplar)}`;
  return `${name}${labelText(labels)} ${value}${example}\n`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** OpenMetrics permits 128 characters of labels: these have at most 88. */
function exemplarText({ decisionId, traceparent, value, time }: Exemplar): string {
  const trace = parseTraceparent(traceparent);
  const labels = { ...(trace && { trace_id: trace.traceId }), decision_id: decisionId };
  return `${labelText(labels)} ${value} ${(time / 1000).toFixed(3)}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
