import { type HrTime, SeverityNumber, type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { Exporters } from './exporters.ts';
import { hrTime } from './hr-time.ts';

type LogRecord = Parameters<Exporters['logs']['export']>[0][number];

/** What all records of a process have in common. */
export type LogSource = Pick<LogRecord, 'resource' | 'instrumentationScope'>;

/** Members of a record that become attributes, by which backends find it. The body has the whole record. */
const ATTRIBUTES = {
  decision_id: 'lictor.decision_id',
  decision: 'lictor.decision',
  reason: 'lictor.reason',
  policy: 'lictor.policy',
  rule: 'lictor.rule',
  environment: 'deployment.environment.name',
} as const;

/** A line of the decision log as a log record of OpenTelemetry. `now`: milliseconds since 1970. */
export function logRecord(line: string, source: LogSource, now: number): LogRecord {
  const record = membersOf(line);
  const isFailure = typeof record['status'] === 'number' && record['status'] >= 500;
  const spanContext = spanOf(record);
  const observed = hrTime(now);
  return {
    ...source,
    hrTime: timeOf(record['time']) ?? observed,
    hrTimeObserved: observed,
    severityNumber: isFailure ? SeverityNumber.ERROR : SeverityNumber.INFO,
    severityText: isFailure ? 'ERROR' : 'INFO',
    eventName: 'lictor.decision',
    body: line,
    attributes: attributesOf(record),
    droppedAttributesCount: 0,
    ...(spanContext !== undefined && { spanContext }),
  };
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(line: string): Members {
  const parsed: unknown = JSON.parse(line);
  return isMembers(parsed) ? parsed : {};
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

/** RFC 3339 with microseconds, of which `Date` reads milliseconds. */
function timeOf(time: unknown): HrTime | undefined {
  if (typeof time !== 'string') return undefined;
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return undefined;
  const microseconds = Number(/\.(\d{6})Z$/.exec(time)?.[1] ?? 0);
  return [Math.floor(milliseconds / 1000), microseconds * 1000];
}

function attributesOf(record: Members): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [member, attribute] of Object.entries(ATTRIBUTES)) {
    const value = record[member];
    if (typeof value === 'string') attributes[attribute] = value;
  }
  const { revision } = record;
  const commit = isMembers(revision) ? revision['commit'] : undefined;
  if (typeof commit === 'string') attributes['vcs.ref.head.revision'] = commit;
  return attributes;
}

function spanOf({ trace_id: traceId, span_id: spanId }: Members): SpanContext | undefined {
  if (typeof traceId !== 'string' || typeof spanId !== 'string' || traceId === '') return undefined;
  return { traceId, spanId, traceFlags: TraceFlags.NONE };
}
