import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { isPlainSchema } from '../../../src/engine/schema/plain-schema.ts';
import { seeded } from '../../support/seeded.ts';
import { ROOT } from '../../support/tools.ts';

const ajv = new Ajv2020({ strict: false, logger: false });
/** An exception, for a `$schema` that is not a text or that names another dialect, is a mistake too. */
const isValid = (schema: JsonValue): boolean => {
  try {
    return ajv.validateSchema(schema as object) === true;
  } catch {
    return false;
  }
};

const ORDER = JSON.parse(
  readFileSync(new URL('policies/orders/order.schema.json', ROOT), 'utf8'),
) as JsonValue;

/** A value for each keyword that is valid, and values of which some are not. */
const VALUES: readonly JsonValue[] = [
  true,
  false,
  null,
  0,
  1,
  -1,
  1.5,
  1e300,
  '',
  'string',
  'object',
  'a#b',
  '#',
  [],
  ['string'],
  ['string', 'string'],
  ['a', 'b'],
  [1, 1],
  [true],
  [{}],
  [[]],
  {},
  { a: true },
  { a: {} },
  { a: 1 },
  { a: ['b', 'b'] },
  { type: 'text' },
  { type: 'object', properties: { type: { type: 'string' } } },
];

const KEYWORDS: readonly string[] = (
  '$schema $id $ref $anchor $dynamicRef $dynamicAnchor $vocabulary $comment ' +
  '$defs title description default deprecated readOnly writeOnly examples ' +
  'type const enum multipleOf maximum exclusiveMaximum minimum exclusiveMinimum ' +
  'maxLength minLength pattern format maxItems minItems uniqueItems maxContains ' +
  'minContains maxProperties minProperties required dependentRequired properties patternProperties dependentSchemas ' +
  'additionalProperties propertyNames unevaluatedProperties items prefixItems contains unevaluatedItems allOf ' +
  'anyOf oneOf not if then else contentEncoding contentSchema ' +
  'definitions dependencies unknown __proto__'
).split(' ');

test('a usual schema is plain', () => {
  expect(isPlainSchema(ORDER)).toBe(true);
});

test('whatever is plain is valid by the schema of schemas', () => {
  let plain = 0;
  for (const keyword of KEYWORDS) {
    for (const value of VALUES) {
      const schema = Object.fromEntries([[keyword, value]]);
      for (const each of [schema, { properties: { a: schema } }, { allOf: [schema] }] as JsonValue[]) {
        if (!isPlainSchema(each)) continue;
        plain += 1;
        expect({ schema: each, valid: isValid(each) }).toEqual({ schema: each, valid: true });
      }
    }
  }
  expect(plain).toBeGreaterThan(500);
});

test('a schema with a few parts exchanged is plain only if it is valid', () => {
  const random = seeded(4);
  const counts = { plain: 0, invalid: 0 };
  for (let round = 0; round < 3000; round++) {
    const mutant = exchanged(ORDER, random);
    const valid = isValid(mutant);
    if (isPlainSchema(mutant)) {
      counts.plain += 1;
      expect({ mutant, valid }).toEqual({ mutant, valid: true });
    } else if (!valid) counts.invalid += 1;
  }
  expect(counts.plain).toBeGreaterThan(300);
  expect(counts.invalid).toBeGreaterThan(300);
});

/** A copy in which some values are others. */
function exchanged(value: JsonValue, random: () => number): JsonValue {
  if (random() < 0.03) return VALUES[Math.floor(random() * VALUES.length)] ?? null;
  if (Array.isArray(value)) return value.map((each: JsonValue) => exchanged(each, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries<JsonValue>(value).map(([name, member]) => [name, exchanged(member, random)]),
  );
}
