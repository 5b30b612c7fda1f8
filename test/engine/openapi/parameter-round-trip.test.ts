import type { JsonObject, JsonValue } from '../../../src/engine/request/attributes.ts';
import { compiled, documentOf, verdict } from '../../support/openapi.ts';
import { pick, seeded } from '../../support/seeded.ts';

type Scalar = string | number | boolean;
type Value = Scalar | readonly Scalar[] | { readonly [name: string]: Scalar };

/** Text as RFC 6570 escapes it: everything but unreserved characters. */
function escaped(value: Scalar): string {
  return encodeURIComponent(String(value)).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}

/** The expansion of a value by RFC 6570, for a parameter that is named `p`, in one of its styles. */
function expanded(style: string, explode: boolean, value: Value): string {
  const pairs = typeof value === 'object' && !isList(value) ? Object.entries(value) : [];
  const scalars = typeof value === 'object' ? [] : [value];
  const elements = isList(value) ? value : scalars;
  const assigned = pairs.map(([name, each]) => `${name}=${escaped(each)}`);
  const flat = pairs.flatMap(([name, each]) => [name, escaped(each)]);
  const texts = elements.map(escaped);
  switch (style) {
    case 'simple':
      return (pairs.length === 0 ? texts : explode ? assigned : flat).join(',');
    case 'label':
      return `.${(pairs.length === 0 ? texts : explode ? assigned : flat).join(explode ? '.' : ',')}`;
    case 'matrix':
      if (!explode) return `;p=${(pairs.length === 0 ? texts : flat).join(',')}`;
      return (pairs.length === 0 ? texts.map((text) => `p=${text}`) : assigned)
        .map((part) => `;${part}`)
        .join('');
    case 'deepObject':
      return pairs.map(([name, each]) => `p%5B${name}%5D=${escaped(each)}`).join('&');
    case 'spaceDelimited':
      return `p=${texts.join('%20')}`;
    case 'pipeDelimited':
      return `p=${texts.join('|')}`;
    default:
      if (!explode) return `p=${(pairs.length === 0 ? texts : flat).join(',')}`;
      return (pairs.length === 0 ? texts.map((text) => `p=${text}`) : assigned).join('&');
  }
}

const STYLES: readonly (readonly [place: string, style: string, explode: boolean, kinds: string])[] = [
  ...['simple', 'label', 'matrix'].flatMap((style) =>
    [true, false].map((explode) => ['path', style, explode, 'slo'] as const),
  ),
  ['query', 'form', true, 'slo'],
  ['query', 'form', false, 'slo'],
  ['query', 'spaceDelimited', false, 'l'],
  ['query', 'pipeDelimited', false, 'l'],
  ['query', 'deepObject', true, 'o'],
];

/** Texts without the characters that separate values in some style, and which no number or bool is written as. */
const TEXTS = ['x', 'é', 'a b', 'a+b', '100%', 'ü&=?', '日本', 'a:b@c', '~-_', '"', '%41', 'null!', 'A'];

function scalar(random: () => number): Scalar {
  const kind = random();
  if (kind < 0.3) return Math.floor(random() * 2_000) - 1_000;
  if (kind < 0.4) return random() < 0.5;
  if (kind < 0.5) return Math.floor(random() * 1_000) / 8;
  return pick(random, TEXTS as [string, ...string[]]);
}

function typeOf(value: Scalar): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** A schema that only this value fits. */
function schemaOf(value: Value): JsonObject {
  if (isList(value)) {
    const types = [...new Set(value.map(typeOf))];
    return { type: 'array', items: { type: types }, const: [...value] };
  }
  if (typeof value !== 'object') return { type: typeOf(value), const: value };
  const properties = Object.entries(value).map(([name, each]) => [name, { type: typeOf(each) }] as const);
  return { type: 'object', properties: Object.fromEntries(properties), const: { ...value } };
}

function valueOf(kind: string, random: () => number, style: string): Value {
  const plain = (): Scalar => {
    const value = scalar(random);
    // An escaped space or dot is a separator in these styles.
    const isSplit =
      (style === 'spaceDelimited' && /[ +]/.test(String(value))) ||
      (style === 'label' && /\./.test(String(value)));
    return isSplit ? 'y' : value;
  };
  if (kind === 's') return plain();
  const count = 1 + Math.floor(random() * 4);
  if (kind === 'l') return Array.from({ length: count }, plain);
  return Object.fromEntries(['R', 'G', 'B', 'long_name'].slice(0, count).map((name) => [name, plain()]));
}

function changed(value: Value): Value {
  if (isList(value)) return [...value, 'more'];
  if (typeof value === 'object') return { ...value, R: 'other' };
  return typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}x`;
}

test('what RFC 6570 writes is read as the value that was written, and as no other', () => {
  const random = seeded(6570);
  const wrong: JsonValue[] = [];
  for (let round = 0; round < 1_500; round++) {
    const [place, style, explode, kinds] = pick(
      random,
      STYLES as [(typeof STYLES)[0], ...(typeof STYLES)[number][]],
    );
    const value = valueOf(kinds[Math.floor(random() * kinds.length)] ?? 's', random, style);
    const parameter = { name: 'p', in: place, required: true, style, explode, schema: schemaOf(value) };
    const path = place === 'path' ? '/x/{p}' : '/x';
    const schema = compiled(documentOf({ [path]: { get: { parameters: [parameter] } } }));
    const sent = (each: Value): string => {
      const text = expanded(style, explode, each);
      return place === 'path' ? `/x/${text}` : `/x?${text}`;
    };
    const result = verdict(schema, { path: sent(value) });
    const other = verdict(schema, { path: sent(changed(value)) });
    if (result !== 'fits' || other === 'fits')
      wrong.push([style, explode, JSON.stringify(value), sent(value), result, other]);
  }
  expect(wrong).toEqual([]);
});
