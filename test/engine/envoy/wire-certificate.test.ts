import { decodeCheck } from '../../../src/engine/envoy/decode.ts';
import { createCertificateReader } from '../../../src/engine/identity/certificate.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { decodeText } from '../../../src/node/decode-text.ts';
import { encodeCheckRequest } from '../../support/check-messages.ts';
import { CERTIFICATES } from '../identity/certificates.ts';

/** The certificate of a check, after the bytes of the message are gone. */
function sent(certificate: string): string {
  const bytes = encodeCheckRequest({ attributes: { request: { http: {} }, source: { certificate } } });
  const { attributes } = decodeCheck(bytes, decodeText);
  const read = attributes?.source.certificate ?? '(no check)';
  bytes.fill(0);
  return read;
}

const END = `${'s'.repeat(120)}%0A-----END%20CERTIFICATE-----%0A`;

test('certificates that differ in one byte are told apart, whichever came before', () => {
  const text = 'a'.repeat(500);
  const texts = [...text].map((_, at) => `${text.slice(0, at)}_${text.slice(at + 1)}${END}`);
  for (let round = 0; round < 2; round += 1)
    for (const each of texts) expect(sent(each)).toBe(decodeURIComponent(each));
});

test('certificates of all lengths are read as they are, again and again', () => {
  for (let length = 0; length < 80; length += 1) {
    for (const sign of ['x', 'y', 'x']) expect(sent(sign.repeat(length))).toBe(sign.repeat(length));
  }
  for (const length of [8191, 8192, 8193, 20_000]) {
    for (let round = 0; round < 2; round += 1) expect(sent('z'.repeat(length))).toBe('z'.repeat(length));
  }
});

test('a certificate that comes again is the same text, and is parsed once', () => {
  let parsed = 0;
  const reader = createCertificateReader({
    ...nodeCrypto,
    readX509: (pem) => {
      parsed += 1;
      return nodeCrypto.readX509(pem);
    },
  });
  const pems = [CERTIFICATES.workload, CERTIFICATES.dns, CERTIFICATES.brokenSan];
  for (let round = 0; round < 100; round += 1)
    for (const pem of pems) reader.read(sent(encodeURIComponent(pem)));
  expect(parsed).toBe(pems.length);
});

test('a reader forgets the certificates that were not read for longest', () => {
  let parsed = 0;
  const reader = createCertificateReader({
    ...nodeCrypto,
    readX509: () => {
      parsed += 1;
      return undefined;
    },
  });
  // 4 MiB are 64 texts of 64 KiB.
  const texts = Array.from({ length: 65 }, (_, at) => String(at).padEnd(65_536, 'x'));
  for (const text of texts) reader.read(text);
  expect(parsed).toBe(65);
  reader.read(texts.at(-1) ?? '');
  expect(parsed).toBe(65);
  reader.read(texts[0] ?? '');
  expect(parsed).toBe(66);
});
