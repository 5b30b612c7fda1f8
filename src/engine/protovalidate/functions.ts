import { ELEMENTS, PREFIX, SEARCH, TEXT } from '../../cel/library/cost.ts';
import { type FunctionDeclaration, method, overload } from '../../cel/library/function.ts';
import { nameOverloads } from '../../cel/library/overload-names.ts';
import { spend, spendText, TEXT_A_STEP } from '../../cel/value/budget.ts';
import { equals } from '../../cel/value/compare.ts';
import { fail } from '../../cel/value/failure.ts';
import { normalKey } from '../../cel/value/map.ts';
import { Message } from '../../cel/value/message.ts';
import { numberOf } from '../../cel/value/number.ts';
import { isEmail, isHostAndPort, isHostname, isIp, isIpPrefix } from './host.ts';
import { isUri, isUriReference } from './uri.ts';

const total = { isTotal: true } as const;
const text = { cost: TEXT, isTotal: true } as const;

/** The functions of the rules beside those of the language, as protovalidate defines them. */
export const RULE_FUNCTIONS: readonly FunctionDeclaration[] = [
  declared('isNan', [method(['double'], 'bool', (value) => Number.isNaN(numberOf(value)), total)]),
  declared('isInf', [
    method(['double'], 'bool', (value) => isInfinite(numberOf(value), 0), total),
    method(['double', 'int'], 'bool', (value, sign) => isInfinite(numberOf(value), Number(sign)), total),
  ]),
  declared('isHostname', [method(['string'], 'bool', isHostname, text)]),
  declared('isHostAndPort', [method(['string', 'bool'], 'bool', isHostAndPort, text)]),
  declared('isEmail', [method(['string'], 'bool', isEmail, text)]),
  declared('isIp', [
    method(['string'], 'bool', (value) => isIp(value), text),
    method(['string', 'int'], 'bool', isIp, text),
  ]),
  declared('isIpPrefix', [
    method(['string'], 'bool', (value) => isIpPrefix(value), text),
    method(['string', 'int'], 'bool', (value, version) => isIpPrefix(value, version), text),
    method(['string', 'bool'], 'bool', (value, isStrict) => isIpPrefix(value, 0, isStrict), text),
    method(['string', 'int', 'bool'], 'bool', isIpPrefix, text),
  ]),
  declared('isUri', [method(['string'], 'bool', isUri, text)]),
  declared('isUriRef', [method(['string'], 'bool', isUriReference, text)]),
  declared('unique', [method(['list(T)'], 'bool', isUnique, { cost: { ...ELEMENTS, payment: 'within' } })]),
  declared('getField', [overload(['dyn', 'string'], 'dyn', fieldOf)]),
  declared('startsWith', [method(['bytes', 'bytes'], 'bool', startsWith, { ...total, cost: PREFIX })]),
  declared('endsWith', [method(['bytes', 'bytes'], 'bool', endsWith, { ...total, cost: PREFIX })]),
  declared('contains', [method(['bytes', 'bytes'], 'bool', contains, { ...total, cost: SEARCH })]),
];

function declared(name: string, overloads: FunctionDeclaration['overloads']): FunctionDeclaration {
  return { name, doc: 'a function of protovalidate', examples: [], overloads };
}

function isInfinite(value: number, sign: number): boolean {
  return (sign >= 0 && value === Infinity) || (sign <= 0 && value === -Infinity);
}

/** Each byte becomes another character: two values of bytes have the same text only if they are equal. */
const LATIN = new TextDecoder('windows-1252');

/** True if no element of a list equals another one. */
function isUnique(list: readonly unknown[]): boolean {
  spend(list.length);
  const keys = new Set<unknown>();
  const others: unknown[] = [];
  for (const value of list) {
    const key = keyOf(value);
    if (key === undefined ? isAmong(value, others) : keys.has(key)) return false;
    if (key === undefined) others.push(value);
    else keys.add(key);
  }
  return true;
}

/** True if one of the values equals this one. NaN equals nothing. */
function isAmong(value: unknown, others: readonly unknown[]): boolean {
  spend(others.length);
  return others.some((other) => equals(other, value));
}

/** A value of JavaScript that is equal for equal elements; undefined if there is none. */
function keyOf(value: unknown): unknown {
  if (typeof value === 'string') {
    spendText(value);
    return value;
  }
  if (value instanceof Uint8Array) {
    spend(Math.floor(value.length / TEXT_A_STEP));
    return LATIN.decode(value);
  }
  return normalKey(value) ?? (typeof value === 'number' && !Number.isNaN(value) ? value : undefined);
}

function fieldOf(message: unknown, name: string): unknown {
  return message instanceof Message ? message.read(name) : fail('no_such_overload');
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return hasAt(bytes, prefix, 0);
}

function endsWith(bytes: Uint8Array, suffix: Uint8Array): boolean {
  return suffix.length <= bytes.length && hasAt(bytes, suffix, bytes.length - suffix.length);
}

function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  return LATIN.decode(bytes).includes(LATIN.decode(part));
}

function hasAt(bytes: Uint8Array, part: Uint8Array, at: number): boolean {
  return part.every((byte, index) => bytes[at + index] === byte);
}

nameOverloads('protovalidate', RULE_FUNCTIONS);
