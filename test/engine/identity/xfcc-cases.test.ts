import { decide, isAllow } from '../../../src/engine/decision/decide.ts';
import { attributes } from '../../support/attributes.ts';
import { policySet } from '../../support/policy-set.ts';
import { bench } from '../decision/run-case.ts';
import { REFUSALS, TEXT_CASES } from './xfcc-cases.ts';
import { JSON_CASES } from './xfcc-json-cases.ts';

const SET = policySet({
  policies: {
    forwarded: {
      authenticate: { mtls: { from: 'xfcc' } },
      rules: [{ name: 'all', effect: 'allow' }],
      respond: { allow: { requestHeaders: { set: { 'x-caller': '${caller.via} ${caller.principal}' } } } },
    },
    // Reads the header although the caller is the peer of the connection.
    read: {
      match: [{ hosts: ['read.svc'] }],
      rules: [{ name: 'forged', effect: 'deny', when: "source.xfcc.exists(x, x.hash == 'none')" }],
    },
  },
});

const ALL = [...TEXT_CASES, ...JSON_CASES];

test('there are at least 120 headers, each with a name of its own', () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  expect(ALL.length).toBeGreaterThanOrEqual(120);
});

describe.each([
  ['service.test', 'authenticated'],
  ['read.svc', 'authenticated and read by a rule'],
])('%s: %s', (host) => {
  test.each(ALL.map((row) => [row.name, row] as const))(
    '%s',
    async (_, { header, hops, principal, refusal }) => {
      const headers = { 'x-forwarded-client-cert': header };
      const { services } = bench(undefined, { xfccTrustedHops: hops });
      const { decision } = await decide(attributes({ host, headers }), SET, services);
      const { outcome, reason, status } = decision;
      const isAllowed = isAllow(outcome);
      const detail = isAllowed ? undefined : outcome.detail;
      const service = isAllowed ? outcome.changes.requestHeaders.set.get('x-caller') : undefined;
      expect({ reason, status, detail, service }).toEqual(
        refusal === undefined
          ? { reason: 'allowed', status: 200, detail: undefined, service: `xfcc ${principal}` }
          : { ...REFUSALS[refusal], service: undefined },
      );
      // Nothing of the header is in the answer.
      if (detail !== undefined) expect(detail).not.toMatch(/acme|spiffe:\/\//);
    },
  );
});
