import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const policy = (schema: string): string => `apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec:
  authenticate: {mtls: {}}
  rules: [{name: any, effect: allow}]
  schemas: [{body: {jsonSchema: ${schema}}}]
`;

const PRICES = `---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: prices}
spec:
  callers: {c: {principal: spiffe://acme.example/ns/shop/sa/web}}
  requests: {r: {method: POST, host: x}}
  cases:
    - name: whole cents
      caller: c
      request: r
      expect: {decision: allow}
      each:
        - {name: "19.99", with: {body: {json: {price: 19.99}}}}
        - {name: "4.35", with: {body: {json: {price: 4.35}}}}
        - {name: "0.07", with: {body: {json: {price: 0.07}}}}
        - {name: "1.10", with: {body: {json: {price: 1.10}}}}
    - name: half a cent
      caller: c
      request: r
      with: {body: {json: {price: 1.005}}}
      expect: {decision: deny, reason: schema_violation}
`;

const PRICE = {
  type: 'object',
  properties: { price: { type: 'number', minimum: 0, multipleOf: 0.01 } },
  required: ['price'],
};

/** A tagged union, as a model library for web services writes it. */
const variant = (kind: string, more: object) => ({
  properties: { kind: { const: kind, type: 'string' }, ...more },
  required: ['kind', ...Object.keys(more)],
  title: kind,
  type: 'object',
});
const ORDER = {
  $defs: {
    Card: variant('card', { number: { type: 'string' } }),
    Bill: variant('bill', { days: { type: 'integer' } }),
  },
  properties: {
    id: { format: 'uuid', type: 'string' },
    pay: {
      discriminator: { mapping: { bill: '#/$defs/Bill', card: '#/$defs/Card' }, propertyName: 'kind' },
      oneOf: [{ $ref: '#/$defs/Card' }, { $ref: '#/$defs/Bill' }],
    },
  },
  required: ['id', 'pay'],
  title: 'Order',
  type: 'object',
};

/** As published schemas of draft-07 are. */
const EVENT = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    id: { $ref: '#/definitions/text' },
    source: { type: 'string', format: 'uri-reference' },
  },
  required: ['id', 'source'],
  definitions: { text: { type: 'string', minLength: 1 } },
};

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, {
    'prices/p.yaml': policy('s.schema.json') + PRICES,
    'prices/s.schema.json': JSON.stringify(PRICE),
    'orders/p.yaml': policy('s.schema.json'),
    'orders/s.schema.json': JSON.stringify(ORDER),
    'events/p.yaml': policy('s.schema.json'),
    'events/s.schema.json': JSON.stringify(EVENT),
  });
});

afterAll(() => stack.disposeAsync());

test('prices with two decimals are multiples of 0.01', async () => {
  const { code, stdout } = await inProcess(['test', 'prices'], directory);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('5 passed') });
});

test.each([
  ['of a generator, with a keyword of OpenAPI', 'orders'],
  ['of draft-07', 'events'],
])('a schema %s has no errors', async (_, folder) => {
  const { code, stdout } = await inProcess(['check', folder], directory);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('no errors') });
});
