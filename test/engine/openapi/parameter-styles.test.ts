import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compiled, documentOf, verdict } from '../../support/openapi.ts';

/** The values of the examples of the specification (3.1.1, section 4.8.12.4), as the only ones that fit. */
const EMPTY = { type: 'string', const: '' };
const TEXT = { type: 'string', const: 'blue' };
const LIST = { type: 'array', items: { type: 'string' }, const: ['blue', 'black', 'brown'] };
const OBJECT = {
  type: 'object',
  properties: { R: { type: 'integer' }, G: { type: 'integer' }, B: { type: 'integer' } },
  const: { R: 100, G: 200, B: 150 },
};

/** The table of the specification: style, explode, and what is sent for each of the values. */
const PATHS = [
  ['matrix', false, ';color', ';color=blue', ';color=blue,black,brown', ';color=R,100,G,200,B,150'],
  ['matrix', true, ';color', ';color=blue', ';color=blue;color=black;color=brown', ';R=100;G=200;B=150'],
  // An empty label is a dot segment, which no canonical path has.
  ['label', false, undefined, '.blue', '.blue,black,brown', '.R,100,G,200,B,150'],
  ['label', true, undefined, '.blue', '.blue.black.brown', '.R=100.G=200.B=150'],
  ['simple', false, undefined, 'blue', 'blue,black,brown', 'R,100,G,200,B,150'],
  ['simple', true, undefined, 'blue', 'blue,black,brown', 'R=100,G=200,B=150'],
] as const;
const QUERIES = [
  ['form', false, 'color=', 'color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150'],
  ['form', true, 'color=', 'color=blue', 'color=blue&color=black&color=brown', 'R=100&G=200&B=150'],
  [
    'spaceDelimited',
    false,
    undefined,
    undefined,
    'color=blue%20black%20brown',
    'color=R%20100%20G%20200%20B%20150',
  ],
  [
    'pipeDelimited',
    false,
    undefined,
    undefined,
    'color=blue%7Cblack%7Cbrown',
    'color=R%7C100%7CG%7C200%7CB%7C150',
  ],
  ['deepObject', true, undefined, undefined, undefined, 'color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
] as const;
const VALUES = [
  ['empty', EMPTY],
  ['text', TEXT],
  ['list', LIST],
  ['object', OBJECT],
] as const;

type Row = readonly [string, boolean, ...(string | undefined)[]];

function rowsOf(table: readonly Row[]): readonly (readonly [string, boolean, string, JsonValue, string])[] {
  return table.flatMap(([style, explode, ...texts]) =>
    VALUES.flatMap(([kind, schema], index) => {
      const text = texts[index];
      return text === undefined ? [] : [[style, explode, kind, schema, text] as const];
    }),
  );
}

function pathDocument(style: string, explode: boolean, schema: JsonValue): JsonValue {
  const parameter = { name: 'color', in: 'path', required: true, style, explode, schema };
  return documentOf({ '/paint/{color}': { get: { parameters: [parameter] } } });
}

function queryDocument(style: string, explode: boolean, schema: JsonValue, more: object = {}): JsonValue {
  const parameter = { name: 'color', in: 'query', required: true, style, explode, schema, ...more };
  return documentOf({ '/paint': { get: { parameters: [parameter] } } });
}

describe('the table of the specification', () => {
  test.each(rowsOf(PATHS))('path, %s, explode %j, %s', (style, explode, _kind, schema, text) => {
    const document = compiled(pathDocument(style, explode, schema));
    expect(verdict(document, { path: `/paint/${text}` })).toBe('fits');
    expect(verdict(document, { path: `/paint/${text}x` })).not.toBe('fits');
  });

  test.each(rowsOf(QUERIES))('query, %s, explode %j, %s', (style, explode, _kind, schema, text) => {
    const document = compiled(queryDocument(style, explode, schema));
    expect(verdict(document, { path: `/paint?${text}` })).toBe('fits');
    expect(verdict(document, { path: `/paint?${text}x` })).not.toBe('fits');
    expect(verdict(document, { path: '/paint?other=1' })).toBe('the query parameter `color` is required');
  });

  test.each([
    [false, 'text', TEXT, 'blue'],
    [false, 'list', LIST, 'blue,black,brown'],
    [false, 'list', LIST, 'blue, black , brown'],
    [true, 'list', LIST, 'blue,black,brown'],
    [false, 'object', OBJECT, 'R,100,G,200,B,150'],
    [true, 'object', OBJECT, 'R=100, G=200, B=150'],
  ])('header, explode %j, %s', (explode, _kind, schema, text) => {
    const parameter = { name: 'X-Color', in: 'header', required: true, explode, schema };
    const document = compiled(documentOf({ '/paint': { get: { parameters: [parameter] } } }));
    expect(verdict(document, { path: '/paint', headers: { 'x-color': text } })).toBe('fits');
    expect(verdict(document, { path: '/paint', headers: { 'x-color': `${text}x` } })).not.toBe('fits');
    expect(verdict(document, { path: '/paint' })).toBe('the header `x-color` is required');
  });

  test.each([
    [true, 'text', TEXT, 'color=blue'],
    [false, 'list', LIST, 'color=blue,black,brown'],
    [false, 'object', OBJECT, 'color=R,100,G,200,B,150'],
    [true, 'object', OBJECT, 'R=100; G=200; B=150'],
  ])('cookie, explode %j, %s', (explode, _kind, schema, text) => {
    const parameter = { name: 'color', in: 'cookie', required: true, explode, schema };
    const document = compiled(documentOf({ '/paint': { get: { parameters: [parameter] } } }));
    expect(verdict(document, { path: '/paint', headers: { cookie: text } })).toBe('fits');
    expect(verdict(document, { path: '/paint', headers: { cookie: `${text}x` } })).not.toBe('fits');
    expect(verdict(document, { path: '/paint' })).toBe('the cookie `color` is required');
  });
});

describe('text becomes the type of the schema, strictly', () => {
  const fits = (schema: JsonValue, text: string): string =>
    verdict(compiled(queryDocument('form', true, schema)), { path: `/paint?color=${text}` });

  test.each([
    [
      'integer',
      ['0', '-7', '9007199254740993'],
      ['+1', '01', '1.5', '1e3', '0x10', '%201', '1%20', '', '1,000', '٣'],
    ],
    ['number', ['0', '-0.5', '1e3', '2.5E-2'], ['.5', '5.', 'NaN', 'Infinity', '+1', '1_000', '0x1p3']],
    ['boolean', ['true', 'false'], ['1', '0', 'TRUE', 'yes', 'on', '']],
    ['null', ['null'], ['NULL', '', '0']],
    ['string', ['', 'true', '1', 'null', '%F0%9F%98%80'], []],
  ] as const)('%s', (type, good, bad) => {
    for (const text of good) expect([text, fits({ type }, text)]).toEqual([text, 'fits']);
    for (const text of bad) expect([text, fits({ type }, text)]).not.toEqual([text, 'fits']);
  });

  test('a text that two types fit is either of them', () => {
    const schema = {
      anyOf: [
        { type: 'integer', minimum: 5 },
        { type: 'string', pattern: '^[0-9]$' },
      ],
    };
    expect(['7', '3', '12', 'x'].map((text) => fits(schema, text))).toEqual([
      'fits',
      'fits',
      'fits',
      expect.stringContaining('the query parameter `color`'),
    ]);
  });

  test('a limit without a type means the type that it is of', () => {
    expect(fits({ minimum: 5 }, '7')).toBe('fits');
    expect(fits({ minimum: 5 }, '3')).toBe('the query parameter `color` must be >= 5');
    expect(fits({ enum: [1, 2] }, '2')).toBe('fits');
    expect(fits({ enum: [1, 2] }, '3')).not.toBe('fits');
  });

  test('a message never has the value', () => {
    expect(fits({ type: 'integer', maximum: 5 }, '777')).toBe('the query parameter `color` must be <= 5');
    expect(fits({ type: 'integer' }, 'secret')).toBe('the query parameter `color` must be an integer');
  });
});

describe('what services read in different ways', () => {
  test('a parameter that has one value is refused twice', () => {
    const document = compiled(queryDocument('form', true, { type: 'integer' }));
    const message = 'the query parameter `color` appears more than once';
    expect(verdict(document, { path: '/paint?color=1&color=2' })).toBe(message);
    expect(verdict(document, { path: '/paint?color=1&col%6Fr=2' })).toBe(message);
    const list = compiled(queryDocument('form', false, LIST));
    expect(verdict(list, { path: '/paint?color=blue,black,brown&color=red' })).toBe(message);
  });

  test('an escaped separator must fit as a part of a value and as a separator', () => {
    const short = { type: 'array', items: { type: 'string', maxLength: 3 } };
    const few = { type: 'array', items: { type: 'string' }, maxItems: 1 };
    const path = '/paint?color=a%2Cb';
    expect(verdict(compiled(queryDocument('form', false, short)), { path })).toBe('fits');
    expect(verdict(compiled(queryDocument('form', false, few)), { path })).not.toBe('fits');
    expect(verdict(compiled(pathDocument('simple', false, few)), { path: '/paint/a%2Cb' })).not.toBe('fits');
  });

  test('a cookie must fit decoded and as it is', () => {
    const parameter = { name: 'c', in: 'cookie', schema: { type: 'string', maxLength: 3 } };
    const document = compiled(documentOf({ '/paint': { get: { parameters: [parameter] } } }));
    expect(verdict(document, { path: '/paint', headers: { cookie: 'c=abc' } })).toBe('fits');
    expect(verdict(document, { path: '/paint', headers: { cookie: 'c=%61b' } })).not.toBe('fits');
  });

  test('a segment that can be split in several ways must fit in each', () => {
    const parameters = [
      { name: 'a', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-z.]+$' } },
      { name: 'b', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-z]+$' } },
    ];
    const document = compiled(documentOf({ '/f/{a}.{b}': { get: { parameters } } }));
    expect(verdict(document, { path: '/f/x.y' })).toBe('fits');
    expect(verdict(document, { path: '/f/x.y.z' })).toContain('the path parameter `b`');
  });
});

describe('options of parameters', () => {
  test('allowEmptyValue accepts an empty value, whatever the type', () => {
    const schema = { type: 'integer' };
    const path = '/paint?color';
    expect(verdict(compiled(queryDocument('form', true, schema, { allowEmptyValue: true })), { path })).toBe(
      'fits',
    );
    expect(verdict(compiled(queryDocument('form', true, schema)), { path })).not.toBe('fits');
  });

  test('a default stands for a missing parameter, which is then not required', () => {
    const schema = { type: 'integer', default: 20 };
    const document = compiled(queryDocument('form', true, schema, { required: false }));
    expect(verdict(document, { path: '/paint' })).toBe('fits');
  });

  test('allowReserved and escapes are read alike', () => {
    const schema = { type: 'string', const: 'a/b?c' };
    const document = compiled(queryDocument('form', true, schema, { allowReserved: true }));
    expect(verdict(document, { path: '/paint?color=a/b?c' })).toBe('fits');
    expect(verdict(document, { path: '/paint?color=a%2Fb%3Fc' })).toBe('fits');
  });

  test('a parameter with content is JSON', () => {
    const content = { 'application/json': { schema: OBJECT } };
    const parameter = { name: 'color', in: 'query', content };
    const document = compiled(documentOf({ '/paint': { get: { parameters: [parameter] } } }));
    const json = (text: string): string =>
      verdict(document, { path: `/paint?color=${encodeURIComponent(text)}` });
    expect(json('{"R":100,"G":200,"B":150}')).toBe('fits');
    expect(json('{"R":"100","G":200,"B":150}')).not.toBe('fits');
    expect(json('{"R":100,"R":100}')).toContain('must be JSON: ');
    expect(json('{')).toContain('must be JSON: ');
  });

  test('unknown query parameters can be denied, apart from credentials', () => {
    const document = documentOf(
      {
        '/paint': {
          get: {
            parameters: [{ name: 'f', in: 'query', style: 'deepObject', explode: true, schema: OBJECT }],
          },
        },
      },
      { components: { securitySchemes: { key: { type: 'apiKey', in: 'query', name: 'api_key' } } } },
    );
    const allowing = compiled(document);
    const denying = compiled(document, { unknownQuery: 'deny', credentials: new Set(['access_token']) });
    expect(verdict(allowing, { path: '/paint?x=1' })).toBe('fits');
    expect(verdict(denying, { path: '/paint?x=1' })).toBe(
      'the operation does not have one of the query parameters',
    );
    expect(verdict(denying, { path: '/paint?api_key=1&access_token=2&f[R]=100&f[G]=200&f[B]=150' })).toBe(
      'fits',
    );
  });

  test('deepObject: nested members and lists, without duplicates and gaps', () => {
    const schema = {
      type: 'object',
      properties: {
        tags: { type: 'array', items: { type: 'string' } },
        created: { type: 'object', properties: { gte: { type: 'integer' } }, additionalProperties: false },
      },
    };
    const document = compiled(queryDocument('deepObject', true, schema, { required: false }));
    const fits = (query: string): string => verdict(document, { path: `/paint?${query}` });
    for (const good of [
      'color[created][gte]=5',
      'color[tags][]=a&color[tags][]=b',
      'color[tags][0]=a&color[tags][1]=b',
      'x=1',
    ])
      expect([good, fits(good)]).toEqual([good, 'fits']);
    for (const bad of [
      'color[created][gte]=x',
      'color[created][lte]=5',
      'color[created][gte]=1&color[created][gte]=2',
      'color[tags][1]=a',
      'color[created]=1&color[created][gte]=2',
      'color=1',
      'color[tags=1',
    ])
      expect([bad, fits(bad)]).not.toEqual([bad, 'fits']);
  });

  test('a list in deepObject', () => {
    const document = compiled(
      queryDocument('deepObject', true, { type: 'array', items: { type: 'integer' } }),
    );
    expect(verdict(document, { path: '/paint?color[]=1&color[]=2' })).toBe('fits');
    expect(verdict(document, { path: '/paint?color[0]=1&color[1]=x' })).not.toBe('fits');
  });

  test('names of members such as __proto__ are plain', () => {
    const schema = { type: 'object', additionalProperties: false, properties: { a: { type: 'string' } } };
    const document = compiled(queryDocument('deepObject', true, schema));
    expect(verdict(document, { path: '/paint?color[__proto__]=1' })).toContain('is not expected');
    expect(verdict(document, { path: '/paint?color[a]=1' })).toBe('fits');
  });
});
