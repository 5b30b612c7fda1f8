import { spend } from '../value/budget.ts';
import { MAX_NESTING } from '../value/compare.ts';
import { fail } from '../value/failure.ts';
import { isMap, keysOf, lookup, type MapValue } from '../value/map.ts';
import { Message } from '../value/message.ts';
import { isNumeric, magnitude } from '../value/number.ts';
import { TextBuilder } from './build.ts';

/** A value as JSON (RFC 8259). Fails for bytes, times and other values that JSON does not have. */
export function jsonOf(value: unknown): string {
  const text = new TextBuilder();
  write(text, value, 0);
  return text.build();
}

function write(text: TextBuilder, value: unknown, depth: number): void {
  if (depth > MAX_NESTING) fail('too_deep');
  if (Array.isArray(value)) writeList(text, value, depth);
  else if (isMap(value)) writeMap(text, value, depth);
  else if (value instanceof Message) writeMessage(text, value);
  else text.add(plain(value));
}

/** Characters of the JSON of a message that one step covers. */
const JSON_A_STEP = 4;

function writeMessage(text: TextBuilder, message: Message): void {
  const json = JSON.stringify(message);
  spend(Math.floor(json.length / JSON_A_STEP));
  text.add(json);
}

function writeList(text: TextBuilder, list: readonly unknown[], depth: number): void {
  text.add('[');
  for (const [i, element] of list.entries()) {
    if (i > 0) text.add(',');
    write(text, element, depth + 1);
  }
  text.add(']');
}

function writeMap(text: TextBuilder, map: MapValue, depth: number): void {
  text.add('{');
  for (const [i, key] of keysOf(map).entries()) {
    if (typeof key !== 'string') fail('no_such_overload');
    text.add(`${i > 0 ? ',' : ''}${JSON.stringify(key)}:`);
    write(text, lookup(map, key), depth + 1);
  }
  text.add('}');
}

function plain(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (!isNumeric(value)) return fail('no_such_overload');
  const number = magnitude(value);
  return typeof number === 'number' && !Number.isFinite(number) ? fail('out_of_range') : String(number);
}
