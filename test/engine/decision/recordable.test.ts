import { decide } from '../../../src/engine/decision/decide.ts';
import {
  type Recordable,
  type RecordParts,
  recordParts,
  shareOf,
} from '../../../src/engine/decision/recordable.ts';
import { isSampled } from '../../../src/engine/decision/sample.ts';
import { type Asked, attributes } from '../../support/attributes.ts';
import { standingStill } from '../../support/pending-decisions.ts';
import { type PolicyFolder, policySet } from '../../support/policy-set.ts';

const ALLOW_ALL = [{ name: 'all', effect: 'allow' }];
const NOTHING = { inputs: false, body: false };

async function recordableOf(folder: PolicyFolder, asked: Asked): Promise<Recordable> {
  const { decision } = await decide(attributes(asked), policySet(folder), standingStill());
  if (decision.recordable === undefined) throw new Error('nothing is recordable');
  return decision.recordable;
}

async function partsOf(spec: object, asked: Asked, wishes = NOTHING): Promise<RecordParts | undefined> {
  return recordParts(
    await recordableOf({ policies: { orders: { rules: ALLOW_ALL, ...spec } } }, asked),
    wishes,
  );
}

describe('inputs', () => {
  test('they have what the policy reads, and note what is absent, withheld and whole', async () => {
    const when = [
      "request.headers['x-tenant'] == 'acme'",
      "request.headers[?'x-role'].orValue('') == ''",
      "request.headers[?'authorization'].orValue('') != 'a'",
      "request.query_params.all(name, name != 'q')",
      "request.scheme == 'https' && source.port > 1 && connection.mtls",
      "source.labels[?'app'].orValue('') == 'web'",
    ].join(' && ');
    const parts = await partsOf(
      { rules: [{ name: 'all', effect: 'allow', when }], record: { inputs: true } },
      {
        path: '/a?page=2&token=SECRET',
        headers: { 'x-tenant': 'acme', authorization: 'Basic dTpTRUNSRVQ=', 'x-other': 'unread' },
        labels: { app: 'web', unread: 'x' },
        principal: 'spiffe://acme/web',
      },
    );
    expect(parts?.inputs).toEqual({
      values: {
        'request.headers': { 'x-tenant': 'acme' },
        'request.query_params': { page: ['2'] },
        'request.scheme': 'https',
        'source.port': 4711,
        'connection.mtls': true,
        'source.labels': { app: 'web' },
      },
      absent: { 'request.headers': ['x-role'] },
      whole: ['request.query_params'],
      withheld: { 'request.headers': ['authorization'], 'request.query_params': ['token'] },
      truncated: false,
    });
    expect(JSON.stringify(parts)).not.toMatch(/SECRET|dTpT|unread/);
  });

  test('a path with a query string is withheld, and one without is recorded', async () => {
    const spec = {
      rules: [{ name: 'all', effect: 'allow', when: "request.path != ''" }],
      record: { inputs: true },
    };
    expect((await partsOf(spec, { path: '/a?b=SECRET' }))?.inputs).toMatchObject({
      values: {},
      withheld: { 'request.path': [] },
    });
    expect((await partsOf(spec, { path: '/a' }))?.inputs?.values).toEqual({ 'request.path': '/a' });
  });

  test('a value in the form of a secret is withheld, whatever its name is', async () => {
    const spec = {
      rules: [{ name: 'all', effect: 'allow', when: "request.headers['x-note'] != ''" }],
      record: { inputs: true },
    };
    for (const value of [
      'eyJhbGciOiJFUzI1NiJ9.e30.x',
      'Bearer 0123456789abcdef',
      '-----BEGIN PRIVATE KEY-----',
    ])
      expect((await partsOf(spec, { headers: { 'x-note': value } }))?.inputs).toMatchObject({
        values: {},
        withheld: { 'request.headers': ['x-note'] },
      });
  });

  test('a body is recorded only by request', async () => {
    const rules = [{ name: 'all', effect: 'allow', when: 'request.body.a == 1' }];
    const asked = { method: 'POST', body: '{"a":1}' };
    const without = await partsOf({ rules, record: { inputs: true } }, asked);
    expect(without?.inputs).toMatchObject({
      values: { 'request.headers': { 'content-type': 'application/json' } },
      withheld: { 'request.body_bytes': [] },
    });
    const parts = await partsOf({ rules, record: { inputs: { body: true } } }, asked);
    expect(parts?.inputs?.values['request.body_bytes']).toBe('eyJhIjoxfQ==');
    const truncated = await partsOf(
      { rules, record: { inputs: { body: true } } },
      { ...asked, truncated: true },
    );
    expect(truncated?.inputs?.withheld).toEqual({ 'request.body_bytes': [] });
  });

  test('they have a bound, after which smaller values still have room', async () => {
    const when = "request.headers['a'] != '' && request.headers['b'] != '' && request.headers['c'] != ''";
    const spec = { rules: [{ name: 'all', effect: 'allow', when }], record: { inputs: true } };
    const parts = await partsOf(spec, { headers: { a: 'x'.repeat(10_000), b: 'y'.repeat(10_000), c: 'z' } });
    expect(Object.keys(parts?.inputs?.values['request.headers'] ?? {})).toEqual(['a', 'c']);
    expect(parts?.inputs).toMatchObject({ absent: {}, withheld: {}, truncated: true });
  });

  test('the condition of a policy that does not apply is an input too', async () => {
    const record = { inputs: true };
    const recordable = await recordableOf(
      {
        policies: {
          beta: { match: [{ when: "request.headers[?'x-beta'].orValue('') == 'on'" }], rules: [] },
          orders: { rules: ALLOW_ALL, record },
        },
      },
      { headers: { 'x-beta': 'off' } },
    );
    expect(recordParts(recordable, NOTHING)?.inputs?.values).toEqual({
      'request.headers': { 'x-beta': 'off' },
    });
  });

  test('names of headers that are members of every object are plain names', async () => {
    const when = "request.headers.all(name, name != '')";
    const spec = { rules: [{ name: 'all', effect: 'allow', when }], record: { inputs: true } };
    const parts = await partsOf(spec, { headers: { __proto__x: 'a', constructor: 'b' } });
    expect(parts?.inputs?.values['request.headers']).toEqual({ __proto__x: 'a', constructor: 'b' });
  });

  test('an operator can ask for them', async () => {
    const spec = { rules: [{ name: 'all', effect: 'allow', when: "request.scheme == 'https'" }] };
    expect(await partsOf(spec, {})).toBeUndefined();
    expect((await partsOf(spec, {}, { inputs: true, body: false }))?.inputs?.values).toEqual({
      'request.scheme': 'https',
    });
  });
});

