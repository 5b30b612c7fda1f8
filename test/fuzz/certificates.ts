import 'reflect-metadata'; // required by @peculiar/x509, before it
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type Certificate, createCertificateReader } from '../../src/engine/identity/certificate.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import {
  alternativeNames,
  bits,
  certificate,
  commonName,
  dns,
  element,
  elementWith,
  email,
  extendedKeyUsage,
  extension,
  generalizedTime,
  integer,
  ip,
  keyUsage,
  octets,
  pemOf,
  sequence,
  uri,
  utcTime,
  VERSION_3,
} from '../support/der.ts';
import { MUTATIONS, type Random } from '../support/mutations.ts';
import { pick } from '../support/seeded.ts';

/** How often each result came; all of them are right. */
export interface CertificateResults {
  /** Put together, and read with every field. */
  readonly read: number;
  /** Put together with a part that is not valid, and refused. */
  readonly refused: number;
  /** Mutated bytes, and read as the other reader reads them. */
  readonly mutatedRead: number;
  /** Mutated bytes with an extension that only the other reader reads, and refuses. */
  readonly mutatedElsewhere: number;
  readonly mutatedRefused: number;
}

/** A part of a certificate with the value that it must be read as; undefined: the certificate must be refused. */
interface Part<T> {
  readonly der: Buffer;
  readonly value: T | undefined;
}

type Parts<T> = readonly [Part<T>, ...Part<T>[]];

const good = <T>(der: Buffer, value: T): Part<T> => ({ der, value });
const bad = (der: Buffer): Part<never> => ({ der, value: undefined });

const SERIALS: Parts<string> = [
  good(integer('01'), '01'),
  good(integer('00'), '00'),
  good(integer('00ff'), 'ff'),
  good(integer('7fffffffffffffffffff'), '7fffffffffffffffffff'),
  good(integer('ff'), '-01'),
  good(integer('80'), '-80'),
  good(integer('ff00'), '-0100'),
  bad(integer('')),
  bad(integer('0001')),
  bad(element(0x0a, Buffer.from([1]))),
];

