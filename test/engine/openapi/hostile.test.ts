import type { JsonValue } from '../../../src/engine/request/attributes.ts';
import { compiled, documentOf, judged, type TestRequest } from '../../support/openapi.ts';
import { pick, seeded } from '../../support/seeded.ts';

const OBJECT = {
  type: 'object',
  properties: { a: { type: 'integer' }, b: { type: 'array', items: { type: 'integer' } } },
  additionalProperties: false,
};
const STRICT = { type: 'string', pattern: '^[a-z]{1,5}$' };

const query = (name: string, schema: JsonValue, more: object = {}): JsonValue => ({
  name,
  in: 'query',
  schema,
  ...more,
});

const API = compiled(
  documentOf({
    '/f/{x}.{y}/{z}': {
      parameters: ['x', 'y', 'z'].map((name) => ({ name, in: 'path', required: true, schema: STRICT })),
      get: {
        parameters: [
          query('n', { type: 'integer', minimum: 0 }),
          query('list', { type: 'array', items: STRICT }, { explode: false }),
          query('deep', OBJECT, { style: 'deepObject', explode: true }),
          query('json', {}, { schema: undefined, content: { 'application/json': { schema: OBJECT } } }),
          { name: 'h', in: 'header', schema: { type: 'array', items: STRICT } },
          { name: 'c', in: 'cookie', schema: STRICT },
        ].map((each) => JSON.parse(JSON.stringify(each)) as JsonValue),
      },
      post: {
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: OBJECT },
            'application/x-www-form-urlencoded': { schema: OBJECT },
            'multipart/form-data': { schema: OBJECT },
            'text/*': { schema: STRICT },
          },
        },
      },
    },
  }),
);

const PARTS = [
  'n=',
  'n',
  'list=',
  'deep[a]=',
  'deep[b][]=',
  'deep[b][0]=',
  'deep[',
  'deep=',
  'json=',
  '&',
  '&&',
  '=',
  '%',
  '%2',
  '%2C',
  ',',
  ';',
  '+',
  '%00',
  '%FF',
  '%E2%82',
  '[',
  ']',
  '__proto__',
  'constructor',
  '1',
  '-1',
  '1e999',
  '0x1',
  '9'.repeat(30),
  'a',
  'é',
  '.',
  '..',
  '/',
  '{"a":1}',
  '{"a":1,"a":2}',
  '{"__proto__":1}',
  '[[[[',
  'null',
  'true',
  '\u0000',
  '\ud800',
  '--b',
  '\r\n',
  '--b--',
  'Content-Disposition: form-data; name="a"',
  '\r\n\r\n',
  'a=1',
  'a=x',
  'b=1',
];
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'text/plain',
  'text/plain; charset=utf-16',
  'multipart/form-data',
  '',
  ';',
  'a/b/c',
  'application/json;charset="',
  '*/*',
];

function text(random: () => number): string {
  return Array.from({ length: Math.floor(random() * 8) }, () =>
    pick(random, PARTS as [string, ...string[]]),
  ).join('');
}

function requestOf(random: () => number): TestRequest {
  const isPost = random() < 0.5;
  const headers = {
    'content-type': pick(random, TYPES as [string, ...string[]]),
    h: random() < 0.2 ? text(random) : 'ab, c',
    cookie: random() < 0.2 ? `c=${text(random)}` : 'c=ab',
  };
  const path = random() < 0.7 ? '/f/a.b/c' : `/f/${text(random)}/${text(random)}`;
  return {
    method: isPost ? 'POST' : 'GET',
    path: isPost ? path : `${path}?${text(random)}`,
    headers: isPost ? headers : { h: headers.h, cookie: headers.cookie },
    ...(isPost ? { body: text(random) } : {}),
  };
}

/** True if what a service may read as a member or element is within the schemas: all that is accepted must be so. */
function isHarmless({ method, path, body = '' }: TestRequest): boolean {
  const sent = `${path} ${typeof body === 'string' ? body : ''}`;
  if (method === 'GET') return !/[?&]n=(?!(?:0|[1-9]\d*)(?:&|$))/.test(path);
  return !sent.includes('__proto__') && !sent.includes('constructor');
}

test('20,000 hostile requests: none fails, and none is accepted that the document forbids', () => {
  const random = seeded(16);
  const counts = { accepted: 0, denied: 0 };
  for (let round = 0; round < 20_000; round++) {
    const request = requestOf(random);
    const denial = judged(API, request);
    if (denial === undefined && !isHarmless(request)) expect(request).toBe('denied');
    if (denial !== undefined && !/^(?:schema_violation|body_[a-z_]+)$/.test(denial.reason))
      expect(denial).toBe('a denial');
    counts[denial === undefined ? 'accepted' : 'denied'] += 1;
  }
  expect(counts.accepted).toBeGreaterThan(200);
  expect(counts.denied).toBeGreaterThan(10_000);
});
