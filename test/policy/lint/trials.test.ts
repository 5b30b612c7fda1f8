import type { Example } from '../../../src/policy/lint/example.ts';
import { Trials } from '../../../src/policy/lint/trials.ts';
import { policySet } from '../../support/policy-set.ts';

const SET = policySet({
  policies: {
    orders: {
      match: [{ hosts: ['orders.acme.svc'] }],
      authenticate: { mtls: { principals: ['spiffe://acme.example/**'] } },
      rules: [{ name: 'use', effect: 'allow' }],
    },
  },
});

const example = (principal: string): Example => ({
  method: 'GET',
  host: 'orders.acme.svc',
  path: '/',
  caller: { principal, via: 'connection' },
  token: undefined,
});

describe('the decisions about examples', () => {
  test('confirm an expected answer, and no other', () => {
    const trials = new Trials(SET, 0);
    const confirmed = trials.confirm(
      example('spiffe://acme.example/a'),
      ({ reason }) => reason === 'allowed',
    );
    expect(confirmed).toEqual({
      text: 'GET https://orders.acme.svc/ as spiffe://acme.example/a → allowed (orders/use)',
      only: [],
    });
    const other = trials.confirm(example('spiffe://other.example/a'), ({ reason }) => reason === 'allowed');
    expect(other).toBeUndefined();
  });

  test('are bounded in number: after 5,000 nothing is confirmed', () => {
    const trials = new Trials(SET, 0);
    let confirmed = 0;
    for (let at = 0; at < 5_100; at++) {
      if (trials.confirm(example('spiffe://acme.example/a'), () => true) !== undefined) confirmed++;
    }
    expect(confirmed).toBe(5_000);
  });

  test('are bounded by the rules of the policies that may govern them', () => {
    const rules = Array.from({ length: 10_000 }, (_, at) => ({
      name: `r${at}`,
      effect: 'allow',
      match: [{ paths: [`/${at}`] }],
    }));
    const trials = new Trials(policySet({ policies: { orders: { rules } } }), 0);
    let confirmed = 0;
    for (let at = 0; at < 200; at++) {
      if (trials.confirm(example('spiffe://acme.example/a'), () => true) !== undefined) confirmed++;
    }
    expect(confirmed).toBe(100);
  });
});
