import { Problem } from '../../flag/flag.ts';
import { parseDuration } from '../../policy/language/duration.ts';
import { isRecordName } from '../../sidecar/audit/record-name.ts';

/** A point in time, or the milliseconds before now. */
export type PointInTime = { readonly at: number } | { readonly before: number };

export function pointInTime(written: string): PointInTime | Problem {
  const before = parseDuration(written);
  if (before !== undefined) return { before };
  const at = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(written)
    ? Date.parse(written)
    : Number.NaN;
  return Number.isNaN(at)
    ? new Problem('is not a time; write `2026-06-01T12:00:00Z`, `2026-06-01`, or `15m` for 15 minutes ago')
    : { at };
}

/** Milliseconds since 1970. */
export function millisecondsOf(point: PointInTime | undefined, otherwise: number, now: number): number {
  if (point === undefined) return otherwise;
  return 'at' in point ? point.at : now - point.before;
}

/** Most fields of a line. */
const MAX_NAMES = 50;

/** Names of fields of records, such as `policy,request.path`. */
export function recordNames(written: string): readonly string[] | Problem {
  const names = written.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isRecordName(name));
  if (names.length > MAX_NAMES) return new Problem(`has more than ${MAX_NAMES} fields`);
  if (unknown === undefined) return names;
  return new Problem(
    `has \`${unknown}\`, which is not a field of records; write names such as \`policy\` or \`request.path\``,
  );
}
