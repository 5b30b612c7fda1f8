import { type CertificateExtensions, readExtensions } from './certificate-extensions.ts';
import { type Element, elementsIn, hex, latin1, readElements, TAG } from './der.ts';
import { printName } from './distinguished-name.ts';

/** The fields of a certificate that are in its DER. */
export interface CertificateFields extends CertificateExtensions {
  /** RFC 4514, as Envoy prints it. */
  readonly subject: string;
  readonly issuer: string;
  /** Lower-case hex with two digits for each byte, and a `-` before a negative one. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** The number of version 3, the only one with extensions (RFC 5280, section 4.1.2.9). */
const V3 = 2;

/**
 * The fields of TBSCertificate (RFC 5280, section 4.1). Undefined for all that is not DER or that servers read in
 * different ways: what is skipped could be the name that a rule denies.
 */
export function readFields(der: Uint8Array): CertificateFields | undefined {
  const [certificate, ...rest] = readElements(der) ?? [];
  const fields = elementsIn(elementsIn(certificate)?.[0]);
  if (fields === undefined || rest.length > 0) return undefined;
  const isVersioned = fields[0]?.tag === VERSION;
  const version = isVersioned ? versionOf(fields[0]) : 0;
  const [serialNumber, , issuer, validity, subject, , ...others] = fields.slice(isVersioned ? 1 : 0);
  const wrapped = others.find((field) => field.tag === EXTENSIONS);
  if (version === undefined || (wrapped !== undefined && version !== V3)) return undefined;
  const list = wrapped === undefined ? [] : elementsIn(elementsIn(wrapped)?.[0]);
  const extensions = list && readExtensions(list);
  const serial = serialOf(serialNumber);
  const [notBefore, notAfter] = (elementsIn(validity) ?? []).map(timeOf);
  if (extensions === undefined || serial === undefined) return undefined;
  if (notBefore === undefined || notAfter === undefined) return undefined;
  const [subjectText, issuerText] = [printName(subject), printName(issuer)];
  if (subjectText === undefined || issuerText === undefined) return undefined;
  return { subject: subjectText, issuer: issuerText, serial, notBefore, notAfter, ...extensions };
}

function versionOf(field: Element | undefined): number | undefined {
  const [version, ...rest] = elementsIn(field) ?? [];
  const [number, ...more] = version?.tag === TAG.integer ? version.content : [];
  return rest.length + more.length === 0 && number !== undefined && number <= V3 ? number : undefined;
}

function serialOf(field: Element | undefined): string | undefined {
  if (field?.tag !== TAG.integer || field.content.length === 0) return undefined;
  const { content } = field;
  const [first = 0] = content;
  if (first >= 0x80) return `-${hex(negated(content))}`.toLowerCase();
  // A zero byte before the first bit shows that the number is positive.
  return hex(first === 0 && content.length > 1 ? content.subarray(1) : content).toLowerCase();
}

/** The magnitude of a negative number in two's complement. */
function negated(content: Uint8Array): Uint8Array {
  const bytes = content.map((byte) => ~byte & 0xff);
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    bytes[at] = ((bytes[at] ?? 0) + 1) & 0xff;
    if (bytes[at] !== 0) break;
  }
  return bytes;
}

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** UTCTime and GeneralizedTime in their only forms in certificates (RFC 5280, section 4.1.2.5). */
const TIME = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})Z$/;

/** Milliseconds since 1970; undefined if it is not an instant from the year 1 on. */
function timeOf({ tag, content }: Element): number | undefined {
  const written = latin1(content);
  if (tag !== UTC_TIME && tag !== GENERALIZED_TIME) return undefined;
  // Two digits of a year mean 1950 to 2049.
  const century = tag === GENERALIZED_TIME ? '' : written < '5' ? '20' : '19';
  const [whole, year, month, day, hour, minute, second] = TIME.exec(`${century}${written}`) ?? [];
  if (whole === undefined || year === '0000') return undefined;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const instant = Date.parse(`${text}Z`);
  // Some days that do not exist, such as 30 February, are read as others.
  const isReal = !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
  return isReal ? instant : undefined;
}
