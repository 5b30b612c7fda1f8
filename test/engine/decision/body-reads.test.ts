import { jest } from '@jest/globals';
import { decide } from '../../../src/engine/decision/decide.ts';
import { attributes } from '../../support/attributes.ts';
import { policySet } from '../../support/policy-set.ts';
import { bench } from './run-case.ts';

const SCHEMA = { type: 'object', required: ['sku'] };

const SET = policySet({
  policies: {
    orders: {
      match: [{ hosts: ['orders.svc'] }],
      variables: { sku: "request.body.?sku.orValue('')" },
      rules: [
        { name: 'never', effect: 'deny', when: "variables.sku == 'x'" },
        { name: 'some', effect: 'allow', match: [{ methods: ['POST'] }], when: "request.body.sku == 'a'" },
        { name: 'reads', effect: 'allow', match: [{ methods: ['GET'] }] },
      ],
      schemas: [
        { match: [{ methods: ['POST'] }], body: { jsonSchema: SCHEMA } },
        { match: [{ methods: ['POST'] }], body: { jsonSchema: SCHEMA, maxBytes: 1000 } },
      ],
    },
    others: {
      match: [{ hosts: ['orders.svc'], methods: ['POST'] }],
      rules: [{ name: 'all', effect: 'allow', when: 'request.body != null' }],
      schemas: [{ body: { jsonSchema: { minProperties: 1 } } }],
    },
    open: {
      match: [{ hosts: ['open.svc'] }],
      rules: [{ name: 'all', effect: 'allow' }],
      schemas: [{ match: [{ methods: ['PUT'] }], body: { jsonSchema: SCHEMA } }],
    },
  },
});

/** Number of times that the bytes of a body are decoded for a decision, and its reason. */
async function readsOf(host: string, method: string): Promise<readonly [reads: number, reason: string]> {
  const asked = attributes({ host, method, body: '{"sku": "a"}' });
  const decode = jest.spyOn(TextDecoder.prototype, 'decode');
  try {
    const { decision } = await decide(asked, SET, bench().services);
    return [decode.mock.calls.length, decision.reason];
  } finally {
    decode.mockRestore();
  }
}

test('a body that five parts of two policies read is read once', async () => {
  expect(await readsOf('orders.svc', 'POST')).toEqual([1, 'allowed']);
});

test.each(['GET', 'POST'])('a body that no policy of the route reads is not read: %s', async (method) => {
  expect(await readsOf('open.svc', method)).toEqual([0, 'allowed']);
});

test('a body is read for the route of the schema', async () => {
  expect(await readsOf('open.svc', 'PUT')).toEqual([1, 'allowed']);
});
