import type { JsonValue } from '../../src/engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../src/engine/request/json-value.ts';
import type { BodyDenial, BodySchema } from '../../src/engine/schema/body-schema.ts';
import { readJsonBody } from '../../src/engine/schema/json-body.ts';
import { compileJsonSchema } from '../../src/engine/schema/json-schema.ts';
import { judgedSchemas, NAMES, VALUES } from './body-schemas.ts';
import { deny, FITTING, isOrder } from './openapi-json.ts';

/** A JSON value as written: objects may have a member twice, and numbers any text. */
type Written =
  | { readonly text: string }
  | { readonly members: (readonly [name: string, value: Written])[] }
  | { readonly items: Written[] };

interface Counts {
  /** Bodies that were let through, and those refused by their form and by the schema. */
  allowed: number;
  malformed: number;
  refused: number;
}

/** Texts that no body may have. */
const FORBIDDEN = [
  '"\\ud800"',
  '"\\udc00x"',
  '123456789012345678901',
  '1e400',
  '0.1e-999',
  '"\u0001"',
  'NaN',
  '01',
  '+1',
  "'a'",
  '{"a":1,"a":2}',
  '{"b":{},"\\u0062":1}',
  `${'['.repeat(65)}${']'.repeat(65)}`,
];

/** A judge of bodies, and Lictor's answer to one. */
interface Judged {
  readonly name: string;
  readonly fitting: readonly JsonValue[];
  readonly judge: (body: unknown) => boolean;
  readonly deny: (bytes: Uint8Array) => BodyDenial | undefined;
}

type RunBodies = (count: number, random: () => number, progress?: (round: number) => void) => Counts;

/** Hostile bodies for schemas of every dialect. */
export const runBodies: RunBodies = (...parts) => {
  const all = judgedSchemas().map(({ schema, ...each }) => {
    const body = compiled(schema);
    return { ...each, deny: (bytes: Uint8Array) => denied(bytes, body) };
  });
  return runJudged(all, ...parts);
};

/** Hostile bodies for an operation of OpenAPI. */
export const runOpenApiBodies: RunBodies = (...parts) =>
  runJudged([{ name: 'order', fitting: FITTING, judge: isOrder, deny }], ...parts);

/**
 * Reads hostile bodies and compares them with schemas. Throws if one is let through that another judge refuses or that
 * cannot be read in one way only, if one is refused without an error, or if one that fits is refused.
 */
function runJudged(
  all: readonly Judged[],
  count: number,
  random: () => number,
  progress: (round: number) => void = () => {},
): Counts {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const counts: Counts = { allowed: 0, malformed: 0, refused: 0 };
  const encoder = new TextEncoder();
  for (const { name, fitting, deny: answer, judge } of all)
    for (const body of fitting)
      if (answer(encoder.encode(JSON.stringify(body))) !== undefined || !judge(body))
        throw new Error(`${name}: ${JSON.stringify(body)} does not fit`);
  for (let round = 1; round <= count; round += 1) {
    const { name, fitting, deny: answer, judge } = one(all);
    const made = hostile(asWritten(one(fitting)), random, one);
    const bytes = damaged(made.text, random);
    const said = `${name}, round ${round}: ${JSON.stringify(made.text).slice(0, 500)}`;
    const denial = answer(bytes);
    if (denial === undefined) {
      counts.allowed += 1;
      if (made.isForbidden && bytes.length === made.length)
        throw new Error(`a malformed body was let through: ${said}`);
      if (!judge(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))))
        throw new Error(`a body was let through that does not fit: ${said}`);
    } else if (denial.reason !== 'schema_violation') counts.malformed += 1;
    else {
      counts.refused += 1;
      if (denial.detail === '' || (denial.errors ?? []).length > 5)
        throw new Error(`a body was refused without a handful of errors: ${said}`);
      if (judge(plainValue(bytes)))
        throw new Error(`a body was refused that fits: ${said}: ${denial.detail}`);
    }
    progress(round);
  }
  return counts;
}

function denied(bytes: Uint8Array, schema: BodySchema): BodyDenial | undefined {
  const { value, denial } = readJsonBody(
    { bytes, defect: bytes.length === 0 ? 'missing' : undefined },
    { type: 'application/json', encoding: '' },
  );
  return denial ?? schema.validate(value);
}

