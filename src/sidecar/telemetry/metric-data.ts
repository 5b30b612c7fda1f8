import { type Attributes, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type GaugeMetricData,
  type Histogram,
  type HistogramMetricData,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics';
import type { Durations } from './durations.ts';
import type { Exemplar } from './exemplar.ts';
import { hrTime } from './hr-time.ts';
import { METRICS, type MetricName } from './metric-table.ts';
import type { Counted } from './series.ts';

/** Examples of a data point, one for each bucket of a histogram. The data model of this SDK has none. */
interface WithExemplars {
  readonly exemplars: readonly (Exemplar | undefined)[];
}

type Counter = Omit<SumMetricData, 'dataPoints'> & {
  readonly dataPoints: (DataPoint<number> & WithExemplars)[];
};
type Distribution = Omit<HistogramMetricData, 'dataPoints'> & {
  readonly dataPoints: (DataPoint<Histogram> & WithExemplars)[];
};

/** A metric in the data model of OpenTelemetry, with exemplars. */
export type Metric = Counter | Distribution | GaugeMetricData;

/** Counter in the data model of OpenTelemetry; times in milliseconds since 1970. */
export function counterData(
  name: MetricName,
  series: Iterable<{ readonly values: readonly string[] } & Readonly<Counted>>,
  start: number,
  now: number,
): Counter {
  return {
    ...common(name),
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: Array.from(series, ({ values, count, exemplar }) => ({
      attributes: labelled(name, values),
      startTime: hrTime(start),
      endTime: hrTime(now),
      value: count,
      exemplars: [exemplar],
    })),
  };
}

export function gaugeData(
  name: MetricName,
  points: readonly { readonly values: readonly string[]; readonly value: number }[],
  now: number,
): GaugeMetricData {
  return {
    ...common(name),
    dataPointType: DataPointType.GAUGE,
    dataPoints: points.map(({ values, value }) => ({
      attributes: labelled(name, values),
      startTime: hrTime(now),
      endTime: hrTime(now),
      value,
    })),
  };
}

export function histogramData(
  name: MetricName,
  series: Iterable<{ readonly values: readonly string[]; readonly durations: Durations }>,
  start: number,
  now: number,
): Distribution {
  return {
    ...common(name),
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: Array.from(series, ({ values, durations: { bounds, buckets, sum, count } }) => ({
      attributes: labelled(name, values),
      startTime: hrTime(start),
      endTime: hrTime(now),
      value: {
        buckets: { boundaries: [...bounds], counts: buckets.map((bucket) => bucket.count) },
        sum,
        count,
      },
      exemplars: buckets.map(({ exemplar }) => exemplar),
    })),
  };
}

function common(name: MetricName) {
  return {
    descriptor: { name, description: METRICS[name].doc, unit: '', valueType: ValueType.DOUBLE, lint: {} },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
}

function labelled(name: MetricName, values: readonly string[]): Attributes {
  const labels: readonly string[] = METRICS[name].labels;
  return Object.fromEntries(labels.map((label, at) => [label, values[at] ?? '']));
}
