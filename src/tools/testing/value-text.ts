import { toHost } from '../../cel/interpret/host.ts';
import { EvaluationError, type Value } from '../../cel/interpret/program.ts';
import { Message } from '../../cel/value/message.ts';

/** The longest that a value is shown in a report, in characters. */
const LONGEST = 96;

/** A compact JWS (RFC 7515, section 7.1), whose header is JSON. It says nothing to a reader, and reports are kept. */
const TOKEN = /\beyJ[\w-]*\.[\w-]+\.[\w-]*/g;

/** Outcome of an expression as a report shows it. */
export function outcomeText(outcome: Value | EvaluationError): string {
  return outcome instanceof EvaluationError ? `failed: ${outcome.message}` : cut(valueText(outcome), LONGEST);
}

/** A value of an expression in one line; tokens and `secrets` are shown as `(token)`. */
export function valueText(value: Value, secrets: readonly string[] = []): string {
  let text = written(value, 0);
  for (const secret of secrets) if (secret.length > 0) text = text.replaceAll(secret, '(token)');
  return text.replaceAll(TOKEN, '(token)');
}

/** At most so many characters. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(1, width - 1)).join('')}…`;
}

const DEEPEST = 4;

/** Placeholder for a value that cannot be read. */
const UNREADABLE = Symbol('unreadable');

function written(value: Value, depth: number): string {
  if (value === UNREADABLE) return '…';
  if (value === undefined) return 'optional.none()';
  if (typeof value === 'bigint' || value === null) return String(value);
  if (typeof value !== 'object') return JSON.stringify(value) ?? typeof value;
  if (depth > DEEPEST) return '…';
  if (value instanceof Uint8Array) return `bytes(${value.length})`;
  if (Array.isArray(value)) return `[${value.map((each) => written(each, depth + 1)).join(', ')}]`;
  if (value instanceof Message) return messageText(value, depth);
  const time = timeText(value);
  if (time !== undefined) return time;
  const entries = value instanceof Map ? [...(value as Map<Value, Value>)] : entriesOf(value);
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}: ${written(each, depth + 1)}`).join(', ')}}`;
}

/** A message as an expression constructs it, with the fields that are set. */
function messageText(message: Message, depth: number): string {
  const fields = message.present.map((field) => `${field}: ${written(fieldOf(message, field), depth + 1)}`);
  return `${message.type}{${fields.join(', ')}}`;
}

/** An `Any` of an unknown type cannot be read. */
function fieldOf(message: Message, field: string): Value {
  try {
    return toHost(message.read(field));
  } catch {
    return UNREADABLE;
  }
}

/** Getters may fail: reading a whole object reads a missing body as well. */
function entriesOf(value: object): [Value, Value][] {
  return Object.keys(value).map((key) => {
    try {
      return [key, Reflect.get(value, key)];
    } catch {
      return [key, UNREADABLE];
    }
  });
}

/** Three years: a time this near to 1970 is taken for a duration, which looks the same. */
const LONG = 100_000_000;

function timeText(value: object): string | undefined {
  if (!('seconds' in value) || !('nanos' in value) || Object.keys(value).length !== 2) return undefined;
  const { seconds, nanos } = value;
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return undefined;
  if (Math.abs(seconds) < LONG) return `${seconds + nanos / 1e9}s`;
  const time = new Date(seconds * 1000 + Math.floor(nanos / 1e6));
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace('.000Z', 'Z');
}
