import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compileCode, compiledForm } from '../../../src/node/code-form.ts';
import { Decoder, decoded } from '../../../src/policy/transfer/decode.ts';
import { encode, TooLarge } from '../../../src/policy/transfer/encode.ts';
import { generated } from '../../../src/recipe/recipe.ts';
import { compileSchema } from '../../support/compile-schema.ts';
import { policySet } from '../../support/policy-set.ts';
import { transferred } from '../../support/transferred.ts';

describe('plain data', () => {
  test.each([
    ['texts, one with half a character', ['', 'é', '\u{1f600}', '\ud800']],
    ['numbers', [0, -0, 1.5, -1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['integers beyond 2^53', [9_007_199_254_740_993n, -1n]],
    ['undefined, null and booleans', [undefined, null, true, false]],
    ['bytes', [new Uint8Array([0, 255]), new Int32Array([-1, 2 ** 31 - 1]), new Uint8Array()]],
    [
      'maps and sets',
      [
        new Map<unknown, unknown>([
          ['a', 1],
          [2, new Set(['b'])],
        ]),
        new Set(),
      ],
    ],
    ['an empty object and an empty list', [{}, []]],
    ['a list of lists with one number, which is also the form of a reference', [[1], [[2]], []]],
    ['fields named like the forms of tokens', [{ bigint: '1', number: '2' }]],
    ['10,000 rows', Array.from({ length: 10_000 }, (_, at) => ({ id: at, name: `n${at}`, tags: ['a'] }))],
    ['10,000 fields', Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at]))],
    ['10,000 entries', new Map(Array.from({ length: 10_000 }, (_, at) => [at, String(at)]))],
    ['a million characters', ['x'.repeat(1_000_000)]],
  ])('%s', (_name, value) => {
    expect(transferred(value)).toEqual(value);
    expect(Object.is(transferred([-0])[0], -0)).toBe(true);
  });

  test('a field named `__proto__` is a field like any other', () => {
    const value: unknown = JSON.parse('{"__proto__": {"a": 1}, "b": 2}');
    const copy = transferred(value) as object;
    expect(Object.entries(copy)).toEqual([
      ['__proto__', { a: 1 }],
      ['b', 2],
    ]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  test('shared parts stay shared', () => {
    const part = { a: 1 };
    const copy = transferred([part, new Map([['b', part]])]) as [object, Map<string, object>];
    expect(copy[1].get('b')).toBe(copy[0]);
  });

  test('no chunk is longer than its bound by more than one node', () => {
    const chunks = encode(Array.from({ length: 20_000 }, (_, at) => ({ id: at, text: 'x'.repeat(50) })));
    expect(chunks.length).toBeGreaterThan(20);
    expect(Math.max(...chunks.map(({ nodes }) => nodes.length))).toBeLessThan(60_000);
  });

  test('more than the limit is an error', () => {
    expect(() => encode('x'.repeat(2000), { limit: 1000 })).toThrow(TooLarge);
  });

  test('a function and an object of a class without a recipe are errors', () => {
    expect(() => encode([() => 1])).toThrow('cannot be sent');
    expect(() => encode([new Date(0)])).toThrow('a Date cannot be sent');
  });
});

describe('generated code', () => {
  test('a long function is installed from its compiled form', () => {
    const body = `return (${Array.from({ length: 2000 }, (_, at) => `K + ${at}`).join(' + ')});`;
    const [chunk] = encode(generated(['K'], body), { compiledForm });
    expect(chunk?.bytes[0]?.length).toBeGreaterThan(1000);
    const make = decoded(chunk ? [chunk] : [], compileCode) as (k: number) => number;
    expect(make(1)).toBe((generated(['K'], body) as (k: number) => number)(1));
  });

  test('a compiled form of something else is ignored', () => {
    const make = compileCode(['K'], 'return K + 1', new Uint8Array(100)) as (k: number) => number;
    expect(make(1)).toBe(2);
  });
});

describe('programs', () => {
  const rules = (count: number): ReturnType<typeof policySet> =>
    policySet({
      policies: Object.fromEntries(
        Array.from({ length: count }, (_, at) => [
          `p${at}`,
          {
            rules: [
              { name: 'a', effect: 'allow', when: `request.headers['x-tenant'] == 't${at}'` },
              { name: 'b', effect: 'allow', when: `request.path == '/${at}' && request.method != 'POST'` },
            ],
          },
        ]),
      ),
    });

  test('those that differ in their constants only have one function, which is compiled once', () => {
    const set = rules(50);
    const made: string[] = [];
    const decoder = new Decoder((parameters, body) => {
      made.push(body);
      return generated(parameters, body);
    });
    for (const chunk of encode(set)) for (const _ of decoder.add(chunk));
    const copy = decoder.finish() as typeof set;
    expect(made).toHaveLength(2);
    const activation = { request: { path: '/7', method: 'GET', headers: { 'x-tenant': 't7' } } };
    const results = (each: typeof set) =>
      each.policies.map(({ allowRules }) => allowRules.map(({ when }) => when?.evaluate(activation)));
    expect(results(copy)).toEqual(results(set));
    expect(results(copy).flat().filter(Boolean)).toHaveLength(2);
  });

  test('a further rule costs few nodes, since programs share what they read', () => {
    const nodesOf = (count: number): number => {
      const one = Array.from({ length: count }, (_, at) => ({
        name: `r${at}`,
        effect: 'allow',
        when: `request.headers['x-tenant'] == 't${at}'`,
      }));
      const chunks = encode(policySet({ policies: { p: { rules: one } } }));
      return chunks.reduce((sum, { nodes }) => sum + (JSON.parse(nodes) as unknown[]).length, 0);
    };
    // The rule, its location, its empty match, the constants and the program.
    expect(nodesOf(60) - nodesOf(50)).toBe(10 * 5);
  });

  test('functions of the value before are used again, and those that are gone are not kept', () => {
    let compiled = 0;
    const compile = (parameters: readonly string[], body: string): object => {
      compiled++;
      return generated(parameters, body);
    };
    const decode = (set: unknown, known?: ReadonlyMap<string, object>) => {
      const decoder = new Decoder(compile, known);
      for (const chunk of encode(set)) for (const _ of decoder.add(chunk));
      decoder.finish();
      return decoder.code;
    };
    const first = decode(rules(3));
    expect([first.size, compiled]).toEqual([2, 2]);
    const one = policySet({
      policies: { p: { rules: [{ name: 'a', effect: 'allow', when: "request.headers['y'] == 'z'" }] } },
    });
    const second = decode(one, first);
    expect([second.size, compiled]).toEqual([1, 2]);
    expect([...first.values()]).toContain([...second.values()][0]);
  });

  test('what is not part of a program stays apart, since it may be told apart', () => {
    const [a, b] = transferred([
      { name: 'x', rate: [1] },
      { name: 'x', rate: [1] },
    ]);
    expect(a).toEqual(b);
    expect(a).not.toBe(b);
    expect(a?.rate).not.toBe(b?.rate);
  });
});

describe('schemas', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { left: { $ref: '#/$defs/node' }, size: { type: 'integer' } },
        unevaluatedProperties: false,
      },
    },
  };
  test.each([
    [
      'a part that refers to itself',
      tree,
      { left: { left: { size: 1 } } },
      { left: { left: { size: 'a' } } },
    ],
    [
      'a dynamic reference',
      { $dynamicAnchor: 'n', type: 'object', properties: { a: { $dynamicRef: '#n' } }, required: [] },
      { a: { a: {} } },
      { a: { a: 1 } },
    ],
    [
      'patterns',
      { type: 'object', patternProperties: { '^x-': { type: 'string', pattern: '^(a|b)+\\pL$' } } },
      { 'x-1': 'abz' },
      { 'x-1': 'c' },
    ],
    [
      'formats',
      {
        type: 'object',
        properties: { at: { type: 'string', format: 'date-time' }, n: { type: 'number', format: 'int32' } },
      },
      { at: '2026-06-01T12:00:00Z', n: 3 },
      { n: 2 ** 40 },
    ],
    [
      'unique items, enum and const',
      { type: 'array', uniqueItems: true, items: { enum: [{ a: 1 }, 'b', [2]] } },
      ['b', [2]],
      ['b', 'b'],
    ],
    ['lengths', { type: 'string', maxLength: 1 }, '\u{1f600}', 'ab'],
    ['lookaheads', { type: 'string', pattern: '^(?=.*[0-9])(?!.* ).{4,}$' }, 'abc1', 'ab 1'],
    [
      'integers beyond 2^53 and decimal multiples',
      { items: { anyOf: [{ minimum: 9007199254740993n }, { multipleOf: 0.01, maximum: 100 }] } },
      [9007199254740993n, 19.99],
      [9007199254740992n],
    ],
    [
      'members that objects inherit',
      {
        properties: JSON.parse('{"__proto__": {"type": "string"}}') as JsonValue,
        unevaluatedProperties: false,
      },
      JSON.parse('{"__proto__": "a"}') as JsonValue,
      JSON.parse('{"__proto__": 1}') as JsonValue,
    ],
    [
      'unevaluated items after a list of draft-07',
      {
        $ref: 'urn:pair',
        unevaluatedItems: { type: 'null' },
        $defs: {
          pair: {
            $id: 'urn:pair',
            $schema: 'http://json-schema.org/draft-07/schema#',
            items: [{ type: 'string' }],
          },
        },
      },
      ['a', null],
      ['a', 1],
    ],
    [
      'any of several with unevaluated properties',
      { type: 'object', anyOf: [{ properties: { a: { type: 'string' } } }], unevaluatedProperties: false },
      { a: 'x' },
      { constructor: 1 },
    ],
  ])('%s', (_name, schema, fitting, unfitting) => {
    const compiled = compileSchema(schema, 10).schema;
    if (compiled === undefined) throw new Error('the schema is not valid');
    const copy = transferred(compiled);
    expect(copy.maxBytes).toBe(10);
    expect([copy.validate(fitting), compiled.validate(fitting)]).toEqual([undefined, undefined]);
    expect(copy.validate(unfitting)).toEqual(compiled.validate(unfitting));
    expect(compiled.validate(unfitting)?.reason).toBe('schema_violation');
  });

  test('a body that takes too many references is refused as before', () => {
    const schema = {
      $ref: '#/$defs/n',
      $defs: {
        n: {
          anyOf: [
            { type: 'object', required: ['x'], properties: { a: { $ref: '#/$defs/n' } } },
            { type: 'object', required: ['y'], properties: { a: { $ref: '#/$defs/n' } } },
          ],
        },
      },
    };
    const compiled = compileSchema(schema).schema;
    let body = {};
    for (let depth = 0; depth < 30; depth++) body = { a: body };
    expect(compiled && transferred(compiled).validate(body)).toEqual(compiled?.validate(body));
  });
});

