import type { Value } from '../../cel/interpret/program.ts';
import { kindOf } from '../../cel/value/kind.ts';
import { Uint, Whole } from '../../cel/value/number.ts';
import { encodeBase64 } from '../../cel/value/text.ts';

/** Begins each key that is not a plain string. */
const MARK = '#';

/** Text of a key of several values: the mark and the parts. */
export function keyOfSeveral(values: readonly Value[]): string {
  let text = MARK;
  for (const value of values) text += keyPart(value);
  return text;
}

/** Text of a key of one value, which most keys have. A string is itself, unless it begins with the mark. */
export function keyOfOne(value: Value): string {
  return typeof value === 'string' && !value.startsWith(MARK) ? value : MARK + keyPart(value);
}

/**
 * A part of the key of a bucket: its type, its length where the text could contain anything, and its text. Equal values
 * of different types (`"1"`, `1`, `1u`, `1.0`) differ, and two different lists of values never make the same key.
 */
function keyPart(value: Value): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return Number.isSafeInteger(value) ? `i${value};` : `d${value};`;
    case 'bigint':
      return `i${value};`;
    case 'boolean':
      return value ? 'b1;' : 'b0;';
    default:
      return objectPart(value);
  }
}

function objectPart(value: Value): string {
  if (value === null || value === undefined) return 'n;';
  if (value instanceof Uint) return `u${value.value};`;
  if (value instanceof Whole) return `d${value.value};`;
  if (value instanceof Uint8Array) return `y${encodeBase64(value)};`;
  const text = JSON.stringify(value, intAsObject);
  return `${kindOf(value)}${text.length}:${text}`;
}

/** JSON has no integers beyond the safe range; no other value of an expression has this form. */
function intAsObject(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { 'int\u0000': String(value) } : value;
}
