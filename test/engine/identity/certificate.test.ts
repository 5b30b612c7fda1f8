import { certificateHolds, createCertificateReader } from '../../../src/engine/identity/certificate.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { CERTIFICATES } from './certificates.ts';

const reader = createCertificateReader(nodeCrypto);

function holds(pem: string, principal: string): boolean {
  return certificateHolds(reader.read(pem), principal);
}

/** The subject as `openssl x509 -nameopt RFC2253 -subject` and Envoy print it. */
const SUBJECT =
  '1.2.3.4.5=#0C036F6464,emailAddress=x@y.example,UID=7+CN=\\#report,OU=\\" \\<a\\>\\;\\ ,O=M\\C3\\BCller\\, S\\C3\\B6hne \\+ Co,C=DE';

describe('certificateHolds', () => {
  test.each([
    ['workload', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['workload', 'checkout.shop.svc'],
    ['dns', '*.acme.example'],
    ['dns', 'api.acme.example'],
    ['subject', SUBJECT],
    ['mail', 'CN=mail only'],
    ['hostile', 'http://evil.example/a, URI:spiffe://acme.example/ns/shop/sa/admin'],
  ] as const)('%s holds %j', (name, principal) => {
    expect(holds(CERTIFICATES[name], principal)).toBe(true);
  });

  test.each([
    ['workload', 'spiffe://acme.example/ns/shop/sa/admin'],
    ['workload', 'CN=checkout,O=acme'],
    ['workload', ''],
    ['dns', 'www.acme.example'],
    ['dns', '10.0.0.1'],
    ['dns', 'CN=dns only'],
    ['subject', 'CN=report'],
    ['mail', 'x@acme.example'],
    ['hostile', 'spiffe://acme.example/ns/shop/sa/admin'],
    ['hostile', 'admin.example'],
    ['hostile', 'http://evil.example/a'],
    ['twoUris', 'spiffe://acme.example/ns/shop/sa/web'],
    ['spiffeDns', 'spiffe://acme.example/ns/shop/sa/web'],
  ] as const)('%s does not hold %j', (name, principal) => {
    expect(holds(CERTIFICATES[name], principal)).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['text that is not PEM', 'spiffe://acme.example/ns/shop/sa/checkout'],
    ['a cut PEM', CERTIFICATES.workload.slice(0, 300)],
    ['a PEM with other bytes', CERTIFICATES.workload.replace('MII', 'AAA')],
    ['SANs that cannot be read', CERTIFICATES.brokenSan],
    ['more than 64 KiB', CERTIFICATES.workload + ' '.repeat(65536)],
  ])('%s holds nothing', (_, pem) => {
    expect(holds(pem, 'spiffe://acme.example/ns/shop/sa/checkout')).toBe(false);
    expect(reader.read(pem)).toBeUndefined();
  });
});

test('a reader reads every field', () => {
  expect(reader.read(CERTIFICATES.workload)).toEqual({
    subject: 'CN=checkout,O=acme',
    issuer: 'CN=checkout,O=acme',
    serial: '0a1b2c',
    notBefore: Date.UTC(2026, 10, 23, 19, 33, 23),
    notAfter: Date.UTC(2126, 9, 30, 19, 33, 23),
    uriSans: ['spiffe://acme.example/ns/shop/sa/checkout'],
    dnsSans: ['checkout.shop.svc'],
    ipSans: [],
    emailSans: [],
    keyUsages: [],
    extendedKeyUsages: [],
    sha256: 'eac371fde5af5aa10bc9161cb66cd3e6a21fe8f42c0021f4bb985e63169abcd8',
  });
});

test('no truncation of a certificate throws or holds an identity', () => {
  for (let length = 0; length < CERTIFICATES.hostile.length; length += 7) {
    const pem = `${CERTIFICATES.hostile.slice(0, length)}\n-----END CERTIFICATE-----\n`;
    expect(holds(pem, 'spiffe://acme.example/ns/shop/sa/admin')).toBe(false);
  }
});
