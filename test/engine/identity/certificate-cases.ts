import {
  alternativeNames,
  alternativeNamesAs,
  bits,
  certificate,
  certificateBody,
  dns,
  element,
  elementWith,
  extendedKeyUsage,
  extension,
  generalizedTime,
  integer,
  keyUsage,
  octets,
  oid,
  pemOf,
  sequence,
  setOf,
  signed,
  uri,
  utcTime,
  utf8,
  VERSION_3,
} from '../../support/der.ts';
import {
  ADMIN,
  allowed,
  type CertificateCase,
  malformed,
  named,
  usual,
  WEB,
  WEB_NAME,
} from './certificate-case.ts';
import { NAMES, SUBJECTS } from './certificate-name-cases.ts';

const valid = (notBefore: Uint8Array, notAfter: Uint8Array): Buffer =>
  usual({ validity: sequence(notBefore, notAfter) });
const START = utcTime('260101000000Z');
const END = utcTime('270101000000Z');
const OTHER = extension('1.3.6.1.4.1.99999.1', octets());
const DER = usual();
const PEM = pemOf(DER);

const FIELDS: readonly CertificateCase[] = [
  allowed('a serial number', DER, { serial: '0a1b' }),
  allowed('a serial number of one digit', usual({ serial: integer('01') }), { serial: '01' }),
  allowed('the serial number 0', usual({ serial: integer('00') }), { serial: '00' }),
  allowed('a serial number that begins with a set bit', usual({ serial: integer('00ff') }), { serial: 'ff' }),
  allowed('a negative serial number', usual({ serial: integer('ff') }), { serial: '-01' }),
  allowed('a long negative serial number', usual({ serial: integer('8000') }), { serial: '-8000' }),
  allowed('a serial number of 40 bytes', usual({ serial: integer('7f'.repeat(40)) }), {
    serial: '7f'.repeat(40),
  }),
  malformed('an empty serial number', usual({ serial: integer('') })),
  malformed('a serial number with a needless zero', usual({ serial: integer('0001') })),
  malformed('a serial number that is text', usual({ serial: utf8('1') })),
  allowed('a time of two digits', DER, { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2027, 0) }),
  allowed(
    'times of four digits',
    valid(generalizedTime('20260101000000Z'), generalizedTime('99991231235959Z')),
    { notAfter: Date.UTC(9999, 11, 31, 23, 59, 59) },
  ),
  allowed('the last year of two digits', valid(utcTime('500101000000Z'), utcTime('491231235959Z')), {
    notBefore: Date.UTC(1950, 0),
    notAfter: Date.UTC(2049, 11, 31, 23, 59, 59),
  }),
  allowed('a certificate that has expired', valid(utcTime('200101000000Z'), utcTime('210101000000Z')), {
    notAfter: Date.UTC(2021, 0),
  }),
  allowed('a certificate that is not valid yet', valid(utcTime('400101000000Z'), utcTime('410101000000Z')), {
    notBefore: Date.UTC(2040, 0),
  }),
  allowed('29 February', valid(utcTime('240229000000Z'), END), { notBefore: Date.UTC(2024, 1, 29) }),
  malformed('29 February of another year', valid(utcTime('260229000000Z'), END)),
  malformed('31 April', valid(utcTime('260431000000Z'), END)),
  malformed('month 13', valid(utcTime('261301000000Z'), END)),
  malformed('month 99', valid(START, utcTime('269901000000Z'))),
  malformed('hour 24', valid(utcTime('260101240000Z'), END)),
  malformed('second 60', valid(utcTime('260101000060Z'), END)),
  malformed('a time without seconds', valid(utcTime('2601010000Z'), END)),
  malformed('a time with an offset', valid(utcTime('260101000000+0100'), END)),
  malformed('a time with fractions', valid(generalizedTime('20260101000000.5Z'), END)),
  malformed('a time without zone', valid(generalizedTime('20260101000000'), END)),
  malformed('the year 0', valid(generalizedTime('00000101000000Z'), END)),
  malformed('a time that is text', valid(utf8('260101000000Z'), END)),
  malformed('one time', usual({ validity: sequence(START) })),
  malformed('no times', usual({ validity: sequence() })),
  allowed('key usages', usual({ extensions: [WEB_NAME, keyUsage(bits(5, 'a0'))] }), {
    keyUsages: ['digitalSignature', 'keyEncipherment'],
  }),
  allowed('all key usages', usual({ extensions: [WEB_NAME, keyUsage(bits(7, 'ff80'))] }), {
    keyUsages: [
      'digitalSignature',
      'nonRepudiation',
      'keyEncipherment',
      'dataEncipherment',
      'keyAgreement',
      'keyCertSign',
      'cRLSign',
      'encipherOnly',
      'decipherOnly',
    ],
  }),
  allowed('no key usage at all', usual({ extensions: [WEB_NAME, keyUsage(bits(0, ''))] }), { keyUsages: [] }),
  allowed(
    'extended key usages',
    usual({
      extensions: [
        WEB_NAME,
        extendedKeyUsage('1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1', '2.5.29.37.0', '1.2.3.4'),
      ],
    }),
    { extendedKeyUsages: ['clientAuth', 'serverAuth', 'anyExtendedKeyUsage', '1.2.3.4'] },
  ),
  allowed('no usages', DER, { keyUsages: [], extendedKeyUsages: [] }),
  malformed('key usages with 8 unused bits', usual({ extensions: [WEB_NAME, keyUsage(bits(8, '80'))] })),
  malformed(
    'key usages that are bytes',
    usual({ extensions: [WEB_NAME, keyUsage(octets(Buffer.from([0x80])))] }),
  ),
  malformed(
    'key usages without a number of unused bits',
    usual({ extensions: [WEB_NAME, keyUsage(element(0x03))] }),
  ),
  malformed(
    'key usages twice',
    usual({ extensions: [WEB_NAME, keyUsage(bits(7, '80')), keyUsage(bits(7, '80'))] }),
  ),
  malformed(
    'an extended key usage that is text',
    usual({ extensions: [WEB_NAME, extension('2.5.29.37', sequence(utf8('clientAuth')))] }),
  ),
];