describe('included places', () => {
  const record = {
    include: [
      "request.headers['X-Tenant']",
      'request.host',
      "metadata['shop'].cart.items",
      'source.certificate.subject',
    ],
  };

  test('they are by their texts, without those that the request lacks', async () => {
    const asked = { headers: { 'x-tenant': 'acme' }, metadata: { shop: { cart: { items: [1, 2] } } } };
    expect(await partsOf({ record }, asked)).toEqual({
      include: {
        "request.headers['X-Tenant']": 'acme',
        'request.host': 'service.test',
        "metadata['shop'].cart.items": [1, 2],
        'source.certificate.subject': '',
      },
      inputs: undefined,
    });
  });

  test('secrets in them are masked, and long texts cut', async () => {
    const asked = {
      headers: { 'x-tenant': 'x'.repeat(2000) },
      metadata: { shop: { cart: { items: { token: 'SECRET', deep: ['Bearer 0123456789abcdef'] } } } },
    };
    const parts = await partsOf({ record }, asked);
    expect(parts?.include).toMatchObject({ "metadata['shop'].cart.items": { token: '***', deep: ['***'] } });
    expect(parts?.include?.["request.headers['X-Tenant']"]).toBe(`${'x'.repeat(1023)}…`);
  });
});

describe('shares', () => {
  test('the largest of the policies of a request counts, and one that says none has no part', async () => {
    const policies = {
      open: { rules: ALLOW_ALL },
      one: { record: { allow: 0.01, deny: 0.5 } },
      two: { record: { allow: 0.2 } },
      other: { match: [{ hosts: ['other.test'] }], rules: [], record: { allow: 1 } },
    };
    const recordable = await recordableOf({ policies }, {});
    expect([shareOf(recordable, 'allow'), shareOf(recordable, 'deny')]).toEqual([0.2, 0.5]);
    const plain = await recordableOf({ policies: { open: policies.open } }, {});
    expect(shareOf(plain, 'allow')).toBeUndefined();
  });

  test('a share selects about so many ids, the same each time, and those of smaller shares', () => {
    const ids = Array.from(
      { length: 100_000 },
      (_, at) => `01900000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`,
    );
    const selected = (share: number) => ids.filter((id) => isSampled(id, share));
    expect(selected(0)).toEqual([]);
    expect(selected(1)).toHaveLength(ids.length);
    const [hundredth, tenth] = [selected(0.01), selected(0.1)];
    expect(Math.abs(hundredth.length - 1000)).toBeLessThan(150);
    expect(Math.abs(tenth.length - 10_000)).toBeLessThan(450);
    expect(tenth).toEqual(expect.arrayContaining(hundredth));
  });
});
