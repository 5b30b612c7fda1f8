import { EvaluationError, type Value } from '../cel/program.ts';

/** The longest that a value is shown, in characters. */
const LONGEST = 96;

/** A compact JWS (RFC 7515, section 7.1), whose header is JSON. It says nothing to a reader, and reports are kept. */
const TOKEN = /\beyJ[\w-]*\.[\w-]+\.[\w-]*/g;

/** A value of an expression in one line, written as CEL would write it where it can be; cut when it is long. */
export function shownValue(value: Value | EvaluationError): string {
  if (value instanceof EvaluationError) return `failed: ${value.message}`;
  const text = write(value, 0).replaceAll(TOKEN, '(a token)');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function write(value: Value, depth: number): string {
  if (depth > 4) return '…';
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined) return 'nothing';
  if (value === null || typeof value !== 'object') return `${value as number | bigint | boolean | null}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `[${value.map((each: Value) => write(each, depth + 1)).join(', ')}]`;
  if (isTime(value)) return shownTime(value);
  const entries: [Value, Value][] =
    value instanceof Map ? [...(value as Map<Value, Value>)] : entriesOf(value);
  return `{${entries.map(([key, inner]) => `${write(key, depth + 1)}: ${write(inner, depth + 1)}`).join(', ')}}`;
}

/** Properties may be getters, which may fail. */
function entriesOf(value: object): [Value, Value][] {
  return Object.keys(value).map((key) => {
    try {
      return [key, (value as Readonly<Record<string, Value>>)[key]];
    } catch {
      return [key, '…'];
    }
  });
}

interface Time {
  readonly seconds: number | bigint;
  readonly nanos: number;
}

function isTime(value: object): value is Time {
  return 'seconds' in value && 'nanos' in value && Object.keys(value).length === 2;
}

/** A time since 1970 that is long ago enough is a timestamp; a duration is never that long in a policy. */
function shownTime({ seconds, nanos }: Time): string {
  const milliseconds = Number(seconds) * 1000 + nanos / 1e6;
  const isDate = Math.abs(Number(seconds)) > 20 * 365 * 86_400 && Math.abs(milliseconds) < 8.64e15;
  return isDate ? new Date(milliseconds).toISOString() : `${Number(seconds) + nanos / 1e9}s`;
}
