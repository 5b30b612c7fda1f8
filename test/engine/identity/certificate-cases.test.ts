import { decide, isAllow } from '../../../src/engine/decision/decide.ts';
import { createCertificateReader } from '../../../src/engine/identity/certificate.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { attributes } from '../../support/attributes.ts';
import { policySet } from '../../support/policy-set.ts';
import { bench } from '../decision/run-case.ts';
import { CERTIFICATE_CASES } from './certificate-cases.ts';

const READER = createCertificateReader(nodeCrypto);
const { services } = bench();

/** Any peer, whose certificate a rule reads. */
const SET = policySet({
  policies: {
    peers: {
      authenticate: { mtls: {} },
      rules: [
        { name: 'revoked', effect: 'deny', when: "source.certificate.serial == 'ffff'" },
        { name: 'all', effect: 'allow' },
      ],
    },
  },
});

/** The status and the sentence that the caller gets. */
const ANSWERS = {
  allowed: { status: 200, detail: undefined },
  peer_missing: { status: 401, detail: 'this service takes calls from authenticated workloads only' },
  peer_untrusted: {
    status: 403,
    detail: 'the certificate does not hold the identity it was presented for',
  },
  peer_ambiguous: { status: 403, detail: 'the certificate of the peer has more than one URI name' },
  certificate_malformed: { status: 403, detail: 'the certificate of the peer cannot be read' },
} as const;

test('there are at least 80 certificates, each with a name of its own', () => {
  expect(CERTIFICATE_CASES.length).toBeGreaterThanOrEqual(80);
  expect(new Set(CERTIFICATE_CASES.map(({ name }) => name)).size).toBe(CERTIFICATE_CASES.length);
});

test.each(CERTIFICATE_CASES.map((row) => [row.name, row] as const))(
  '%s',
  async (_, { pem, principal, reason, reads }) => {
    const { decision } = await decide(attributes({ principal, certificate: pem }), SET, services);
    const { outcome, status } = decision;
    const detail = isAllow(outcome) ? undefined : outcome.detail;
    expect({ reason: decision.reason, status, detail }).toEqual({ reason, ...ANSWERS[reason] });
    expect(decision.caller?.principal).toBe(reason === 'allowed' ? principal : undefined);
    const isUnread = reason === 'certificate_malformed';
    const read = READER.read(pem);
    expect(read).toEqual(isUnread ? undefined : expect.objectContaining(reads));
  },
);
