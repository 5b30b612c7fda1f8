import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { METRICS, type MetricName } from './metric-table.ts';
import type { Series } from './series.ts';

/** Counter in the data model of OpenTelemetry; times in milliseconds since 1970. */
export function counterData(name: MetricName, series: Series, start: number, now: number): MetricData {
  return {
    ...common(name),
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: Array.from(series.entries(), ({ values, count }) => ({
      attributes: labelled(name, values),
      startTime: hrTime(start),
      endTime: hrTime(now),
      value: count,
    })),
  };
}

export function gaugeData(
  name: MetricName,
  points: readonly { readonly values: readonly string[]; readonly value: number }[],
  now: number,
): MetricData {
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

/** Histogram without labels; `counts` has one more entry than `bounds`. */
export function histogramData(
  name: MetricName,
  bounds: readonly number[],
  observed: { readonly counts: readonly number[]; readonly sum: number; readonly count: number },
  start: number,
  now: number,
): MetricData {
  return {
    ...common(name),
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [
      {
        attributes: {},
        startTime: hrTime(start),
        endTime: hrTime(now),
        value: {
          buckets: { boundaries: [...bounds], counts: [...observed.counts] },
          sum: observed.sum,
          count: observed.count,
        },
      },
    ],
  };
}

/** Seconds and nanoseconds of milliseconds since 1970, with fractions. */
export function hrTime(time: number): HrTime {
  const seconds = Math.floor(time / 1000);
  return [seconds, Math.round((time - seconds * 1000) * 1e6)];
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