const SAN = alternativeNamesAs;
const BODY = certificateBody({ extensions: [WEB_NAME] });
const LENGTH = [(DER.length - 4) >> 8, (DER.length - 4) & 0xff];

const STRUCTURE: readonly CertificateCase[] = [
  allowed('version 1', certificate({ version: Buffer.alloc(0), extensions: undefined }), {}, 'CN=web'),
  allowed(
    'version 2',
    certificate({ version: element(0xa0, integer('01')), extensions: undefined }),
    {},
    'CN=web',
  ),
  allowed('version 3 without extensions', certificate({ extensions: undefined }), {}, 'CN=web'),
  malformed('version 1 with extensions', usual({ version: Buffer.alloc(0) })),
  malformed('version 2 with extensions', usual({ version: element(0xa0, integer('01')) })),
  malformed('version 4', usual({ version: element(0xa0, integer('03')) })),
  malformed('two versions', usual({ version: element(0xa0, integer('02'), integer('02')) })),
  malformed('a long version', usual({ version: element(0xa0, integer('0100')) })),
  allowed(
    'a critical extension that nobody knows',
    usual({ extensions: [extension('1.2.3.4', octets(), true), WEB_NAME] }),
    { uriSans: [WEB] },
  ),
  allowed('an extension that nobody knows', usual({ extensions: [OTHER, WEB_NAME] }), { uriSans: [WEB] }),
  malformed('an extension that nobody knows, twice', usual({ extensions: [OTHER, WEB_NAME, OTHER] })),
  malformed('an extension without an identifier', usual({ extensions: [WEB_NAME, sequence(octets())] })),
  malformed('an extension without a value', usual({ extensions: [WEB_NAME, sequence(oid('1.2.3'))] })),
  malformed(
    'an extension with two values',
    usual({ extensions: [sequence(oid('2.5.29.17'), octets(sequence(uri(WEB))), octets())] }),
  ),
  malformed(
    'an identifier that ends within a number',
    usual({ extensions: [WEB_NAME, sequence(element(0x06, Buffer.from([0x2a, 0x83])), octets())] }),
  ),
  malformed(
    'an identifier without bytes',
    usual({ extensions: [WEB_NAME, sequence(element(0x06), octets())] }),
  ),
  allowed('critical names', usual({ extensions: [extension('2.5.29.17', sequence(uri(WEB)), true)] }), {
    uriSans: [WEB],
  }),
  malformed('names twice', usual({ extensions: [WEB_NAME, alternativeNames(uri(ADMIN))] })),
  malformed('the same names twice', usual({ extensions: [WEB_NAME, WEB_NAME] })),
  malformed('names that are not a list', usual({ extensions: [SAN(octets())] })),
  malformed('names that are a set', usual({ extensions: [SAN(setOf(uri(WEB)))] })),
  malformed(
    'names with bytes after them',
    usual({ extensions: [SAN(Buffer.concat([sequence(uri(WEB)), sequence()]))] }),
  ),
  malformed('names that are empty', usual({ extensions: [SAN(Buffer.alloc(0))] })),
  malformed(
    'a name that is longer than its list',
    usual({ extensions: [SAN(sequence(elementWith(0x86, [0x7f], Buffer.from('abc'))))] }),
  ),
  malformed(
    'a name with a long length',
    usual({ extensions: [SAN(sequence(elementWith(0x86, [0x81, WEB.length], Buffer.from(WEB))))] }),
  ),
  malformed(
    'a name of indefinite length',
    usual({ extensions: [SAN(elementWith(0x30, [0x80], Buffer.concat([uri(WEB), Buffer.from([0, 0])])))] }),
  ),
  malformed(
    'a list of extensions with a long length',
    usual({ rawExtensions: element(0xa3, elementWith(0x30, [0x82, 0, WEB_NAME.length], WEB_NAME)) }),
  ),
  malformed('extensions that are not a list', usual({ rawExtensions: element(0xa3, octets(WEB_NAME)) })),
  malformed('extensions without a list', usual({ rawExtensions: element(0xa3) })),
  malformed('a length of three bytes', elementWith(0x30, [0x83, 0, ...LENGTH], DER.subarray(4))),
  malformed(
    'an indefinite length',
    Buffer.concat([Buffer.from([0x30, 0x80]), DER.subarray(4), Buffer.from([0, 0])]),
  ),
  malformed(
    'a length that is too short',
    elementWith(0x30, [0x82, LENGTH[0] ?? 0, (LENGTH[1] ?? 0) - 1], DER.subarray(4)),
  ),
  malformed(
    'a length that is too long',
    elementWith(0x30, [0x82, (LENGTH[0] ?? 0) + 1, LENGTH[1] ?? 0], DER.subarray(4)),
  ),
  malformed('a length of 4 GiB', elementWith(0x30, [0x84, 0xff, 0xff, 0xff, 0xff], DER.subarray(4))),
  malformed('a byte after the certificate', Buffer.concat([DER, Buffer.from([0])])),
  malformed('a certificate after the certificate', Buffer.concat([DER, DER])),
  malformed('a cut certificate', DER.subarray(0, 200)),
  malformed('no bytes', Buffer.alloc(0)),
  malformed('only a body', BODY),
  malformed('no public key', usual({ publicKey: Buffer.alloc(0) })),
  malformed('a version in the place of the body', signed(VERSION_3)),
  allowed('lines that end with CR and LF', PEM.replaceAll('\n', '\r\n'), { uriSans: [WEB] }),
  allowed('one line', PEM.replace(/(?<=[A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/=])/g, ''), { uriSans: [WEB] }),
  allowed('a chain, of which the first counts', PEM + pemOf(named(uri(ADMIN))), { uriSans: [WEB] }),
  malformed('another label', PEM.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')),
  malformed('a private label', PEM.replaceAll('CERTIFICATE', 'X509 CRL')),
  malformed('no end', PEM.slice(0, -30)),
  malformed('a character that is not base64', PEM.replace('MII', 'M*I')),
  malformed('DER without PEM', DER.toString('latin1')),
  malformed('more than 64 KiB', PEM + ' '.repeat(65_536)),
  malformed(
    'names of more than 64 KiB',
    named(uri(WEB), ...Array.from({ length: 6000 }, (_, at) => dns(`a${at}.svc`))),
  ),
];

export const CERTIFICATE_CASES: readonly CertificateCase[] = [...NAMES, ...SUBJECTS, ...FIELDS, ...STRUCTURE];
