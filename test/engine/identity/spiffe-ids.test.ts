import { decide, isAllow } from '../../../src/engine/decision/decide.ts';
import { parseSpiffe } from '../../../src/engine/identity/spiffe.ts';
import { attributes } from '../../support/attributes.ts';
import { alternativeNames, certificate, pemOf, uri as uriName } from '../../support/der.ts';
import { policySet } from '../../support/policy-set.ts';
import { bench } from '../decision/run-case.ts';
import { URI_NAMES, type UriName } from './spiffe-ids.ts';

const { services } = bench();

/** The same peers for a policy that names them, and for one that takes any and tells the service who it is. */
const SET = policySet({
  policies: {
    named: {
      match: [{ hosts: ['named.svc'] }],
      authenticate: { mtls: { principals: ['spiffe://acme.example/**'] } },
      rules: [{ name: 'all', effect: 'allow' }],
    },
    any: {
      match: [{ hosts: ['any.svc'] }],
      authenticate: { mtls: {} },
      rules: [{ name: 'all', effect: 'allow' }],
      respond: {
        allow: {
          requestHeaders: {
            set: {
              'x-parts':
                '${source.spiffe.trust_domain}|${source.spiffe.path}|${source.spiffe.namespace}|${source.spiffe.service_account}',
            },
          },
        },
      },
    },
  },
});

interface Answer {
  readonly reason: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly parts: string | undefined;
}

async function answer(host: string, { uri }: UriName): Promise<Answer> {
  const pem = pemOf(certificate({ extensions: [alternativeNames(uriName(uri))] }));
  const { decision } = await decide(attributes({ host, principal: uri, certificate: pem }), SET, services);
  const { outcome, reason, status } = decision;
  const isAllowed = isAllow(outcome);
  return {
    reason,
    status,
    detail: isAllowed ? undefined : outcome.detail,
    parts: isAllowed ? outcome.changes.requestHeaders.set.get('x-parts') : undefined,
  };
}

const UNREADABLE: Answer = {
  reason: 'certificate_malformed',
  status: 403,
  detail: 'the certificate of the peer cannot be read',
  parts: undefined,
};

const NOT_NAMED: Answer = {
  reason: 'peer_untrusted',
  status: 403,
  detail: 'this workload is not among those that may call',
  parts: undefined,
};

test('there are at least 80 names, all different', () => {
  expect(new Set(URI_NAMES.map(({ uri }) => uri)).size).toBe(URI_NAMES.length);
  expect(URI_NAMES.length).toBeGreaterThanOrEqual(80);
});

test.each(URI_NAMES.map((row) => [row.why, row] as const))('%s', async (_, row) => {
  const { parts, isUnreadable } = row;
  const [trustDomain, path, namespace, serviceAccount] = parts ?? [];
  expect(parseSpiffe(row.uri)).toEqual(
    parts && expect.objectContaining({ trustDomain, path, namespace, serviceAccount }),
  );
  const allowed = { reason: 'allowed', status: 200, detail: undefined };
  const isNamed = trustDomain === 'acme.example';
  const named = isNamed ? { ...allowed, parts: undefined } : NOT_NAMED;
  expect(await answer('named.svc', row)).toEqual(isUnreadable === true ? UNREADABLE : named);
  const any = { ...allowed, parts: (parts ?? ['', '', '', '']).join('|') };
  expect(await answer('any.svc', row)).toEqual(isUnreadable === true ? UNREADABLE : any);
});