function compiled(value: JsonValue): BodySchema {
  const entry = 'file:///schema.json';
  const { schema, problems } = compileJsonSchema({ documents: new Map([[entry, value]]), entry });
  if (schema === undefined) throw new Error(JSON.stringify(problems));
  return schema;
}

function plainValue(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function asWritten(value: JsonValue): Written {
  if (isJsonList(value)) return { items: value.map(asWritten) };
  if (!isJsonObject(value)) return { text: JSON.stringify(value) };
  return { members: Object.entries<JsonValue>(value).map(([name, each]) => [name, asWritten(each)]) };
}

interface Hostile {
  readonly text: string;
  /** Bytes of the text before it is damaged. */
  readonly length: number;
  /** True if the text has something that no body may have. */
  readonly isForbidden: boolean;
}

function hostile(body: Written, random: () => number, one: <T>(of: readonly T[]) => T): Hostile {
  for (let left = Math.floor(random() * 4); left > 0; left -= 1) {
    const holder = someHolder(body, random);
    if (holder === undefined) break;
    const kind = random();
    const isBad = kind < 0.08;
    const value = isBad ? { text: one(FORBIDDEN) } : asWritten(one(VALUES));
    if ('items' in holder) changeItems(holder.items, value, random, isBad);
    else changeMembers(holder.members, value, random, one, isBad);
  }
  let isForbidden = false;
  const text = written(body, random, (found) => (isForbidden ||= found));
  return { text, length: new TextEncoder().encode(text).length, isForbidden };
}

function someHolder(body: Written, random: () => number): Exclude<Written, { text: string }> | undefined {
  if ('text' in body) return undefined;
  const inner = ('items' in body ? body.items : body.members.map(([, each]) => each)).filter(
    (each) => !('text' in each),
  );
  const next = random() < 0.5 ? inner[Math.floor(random() * inner.length)] : undefined;
  return (next && someHolder(next, random)) ?? body;
}

function changeItems(items: Written[], value: Written, random: () => number, isBad: boolean): void {
  const at = Math.floor(random() * (items.length + 1));
  const kind = isBad ? 0 : random();
  if (kind < 0.4) items.splice(at, 1, value);
  else if (kind < 0.6) items.splice(at, 1);
  else if (kind < 0.8) items.push(...items.slice(0, 1));
  else items.push(value);
}

function changeMembers(
  members: (readonly [string, Written])[],
  value: Written,
  random: () => number,
  one: <T>(of: readonly T[]) => T,
  isBad: boolean,
): void {
  const at = Math.floor(random() * members.length);
  const known = members[at];
  const kind = isBad ? 0 : random();
  if (known !== undefined && kind < 0.35) members[at] = [known[0], value];
  else if (known !== undefined && kind < 0.5) members.splice(at, 1);
  else if (known !== undefined && kind < 0.6) members.push([known[0], value]);
  else if (known !== undefined && kind < 0.7) members[at] = [one(NAMES), known[1]];
  else members.push([one(NAMES), value]);
}

/** The text of a body, with spaces and escapes here and there. `forbid` hears whether a part may not be read. */
function written(body: Written, random: () => number, forbid: (found: boolean) => void): string {
  if ('text' in body) {
    forbid(FORBIDDEN.includes(body.text));
    return body.text;
  }
  const space = (): string => (random() < 0.1 ? ' \n' : '');
  if ('items' in body)
    return `[${body.items.map((each) => space() + written(each, random, forbid)).join(',')}]`;
  forbid(new Set(body.members.map(([name]) => name.toLowerCase())).size < body.members.length);
  const parts = body.members.map(
    ([name, each]) =>
      `${space()}${quoted(name, random)}${space()}:${written(each, random, forbid)}${space()}`,
  );
  return `{${parts.join(',')}}`;
}

function quoted(name: string, random: () => number): string {
  if (random() > 0.05 || name === '') return JSON.stringify(name);
  return `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${JSON.stringify(name.slice(1)).slice(1)}`;
}

/** The bytes of a text: as they are, cut, or with one of them changed. */
function damaged(text: string, random: () => number): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const kind = random();
  if (kind < 0.05) return bytes.slice(0, Math.floor(random() * bytes.length));
  if (kind < 0.15 && bytes.length > 0) {
    const at = Math.floor(random() * bytes.length);
    // One byte more, so that the length says whether the text is damaged.
    return Uint8Array.from([...bytes.slice(0, at), Math.floor(random() * 256), ...bytes.slice(at)]);
  }
  return bytes;
}
