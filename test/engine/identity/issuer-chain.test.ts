import { X509Certificate } from 'node:crypto';
import { decide, isAllow } from '../../../src/engine/decision/decide.ts';
import { createCertificateReader } from '../../../src/engine/identity/certificate.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { policySet } from '../../support/policy-set.ts';
import { bench } from '../decision/run-case.ts';

const WEB = 'spiffe://acme.example/ns/shop/sa/web';
const OPTIONS = { hosts: [], workloads: { web: WEB } };
const READER = createCertificateReader(nodeCrypto);

const own = await makeCertificates(OPTIONS);
/** An authority of the same name with another key. */
const other = await makeCertificates(OPTIONS);
const web = own.workloads.get('web')?.cert ?? '';

function digestOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

const chain = (...pems: readonly string[]): string => encodeURIComponent(pems.join('\n'));

test.each([
  ['the certificate and its authority', chain(web, own.ca), [digestOf(own.ca)]],
  ['the certificate alone', chain(web), []],
  ['an authority that has not signed it, by the same name', chain(web, other.ca), []],
  ['an authority after another one', chain(web, other.ca, own.ca), []],
  [
    'an authority twice, which has signed itself',
    chain(web, own.ca, own.ca),
    [digestOf(own.ca), digestOf(own.ca)],
  ],
  ['another certificate after the authority', chain(web, own.ca, web), [digestOf(own.ca)]],
  ['a certificate that is no authority', chain(web, web), []],
])('%s', (_, text, issuers) => {
  expect(READER.issuers(text, digestOf(web))).toEqual(issuers);
  expect(READER.issuers(text, digestOf(web).toUpperCase())).toEqual(issuers);
});

test.each([
  ['another digest', chain(web, own.ca), digestOf(own.ca)],
  ['no digest', chain(web, own.ca), ''],
  ['text', 'x', digestOf(web)],
  ['a broken escape', `${chain(web)}%`, ''],
  ['a broken certificate', chain(web, own.ca.replace('MII', 'AAA')), digestOf(web)],
  ['eleven certificates', chain(web, ...Array<string>(10).fill(own.ca)), digestOf(web)],
])('%s: the chain cannot be read', (_, text, hash) => {
  expect(READER.issuers(text, hash)).toBeUndefined();
});

const SET = policySet({
  policies: {
    pinned: {
      rules: [
        { name: 'own', effect: 'allow', when: `'${digestOf(own.ca)}' in source.xfcc[0].issuers` },
        {
          name: 'none',
          effect: 'allow',
          match: [{ paths: ['/none'] }],
          when: 'source.xfcc[0].issuers == []',
        },
      ],
    },
  },
});

const hash = digestOf(web);
const DETAIL = '`x-forwarded-client-cert` has a chain of certificates that cannot be read';

test.each([
  ['text', `Hash=${hash};Chain="${chain(web, own.ca)}";URI=${WEB}`, '/', 'allowed', undefined],
  ['JSON', JSON.stringify([{ hash, chain: [web, own.ca], uri: [WEB] }]), '/', 'allowed', undefined],
  ['no chain', `Hash=${hash};URI=${WEB}`, '/none', 'allowed', undefined],
  [
    'another authority',
    `Hash=${hash};Chain="${chain(web, other.ca)}";URI=${WEB}`,
    '/',
    'no_rule',
    'no rule allows this request',
  ],
  [
    'the chain of another certificate',
    `Hash=${'a'.repeat(64)};Chain="${chain(web, own.ca)}";URI=${WEB}`,
    '/',
    'peer_ambiguous',
    DETAIL,
  ],
  ['a chain that is not one', `Hash=${hash};Chain="x";URI=${WEB}`, '/', 'peer_ambiguous', DETAIL],
  [
    'a chain in JSON that is not text',
    `[{"hash":"${hash}","chain":1,"uri":["${WEB}"]}]`,
    '/',
    'peer_ambiguous',
    '`x-forwarded-client-cert` is not in a form that Envoy writes',
  ],
])('a rule about issuers, with %s', async (_, header, path, reason, detail) => {
  const { services } = bench(undefined, { xfccTrustedHops: 1 });
  const request = attributes({ path, headers: { 'x-forwarded-client-cert': header } });
  const { decision } = await decide(request, SET, services);
  const { outcome } = decision;
  expect([decision.reason, isAllow(outcome) ? undefined : outcome.detail]).toEqual([reason, detail]);
});
