/** A DER element (X.690) with the shortest form of its length. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

/** An element whose length is written as given, right or wrong. */
export function elementWith(tag: number, length: readonly number[], content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, ...parts);
export const setOf = (...parts: readonly Uint8Array[]): Buffer => element(0x31, ...parts);
export const octets = (...parts: readonly Uint8Array[]): Buffer => element(0x04, ...parts);
export const integer = (hex: string): Buffer => element(0x02, Buffer.from(hex, 'hex'));
/** A BIT STRING, `unused` being the number of bits at its end that do not count. */
export const bits = (unused: number, hex: string): Buffer =>
  element(0x03, Buffer.from([unused]), Buffer.from(hex, 'hex'));
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text));
export const printable = (text: string): Buffer => element(0x13, Buffer.from(text, 'latin1'));
export const teletex = (text: string): Buffer => element(0x14, Buffer.from(text, 'latin1'));
export const ia5 = (text: string): Buffer => element(0x16, Buffer.from(text, 'latin1'));
export const bmp = (text: string): Buffer => element(0x1e, Buffer.from(text, 'utf16le').swap16());

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...others].flatMap(base128)));
}

function base128(arc: number): readonly number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift(0x80 | (rest % 128));
  return digits;
}

/** `YYMMDDHHMMSSZ`. */
export const utcTime = (text: string): Buffer => element(0x17, Buffer.from(text));
/** `YYYYMMDDHHMMSSZ`. */
export const generalizedTime = (text: string): Buffer => element(0x18, Buffer.from(text));

/** An attribute of a Name in an RDN of its own. */
export const rdn = (type: string, value: Uint8Array): Buffer => setOf(sequence(oid(type), value));
export const COMMON_NAME = '2.5.4.3';
export const commonName = (text: string): Buffer => sequence(rdn(COMMON_NAME, utf8(text)));

/** Names of a subjectAltName. */
export const email = (text: string): Buffer => element(0x81, Buffer.from(text, 'latin1'));
export const dns = (text: string): Buffer => element(0x82, Buffer.from(text, 'latin1'));
export const uri = (text: string): Buffer => element(0x86, Buffer.from(text, 'latin1'));
export const ip = (...bytes: readonly number[]): Buffer => element(0x87, Buffer.from(bytes));

export function extension(id: string, value: Uint8Array, isCritical = false): Buffer {
  const critical = isCritical ? [element(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...critical, octets(value));
}

const SUBJECT_ALT_NAME = '2.5.29.17';
export const alternativeNames = (...names: readonly Uint8Array[]): Buffer =>
  extension(SUBJECT_ALT_NAME, sequence(...names));
export const alternativeNamesAs = (value: Uint8Array): Buffer => extension(SUBJECT_ALT_NAME, value);
export const keyUsage = (value: Uint8Array): Buffer => extension('2.5.29.15', value, true);
export const extendedKeyUsage = (...ids: readonly string[]): Buffer =>
  extension('2.5.29.37', sequence(...ids.map(oid)));

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** A public key: the generator of P-256 (FIPS 186-4, D.1.2.3), whose private key is 1. */
const PUBLIC_KEY = sequence(
  sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')),
  bits(
    0,
    '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
      '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  ),
);

/** The parts of a certificate, each in DER. */
export interface CertificateParts {
  /** Empty for version 1. */
  readonly version: Uint8Array;
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly validity: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  /** Undefined: the field is left out. */
  readonly extensions: readonly Uint8Array[] | undefined;
  /** In the place of the field of extensions. */
  readonly rawExtensions?: Uint8Array;
}

export const VERSION_3 = element(0xa0, integer('02'));

const USUAL: CertificateParts = {
  version: VERSION_3,
  serial: integer('0a1b'),
  issuer: commonName('acme authority'),
  validity: sequence(utcTime('260101000000Z'), utcTime('270101000000Z')),
  subject: commonName('web'),
  publicKey: PUBLIC_KEY,
  extensions: [],
};

/** TBSCertificate (RFC 5280, section 4.1). */
export function certificateBody(parts: Partial<CertificateParts> = {}): Buffer {
  const { version, serial, issuer, validity, subject, publicKey, extensions, rawExtensions } = {
    ...USUAL,
    ...parts,
  };
  const wrapped = extensions === undefined ? Buffer.alloc(0) : element(0xa3, sequence(...extensions));
  const fields = [serial, ECDSA_WITH_SHA256, issuer, validity, subject, publicKey];
  return sequence(version, ...fields, rawExtensions ?? wrapped);
}

/** A certificate whose signature is a form without a meaning: proxies verify signatures, Lictor does not. */
export function signed(body: Uint8Array): Buffer {
  return sequence(body, ECDSA_WITH_SHA256, bits(0, sequence(integer('01'), integer('01')).toString('hex')));
}

/** The DER of a certificate. */
export function certificate(parts?: Partial<CertificateParts>): Buffer {
  return signed(certificateBody(parts));
}

/** A certificate in PEM. */
export function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