const TIMES: Parts<number> = [
  good(utcTime('260101000000Z'), Date.UTC(2026, 0)),
  good(utcTime('500101000000Z'), Date.UTC(1950, 0)),
  good(utcTime('491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59)),
  good(generalizedTime('20500228120000Z'), Date.UTC(2050, 1, 28, 12)),
  good(generalizedTime('99991231235959Z'), Date.UTC(9999, 11, 31, 23, 59, 59)),
  bad(utcTime('260230000000Z')),
  bad(utcTime('2601010000Z')),
  bad(utcTime('260101000000+0000')),
  bad(generalizedTime('20260101000000.0Z')),
  bad(generalizedTime('00000101000000Z')),
];

type Kind = 'uriSans' | 'dnsSans' | 'ipSans' | 'emailSans';

const NAMES: Parts<readonly [Kind, string] | null> = [
  good(uri('spiffe://acme.example/web'), ['uriSans', 'spiffe://acme.example/web']),
  good(uri(''), ['uriSans', '']),
  good(uri('http://e/,URI:x;"\\'), ['uriSans', 'http://e/,URI:x;"\\']),
  good(dns('web.svc'), ['dnsSans', 'web.svc']),
  good(dns('spiffe://acme.example/web'), ['dnsSans', 'spiffe://acme.example/web']),
  good(ip(10, 0, 0, 255), ['ipSans', '10.0.0.255']),
  good(ip(...Array<number>(15).fill(0), 1), ['ipSans', '::1']),
  good(email('a@b'), ['emailSans', 'a@b']),
  // A directory name and a registered number, which nothing reads.
  good(element(0xa4, commonName('x')), null),
  good(element(0x88, Buffer.from([0x2a])), null),
  bad(uri('a\0b')),
  bad(dns('\u00fc')),
  bad(email('a\n')),
  bad(ip(1, 2, 3)),
  bad(element(0xa6, uri('x'))),
  bad(elementWith(0x86, [0x81, 1], Buffer.from('x'))),
  bad(elementWith(0x82, [0x05], Buffer.from('x'))),
];

const KEY_USAGES: Parts<readonly string[]> = [
  good(Buffer.alloc(0), []),
  good(keyUsage(bits(7, '80')), ['digitalSignature']),
  good(keyUsage(bits(1, '06')), ['keyCertSign', 'cRLSign']),
  good(keyUsage(bits(7, '0080')), ['decipherOnly']),
  bad(keyUsage(bits(9, '80'))),
  bad(keyUsage(octets())),
];

const PURPOSES: Parts<readonly string[]> = [
  good(Buffer.alloc(0), []),
  good(extendedKeyUsage('1.3.6.1.5.5.7.3.2', '1.2.840.113549.1'), ['clientAuth', '1.2.840.113549.1']),
  good(extendedKeyUsage(), []),
  bad(extension('2.5.29.37', octets())),
];

const READER = createCertificateReader(nodeCrypto);

/** A list of up to five names, mostly valid ones. */
function namesOf(random: Random): Part<readonly (readonly [Kind, string])[]> {
  const chosen = Array.from({ length: Math.floor(random() * 6) }, () => usually(random, NAMES));
  const values = chosen.map(({ value }) => value);
  const isValid = values.every((value) => value !== undefined);
  const der = alternativeNames(...chosen.map((part) => part.der));
  return { der, value: isValid ? values.filter((value) => value !== null) : undefined };
}

/** One of the parts; only in one of ten cases one that is not valid. */
function usually<T>(random: Random, parts: Parts<T>): Part<T> {
  const part = pick(random, parts);
  return part.value === undefined && random() < 0.9 ? usually(random, parts) : part;
}

interface Built {
  readonly der: Buffer;
  /** Undefined: it must be refused. */
  readonly expected: Partial<Certificate> | undefined;
}

function build(random: Random): Built {
  const [serial, notBefore, notAfter] = [
    usually(random, SERIALS),
    usually(random, TIMES),
    usually(random, TIMES),
  ];
  const [names, usages, purposes] = [namesOf(random), usually(random, KEY_USAGES), usually(random, PURPOSES)];
  const isOld = random() < 0.03;
  const der = certificate({
    version: isOld ? Buffer.alloc(0) : VERSION_3,
    serial: serial.der,
    validity: sequence(notBefore.der, notAfter.der),
    subject: commonName('web'),
    extensions: [names.der, usages.der, purposes.der].filter(({ length }) => length > 0),
  });
  const parts = [serial, notBefore, notAfter, names, usages, purposes];
  if (isOld || parts.some(({ value }) => value === undefined)) return { der, expected: undefined };
  const of = (kind: Kind): string[] =>
    (names.value ?? []).flatMap(([written, text]) => (written === kind ? [text] : []));
  const sans = {
    uriSans: of('uriSans'),
    dnsSans: of('dnsSans'),
    ipSans: of('ipSans'),
    emailSans: of('emailSans'),
  };
  return {
    der,
    expected: {
      subject: 'CN=web',
      issuer: 'CN=acme authority',
      serial: serial.value ?? '',
      notBefore: notBefore.value ?? 0,
      notAfter: notAfter.value ?? 0,
      ...sans,
      keyUsages: usages.value ?? [],
      extendedKeyUsages: purposes.value ?? [],
      sha256: digestOf(der),
    },
  };
}

function digestOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/**
 * Certificates that are put together of valid and other parts, and mutations of their bytes. Throws if one is read with
 * another field than it was made with, if one is read that must be refused or the reverse, or if mutated bytes are read
 * otherwise than `@peculiar/x509` reads them.
 */
export function runCertificates(
  rounds: number,
  random: Random,
  onRound?: (round: number) => void,
): CertificateResults {
  const results = { read: 0, refused: 0, mutatedRead: 0, mutatedElsewhere: 0, mutatedRefused: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    onRound?.(round);
    const { der, expected } = build(random);
    if (round % 2 === 0) {
      const read = READER.read(pemOf(der));
      assert.deepEqual(read, expected, der.toString('hex'));
      results[read === undefined ? 'refused' : 'read'] += 1;
    } else {
      const mutated = pick(random, MUTATIONS)(der, random, [certificate()]);
      results[compared(mutated)] += 1;
    }
  }
  return results;
}

function compared(der: Buffer): Exclude<keyof CertificateResults, 'read' | 'refused'> {
  const read = READER.read(pemOf(der));
  if (read === undefined) return 'mutatedRefused';
  const shown = der.toString('hex');
  const other = otherReading(der);
  if (other === undefined) return 'mutatedElsewhere';
  assert.equal(read.notBefore, timeOf(read.notBefore, other.notBefore), shown);
  assert.equal(read.notAfter, timeOf(read.notAfter, other.notAfter), shown);
  assert.equal(read.sha256, digestOf(der), shown);
  const names = namesIn(other);
  if (names === undefined) return 'mutatedElsewhere';
  const of = (type: x509.GeneralNameType): string[] =>
    names.filter((name) => name.type === type).map(({ value }) => value);
  assert.deepEqual(read.uriSans, of('url'), shown);
  assert.deepEqual(read.dnsSans, of('dns'), shown);
  assert.deepEqual(read.emailSans, of('email'), shown);
  assert.equal(read.ipSans.length, of('ip').length, shown);
  return 'mutatedRead';
}

/** Undefined if the other reader refuses a part that nothing here reads, such as the key. */
function otherReading(der: Buffer): x509.X509Certificate | undefined {
  try {
    return new x509.X509Certificate(new Uint8Array(der));
  } catch {
    return undefined;
  }
}

/** Undefined if the other reader refuses one of the extensions, all of which it reads. */
function namesIn(other: x509.X509Certificate): readonly x509.GeneralName[] | undefined {
  try {
    return other.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  } catch {
    return undefined;
  }
}

/** The time by the other reader, which reads the years 1 to 99 as 1901 to 1999. */
function timeOf(read: number, other: Date): number {
  const year = new Date(read).getUTCFullYear();
  return year < 100 ? new Date(other).setUTCFullYear(year) : other.getTime();
}
