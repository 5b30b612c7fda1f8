import {
  Environment as Engine,
  EvaluationError as Failure,
  type RegisteredFunctionHandler,
} from '@marcbachmann/cel-js';
import type { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { inRange, parseDuration, parseTimestamp } from './instant.ts';
import { cachedPattern, RegularExpression } from './regular-expression.ts';

/**
 * Functions of the engine that are not as CEL has them, or not safe: ours are called in their place. The engine
 * refuses to replace a function, so calls are renamed before they are checked; a name that starts with a digit
 * cannot be written in an expression.
 */
export const REPLACED: ReadonlySet<string> = new Set([
  'matches',
  'lowerAscii',
  'upperAscii',
  'int',
  'timestamp',
  'duration',
]);

/** The name under which ours is registered. */
export function replacement(name: string): string {
  return `0${name}`;
}

/** Limits of the parser. Lists and maps are those written out, not those that come with a request. */
const LIMITS = {
  maxAstNodes: 10_000,
  maxDepth: 64,
  maxListElements: 1000,
  maxMapEntries: 1000,
  maxCallArguments: 32,
};

const TIMESTAMP = 'google.protobuf.Timestamp';
const DURATION = 'google.protobuf.Duration';

/** The engine with our functions and no variables. */
export function createEngine(): Engine {
  const engine = new Engine({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: LIMITS,
  });
  const define: Define = (signature, handler) => {
    engine.registerFunction(signature, handler, { async: false });
  };
  defineMatches(engine, define);
  defineText(define);
  defineConversions(define);
  return engine;
}

type Define = (signature: string, handler: RegisteredFunctionHandler) => void;

function defineMatches(engine: Engine, define: Define): void {
  // A pattern that is written out is compiled once, with the expression.
  engine.registerType('RegularExpression', { ctor: RegularExpression, fields: {} });
  const fixed = (text: string, pattern: RegularExpression): boolean => pattern.matches(text);
  const computed = (text: string, pattern: string): boolean => {
    const { expression } = cachedPattern(pattern);
    if (expression === undefined) throw failure('invalid_regular_expression');
    return expression.matches(text);
  };
  define('string.0matches(RegularExpression): bool', fixed);
  define('string.0matches(string): bool', computed);
  define('0matches(string, RegularExpression): bool', fixed);
  define('0matches(string, string): bool', computed);
}

function defineText(define: Define): void {
  // Only ASCII: the Kelvin sign must not become a k, or a comparison could be walked around.
  define('string.0lowerAscii(): string', (text: string) =>
    text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  );
  define('string.0upperAscii(): string', (text: string) =>
    text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  );
  define('string.charAt(int): string', (text: string, index: bigint) => {
    const characters = [...text];
    if (index < 0n || index > BigInt(characters.length)) throw failure('index_out_of_range');
    return characters[Number(index)] ?? '';
  });
  define('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  define('string.replace(string, string): string', (text: string, from: string, to: string) =>
    replace(text, from, to, -1n),
  );
  define('string.replace(string, string, int): string', replace);
}

/** In UTF-16 units: what a function makes of a request never grows beyond it. */
const MAX_TEXT = 1 << 20;

/** The first `limit` occurrences of `from`, all when it is negative, become `to`. */
function replace(text: string, from: string, to: string, limit: bigint): string {
  const parts = text.split(from);
  const seams = limit < 0n || limit >= parts.length ? parts.length - 1 : Number(limit);
  if (text.length + seams * to.length > MAX_TEXT) throw failure('text_too_long');
  return parts.reduce((done, part, i) => done + (i <= seams ? to : from) + part);
}

function defineConversions(define: Define): void {
  define('0int(int): int', (value: bigint) => value);
  define('0int(uint): int', (value: UnsignedInt) => int64(value.value));
  define('0int(double): int', (value: number) => {
    if (!Number.isFinite(value)) throw failure('numeric_overflow');
    return int64(BigInt(Math.trunc(value)));
  });
  define('0int(string): int', (text: string) => {
    if (!/^[+-]?\d{1,19}$/.test(text)) throw failure('int_conversion_error');
    return int64(BigInt(text.replace(/^\+/, '')));
  });
  define(`0int(${TIMESTAMP}): int`, (value: Date) => BigInt(Math.floor(value.getTime() / 1000)));
  define(`string(${TIMESTAMP}): string`, (value: Date) => value.toISOString().replace('.000Z', 'Z'));
  define(`string(${DURATION}): string`, (value: Duration) => String(value));
  define(`0timestamp(${TIMESTAMP}): ${TIMESTAMP}`, (value: Date) => value);
  define(`0timestamp(string): ${TIMESTAMP}`, (text: string) =>
    found(parseTimestamp(text), 'invalid_timestamp'),
  );
  define(`0timestamp(int): ${TIMESTAMP}`, (value: bigint) =>
    found(inRange(Number(value) * 1000), 'invalid_timestamp'),
  );
  define(`0duration(${DURATION}): ${DURATION}`, (value: Duration) => value);
  define(`0duration(string): ${DURATION}`, (text: string) => found(parseDuration(text), 'invalid_duration'));
}

const MAX_INT = 2n ** 63n - 1n;

/** `value` if 64 bits hold it. */
function int64(value: bigint): bigint {
  if (value > MAX_INT || value < -MAX_INT - 1n) throw failure('numeric_overflow');
  return value;
}

function found<T>(value: T | undefined, code: string): T {
  if (value === undefined) throw failure(code);
  return value;
}

function failure(code: string): Failure {
  // Only the code is ever shown: see failure.ts.
  return new Failure({ code, message: code });
}