test('patterns, time zones, addresses and folded values of expressions', async () => {
  const conditions = [
    "request.path.matches('^/a/[0-9]+$')",
    "request.path.matches('(?i)a.*\\\\bfoo|bar+$')",
    "regex.replace(request.path, '(a|b)\\\\pL', r'\\\\1') == '/a'",
    "now.getHours('Europe/Berlin') > 3",
    "cidr('10.0.0.0/8').containsIP(source.ip)",
    "{1u: 'a', 2: 'b'}[1] == request.method",
    "optional.of(timestamp('2026-06-01T12:00:00Z')).orValue(now) < now + duration('1h')",
    "spiffe(source.principal).matches('spiffe://acme.example/*')",
    "request.method in ['GET', 'PUT', 'POST', 'PATCH', 'DELETE']",
    "'%s-%d'.format([request.method, 3]) == 'GET-3'",
    'type(request.method) == string && 9007199254740993 > request.size',
  ];
  const rules = conditions.map((when, at) => ({ name: `r${at}`, effect: 'allow', when }));
  const set = policySet({ policies: { p: { rules } } });
  const copy = transferred(set);
  const activation = {
    request: { path: '/a/1', method: 'GET', size: 1 },
    now: { seconds: 1_780_315_200, nanos: 0 },
    source: { ip: '10.1.2.3', principal: 'spiffe://acme.example/a' },
  };
  const results = (each: typeof set) =>
    each.policies[0]?.allowRules.map(({ when }) => when?.evaluate(activation));
  expect(results(copy)).toEqual(results(set));
  expect(results(copy)).toContain(true);
});
