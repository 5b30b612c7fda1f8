import type { JsonValue } from '../request/attributes.ts';
import { parseJson } from '../request/json.ts';
import { parameterTrouble } from '../request/parameter-spelling.ts';
import { ParameterNames } from '../request/rewrite-query.ts';
import type { BodyDenial } from '../schema/body-schema.ts';
import { convert, type Sent } from './convert.ts';
import type { Content } from './operation.ts';
import type { Parameter } from './parameter.ts';
import { decodeField, type RawValues, rawValues, UNCLEAR, UnclearEscape } from './raw-query.ts';
import { type ParameterSources, readParameter } from './read-parameter.ts';
import { TEXT_SHAPE, type ValueShape } from './value-shape.ts';

/** Most fields of a form; parsers ignore the ones after that. */
const MAX_FIELDS = 1_000;

/** A field of a form with its values: each is one way in which services read it. */
export interface Field {
  readonly name: string;
  readonly shape: ValueShape;
  readonly isJson: boolean;
  readonly ways: readonly Sent[];
}

/** The denial of a body of the type `application/x-www-form-urlencoded`; undefined if it fits. */
export function judgeForm(content: Content, text: string): BodyDenial | undefined {
  const values = rawValues(text);
  let count = 0;
  for (const each of values.values()) count += each.length;
  if (count > MAX_FIELDS) return misfit(`the body has more than ${MAX_FIELDS} fields`);
  const trouble = fieldTrouble(content, text.split('&'));
  if (trouble !== undefined) return misfit(trouble);
  if (values.get(CHARSET)?.some((each) => !isUtf8Name(each)) === true)
    return misfit(`the field \`${CHARSET}\` must be utf-8`);
  const known = knownFields(content.fields, values);
  if (typeof known === 'string') return misfit(known);
  const others = otherFields(content, values);
  if (typeof others === 'string') return misfit(others);
  return judgeFields(content, [...known, ...others]);
}

const spellings = new WeakMap<Content, ParameterNames>();

/** Problem of raw names and values of a form that some services read as another field than the one judged. */
export function fieldTrouble(content: Content, raw: readonly string[]): string | undefined {
  let names = spellings.get(content);
  if (names === undefined) {
    names = new ParameterNames([...content.names.names, ...content.names.bracketed]);
    spellings.set(content, names);
  }
  const trouble = parameterTrouble(names, content.names.bracketed, raw);
  if (trouble === undefined) return undefined;
  return trouble === 'separator'
    ? 'the body has a `;` that some services take for the end of a field'
    : 'the body has a field that some services take for another one, which the schema names';
}

/** Name of the field that says how all text of a form is encoded (RFC 7578, section 4.6). */
export const CHARSET = '_charset_';

export function isUtf8Name(charset: string): boolean {
  return /^utf-?8$/i.test(charset);
}

export function misfit(detail: string): BodyDenial {
  return { reason: 'schema_violation', detail };
}

/** The denial of the fields of a form, all together; undefined if they fit in every way to read them. */
export function judgeFields({ check }: Content, fields: readonly Field[]): BodyDenial | undefined {
  if (check === undefined) return undefined;
  const most = Math.max(1, ...fields.map(({ ways }) => ways.length));
  for (let way = 0; way < most; way++) {
    const typed = objectOf(fields, way, false);
    if (typeof typed === 'string') return misfit(typed);
    const denial = check.denial(typed);
    if (denial === undefined) continue;
    const texts = objectOf(fields, way, true);
    if (typeof texts === 'string' || check.denial(texts) !== undefined) return denial;
  }
  return undefined;
}

function objectOf(
  fields: readonly Field[],
  way: number,
  asText: boolean,
): { readonly [name: string]: JsonValue } | string {
  const members: [string, JsonValue][] = [];
  for (const { name, shape, isJson, ways } of fields) {
    const sent = ways[Math.min(way, ways.length - 1)] ?? '';
    if (!isJson) {
      members.push([name, convert(sent, shape, asText)]);
      continue;
    }
    const { value, problem } = parseJson(typeof sent === 'string' ? sent : '', { refusesAmbiguity: true });
    if (problem !== undefined) return `the field \`${name}\` must be JSON: ${problem}`;
    members.push([name, value]);
  }
  return Object.fromEntries(members);
}

function knownFields(fields: readonly Parameter[], values: RawValues): readonly Field[] | string {
  const found: Field[] = [];
  for (const field of fields) {
    const { name, shape, form } = field;
    const read = readParameter(field, { ...NO_SOURCES, query: values });
    if (read === undefined) continue;
    if (read.problem !== undefined) return `the field \`${name}\` ${read.problem}`;
    // The schema of the whole form decides which value fits; the first is the one that its types name first.
    const ways = read.ways.flatMap((way) => way.slice(0, 1));
    if (ways.length < read.ways.length)
      return `the field \`${name}\` is not written in the style \`${field.style}\``;
    found.push({ name, shape, isJson: form === 'json', ways });
  }
  return found;
}

const NO_SOURCES: ParameterSources = {
  path: new Map(),
  query: new Map(),
  headers: new Map(),
  cookies: new Map(),
};

/** Fields that the schema does not name. */
function otherFields(
  { names: { names, prefixes }, shape }: Content,
  values: RawValues,
): readonly Field[] | string {
  const found: Field[] = [];
  for (const [name, sent] of values) {
    if (names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))) continue;
    const [only = '', second] = sent;
    const inner = shape.members?.others ?? TEXT_SHAPE;
    if (second !== undefined && inner.items === undefined)
      return `the field \`${name}\` appears more than once`;
    try {
      const value = inner.items === undefined ? decodeField(only) : sent.map(decodeField);
      found.push({ name, shape: inner, isJson: false, ways: [value] });
    } catch (error) {
      if (error instanceof UnclearEscape) return `the field \`${name}\` ${UNCLEAR}`;
      throw error;
    }
  }
  return found;
}
