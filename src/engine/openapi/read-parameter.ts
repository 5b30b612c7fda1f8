import { decodeOnce } from '../request/percent.ts';
import type { Sent } from './convert.ts';
import { deepObject } from './deep-object.ts';
import { AS_SENT, type Kind, type StyledText, sentIn } from './delimited.ts';
import type { Parameter } from './parameter.ts';
import { decodeField, type RawValues, UNCLEAR, UnclearEscape } from './raw-query.ts';
import type { ValueShape } from './value-shape.ts';

/** The places of the values of parameters. */
export interface ParameterSources {
  /** Raw, by name: one way to read the path. */
  readonly path: ReadonlyMap<string, string>;
  readonly query: RawValues;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Raw. */
  readonly cookies: RawValues;
}

/** Texts that were sent for a parameter; undefined if none were. */
export type ReadParameter =
  | undefined
  /** A predicate, such as "appears more than once". */
  | { readonly problem: string }
  | {
      /** Ways in which services read the text: each must fit. Of a way, one of its values must fit. */
      readonly ways: readonly (readonly Sent[])[];
      readonly isEmpty: boolean;
      readonly problem?: undefined;
    };

const TWICE = { problem: 'appears more than once' } as const;

/** Reads what was sent for a parameter, by its style. */
export function readParameter(parameter: Parameter, sources: ParameterSources): ReadParameter {
  const { name, place } = parameter;
  switch (place) {
    case 'path':
      return oneText(parameter, sources.path.get(name), decodeOnce);
    case 'header':
      return oneText(parameter, sources.headers.get(name), AS_SENT);
    case 'query':
      return readQuery(parameter, sources.query);
    case 'cookie':
      return readNamed(parameter, sources.cookies, decodeOnce);
  }
}

function readQuery(parameter: Parameter, query: RawValues): ReadParameter {
  try {
    return readNamed(parameter, query, decodeField);
  } catch (error) {
    if (error instanceof UnclearEscape) return { problem: UNCLEAR };
    throw error;
  }
}

function oneText(
  parameter: Parameter,
  raw: string | undefined,
  decode: (text: string) => string,
): ReadParameter {
  if (raw === undefined) return undefined;
  if (parameter.form !== 'styled') return { ways: [[decode(raw)]], isEmpty: raw === '' };
  const { name, style, explode } = parameter;
  const text = { name, style, explode, raw, decode };
  const ways = [waysOf(parameter.shape, { ...text, isDecodedFirst: false })];
  // An escaped separator is part of a value by RFC 6570, and separates values for services that decode first.
  const isSplit = parameter.shape.items !== undefined || parameter.shape.members !== undefined;
  if (isSplit && decode(raw) !== raw) ways.push(waysOf(parameter.shape, { ...text, isDecodedFirst: true }));
  // Some services do not decode cookies.
  if (parameter.place === 'cookie' && decode(raw) !== raw)
    ways.push(waysOf(parameter.shape, { ...text, decode: AS_SENT, isDecodedFirst: false }));
  return { ways, isEmpty: raw === '' };
}

/** The values that a text may stand for, by the kinds of its shape. */
function waysOf(shape: ValueShape, text: StyledText): readonly Sent[] {
  return kindsOf(shape)
    .map((kind) => sentIn(text, kind))
    .filter((sent) => sent !== undefined);
}

function kindsOf({ scalars, items, members }: ValueShape): readonly Kind[] {
  const kinds: Kind[] = [];
  if (members !== undefined) kinds.push('object');
  if (items !== undefined) kinds.push('list');
  if (scalars.length > 0 || kinds.length === 0) kinds.push('scalar');
  return kinds;
}

/** Reads a parameter that is written as `NAME=VALUE`, once or more. */
function readNamed(parameter: Parameter, values: RawValues, decode: (text: string) => string): ReadParameter {
  const { name, style, explode, form, shape } = parameter;
  if (form === 'styled' && style === 'deepObject') {
    const sent = deepObject(name, shape, values);
    if (sent === undefined || isProblem(sent)) return sent;
    return { ways: [[sent]], isEmpty: false };
  }
  const sent = values.get(name);
  if (form === 'styled' && explode) return readExploded(parameter, values, decode);
  if (sent === undefined) return undefined;
  const [only = '', second] = sent;
  return second === undefined ? oneText(parameter, only, decode) : TWICE;
}

function isProblem(sent: Sent | { readonly problem: string }): sent is { readonly problem: string } {
  return typeof sent === 'object' && 'problem' in sent;
}

/** With `explode`, each element has a parameter of the name, and each member one of its own. */
function readExploded(
  parameter: Parameter,
  values: RawValues,
  decode: (text: string) => string,
): ReadParameter {
  const { name, shape, place } = parameter;
  const object = shape.members === undefined ? undefined : explodedObject(parameter, values, decode);
  if (object !== undefined && isProblem(object)) return object;
  const sent = values.get(name);
  const candidates: Sent[] = object === undefined ? [] : [object];
  if (sent !== undefined) {
    const texts = sent.map(decode);
    if (shape.items !== undefined) candidates.push(texts);
    if (texts.length === 1 && (shape.scalars.length > 0 || shape.items === undefined))
      candidates.push(texts[0] ?? '');
    if (candidates.length === 0) return TWICE;
  }
  if (candidates.length === 0) return undefined;
  const ways = [candidates];
  // Some services do not decode cookies.
  if (place === 'cookie' && decode !== AS_SENT && sent?.some((each) => decode(each) !== each) === true) {
    const raw = readExploded(parameter, values, AS_SENT);
    if (raw !== undefined && raw.problem === undefined) ways.push(...raw.ways.map((way) => [...way]));
  }
  return { ways, isEmpty: sent?.every((each) => each === '') === true };
}

function explodedObject(
  { shape, others }: Parameter,
  values: RawValues,
  decode: (text: string) => string,
): ReadonlyMap<string, Sent> | { readonly problem: string } | undefined {
  const { members } = shape;
  const found = new Map<string, Sent>();
  for (const [name, sent] of values) {
    const known = members?.known.get(name);
    if (known === undefined && (members?.isOpen !== true || others.has(name))) continue;
    const texts = sent.map(decode);
    const member = known ?? members?.others;
    if (texts.length > 1 && member?.items === undefined)
      return { problem: `has the member \`${name}\` more than once` };
    const isList = member?.items !== undefined && (texts.length > 1 || member.scalars.length === 0);
    found.set(name, isList ? texts : (texts[0] ?? ''));
  }
  return found.size === 0 ? undefined : found;
}
