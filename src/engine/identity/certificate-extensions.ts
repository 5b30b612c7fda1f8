import { normalizeHost } from '../request/host.ts';
import { dottedOid, type Element, elementsIn, isWellFormed, latin1, readElements, TAG } from './der.ts';

/** The names and purposes in the extensions of a certificate (RFC 5280, section 4.2.1), in its order. */
export interface CertificateExtensions {
  readonly uriSans: readonly string[];
  readonly dnsSans: readonly string[];
  /** IPv6 addresses in the form of RFC 5952. */
  readonly ipSans: readonly string[];
  readonly emailSans: readonly string[];
  /** Names of RFC 5280, such as `digitalSignature`; empty without the extension, which restricts nothing then. */
  readonly keyUsages: readonly string[];
  /** Names of RFC 5280, such as `clientAuth`, and other purposes as dotted numbers; likewise. */
  readonly extendedKeyUsages: readonly string[];
}

const SUBJECT_ALT_NAME = '2.5.29.17';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';

/** GeneralName choices (RFC 5280, section 4.2.1.6). */
const EMAIL_NAME = 0x81;
const DNS_NAME = 0x82;
const URI_NAME = 0x86;
const IP_NAME = 0x87;
/** Every choice in its DER form: names of kinds that nothing reads may be there as well. */
const CHOICES: readonly number[] = [0xa0, EMAIL_NAME, DNS_NAME, 0xa3, 0xa4, 0xa5, URI_NAME, IP_NAME, 0x88];

/** Bits of KeyUsage, the first bit first (RFC 5280, section 4.2.1.3). */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** Purposes of RFC 5280, section 4.2.1.12. */
const PURPOSES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '2.5.29.37.0': 'anyExtendedKeyUsage',
};

/** Undefined if one of them cannot be read: a name that is skipped could be the one that a rule denies. */
export function readExtensions(extensions: readonly Element[]): CertificateExtensions | undefined {
  const values = valuesOf(extensions);
  if (values === undefined) return undefined;
  const names = alternativeNames(values.get(SUBJECT_ALT_NAME));
  const keyUsages = namedBits(values.get(KEY_USAGE));
  const purposes = namedPurposes(values.get(EXTENDED_KEY_USAGE));
  if (names === undefined || keyUsages === undefined || purposes === undefined) return undefined;
  const textsOf = (tag: number): readonly string[] | undefined => all(names, tag, ia5);
  const [uriSans, dnsSans, emailSans] = [URI_NAME, DNS_NAME, EMAIL_NAME].map(textsOf);
  const ipSans = all(names, IP_NAME, address);
  if (uriSans === undefined || dnsSans === undefined || emailSans === undefined || ipSans === undefined)
    return undefined;
  return { uriSans, dnsSans, ipSans, emailSans, keyUsages, extendedKeyUsages: purposes };
}

/** Contents by identifier (RFC 5280, section 4.2): each extension is there once. */
function valuesOf(extensions: readonly Element[]): ReadonlyMap<string, Uint8Array> | undefined {
  const values = new Map<string, Uint8Array>();
  for (const extension of extensions) {
    const [type, ...parts] = elementsIn(extension) ?? [];
    const id = dottedOid(type);
    const [value, ...rest] = parts[0]?.tag === TAG.boolean ? parts.slice(1) : parts;
    if (id === undefined || values.has(id) || value?.tag !== TAG.octets || rest.length > 0) return undefined;
    values.set(id, value.content);
  }
  return values;
}

/** The only element of some bytes, if it has this tag. */
function single(bytes: Uint8Array, tag: number): Element | undefined {
  const [element, ...rest] = readElements(bytes) ?? [];
  return element?.tag === tag && rest.length === 0 ? element : undefined;
}

function alternativeNames(value: Uint8Array | undefined): readonly Element[] | undefined {
  if (value === undefined) return [];
  const names = elementsIn(single(value, TAG.sequence));
  const areKnown = names?.every((name) => CHOICES.includes(name.tag) && isWellFormed(name));
  return areKnown === true ? names : undefined;
}

/** The names of one kind; undefined if one of them cannot be read. */
function all(
  names: readonly Element[],
  tag: number,
  read: (content: Uint8Array) => string | undefined,
): readonly string[] | undefined {
  const texts = names.filter((name) => name.tag === tag).map(({ content }) => read(content));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/**
 * An IA5String without control characters. Any other byte has more than one reading: a NUL ends the name for some
 * programs (CVE-2009-2408), and bytes beyond ASCII are Latin-1 for some and UTF-8 for others.
 */
function ia5(content: Uint8Array): string | undefined {
  return content.every((byte) => byte >= 0x20 && byte < 0x7f) ? latin1(content) : undefined;
}

function address(content: Uint8Array): string | undefined {
  if (content.length === 4) return content.join('.');
  if (content.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((content[2 * at] ?? 0) << 8) | (content[2 * at + 1] ?? 0)).toString(16),
  );
  return normalizeHost(`[${groups.join(':')}]`).slice(1, -1);
}

function namedBits(value: Uint8Array | undefined): readonly string[] | undefined {
  if (value === undefined) return [];
  const [unused = 8, ...bytes] = single(value, TAG.bits)?.content ?? [];
  if (unused > 7 || (bytes.length === 0 && unused > 0)) return undefined;
  return KEY_USAGES.filter((_, bit) => (((bytes[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0);
}

function namedPurposes(value: Uint8Array | undefined): readonly string[] | undefined {
  if (value === undefined) return [];
  const ids = elementsIn(single(value, TAG.sequence))?.map(dottedOid);
  return ids?.every((id) => id !== undefined) === true ? ids.map((id) => PURPOSES[id] ?? id) : undefined;
}
