import { parseJson } from '../../../src/engine/request/json.ts';
import { isMultiple } from '../../../src/engine/schema/multiple-of.ts';
import { compileSchema } from '../../support/compile-schema.ts';

function validated(schema: string, body: string): string {
  const { value = null, problem } = parseJson(schema);
  if (problem !== undefined) throw new Error(problem);
  const compiled = compileSchema(value);
  if (compiled.schema === undefined) throw new Error(JSON.stringify(compiled.problems));
  return compiled.schema.validate(parseJson(body).value ?? null)?.detail ?? 'fits';
}

test.each([
  ['{"const":9007199254740993}', '9007199254740993', 'fits'],
  ['{"const":9007199254740993}', '9007199254740992', 'the body must be 9007199254740993'],
  ['{"const":{"a":[1.0,2]}}', '{"a":[1,2]}', 'fits'],
  ['{"const":{"a":1,"b":2}}', '{"b":2,"a":1}', 'fits'],
  ['{"const":{"a":1}}', '{"a":1,"b":2}', 'the body must be {"a":1}'],
  [
    '{"type":"integer","maximum":9007199254740993}',
    '9007199254740994',
    'the body must be <= 9007199254740993',
  ],
  ['{"type":"integer","maximum":9007199254740993}', '9007199254740993', 'fits'],
  [
    '{"type":"integer","minimum":9007199254740993}',
    '9007199254740992',
    'the body must be >= 9007199254740993',
  ],
  ['{"type":"number","exclusiveMinimum":9007199254740992}', '9007199254740993', 'fits'],
  ['{"type":"number","exclusiveMaximum":1.5}', '1.5', 'the body must be < 1.5'],
  ['{"type":"integer","format":"int64"}', '9223372036854775807', 'fits'],
  ['{"type":"string"}', '9007199254740993', 'the body must be a string'],
  ['{"type":"integer","multipleOf":2}', '9223372036854775807', 'the body must be a multiple of 2'],
  ['{"type":"integer","multipleOf":2}', '9223372036854775806', 'fits'],
  ['{"type":"array","uniqueItems":true}', '[9007199254740993,9007199254740992]', 'fits'],
  [
    '{"type":"array","uniqueItems":true}',
    '[{"a":9007199254740993},{"a":9007199254740993}]',
    'the body must not have the same item twice',
  ],
  [
    '{"type":"array","items":{"enum":[9007199254740993,"a"]}}',
    '[9007199254740993,"a",9007199254740992]',
    '`/2` must be one of 9007199254740993, "a"',
  ],
  [
    '{"$defs":{"id":{"type":"integer","minimum":9007199254740993}},"type":"object","properties":{"l":{"type":"array","contains":{"$ref":"#/$defs/id"}}}}',
    '{"l":[9007199254740992]}',
    '`/l` must have at least 1 of the items that `contains` describes',
  ],
  [
    '{"anyOf":[{"type":"object","additionalProperties":{"const":9007199254740993}},{"type":"null"}]}',
    '{"a":9007199254740993,"b":1}',
    expect.any(String),
  ],
  [
    '{"type":"object","properties":{"a":{"enum":[{"id":9007199254740993}]}}}',
    '{"a":{"id":9007199254740993}}',
    'fits',
  ],
])('%s for %s', (schema, body, expected) => {
  const detail = validated(schema, body);
  expect(detail).toEqual(expected);
  expect(detail === 'fits').toBe(expected === 'fits');
});

test.each<[number | bigint, number | bigint, boolean]>([
  [19.99, 0.01, true],
  [4.35, 0.01, true],
  [0.07, 0.01, true],
  [1.1, 0.01, true],
  [1.005, 0.01, false],
  [0, 0.01, true],
  [-0.3, 0.1, true],
  [1e300, 0.01, true],
  [5e-324, 5e-324, true],
  [1e-7, 1e-8, true],
  [1e-8, 1e-7, false],
  [7, 2, false],
  [9_007_199_254_740_993n, 2, false],
  [9_007_199_254_740_993n, 9_007_199_254_740_993n, true],
])('%d is a multiple of %d: %s', (value, of, expected) => {
  expect(isMultiple(value, of)).toBe(expected);
});
