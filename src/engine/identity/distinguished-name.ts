import { dottedOid, type Element, elementsIn, hex, latin1, TAG } from './der.ts';

/** Short names of attribute types, as OpenSSL and BoringSSL print them; other types are printed as dotted numbers. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** Encodings of the string types of X.520, by tag. */
const ENCODINGS: Readonly<Record<number, string>> = {
  12: 'utf-8', // UTF8String
  18: 'latin1', // NumericString
  19: 'latin1', // PrintableString
  20: 'latin1', // TeletexString, Latin-1 in practice
  22: 'latin1', // IA5String
  26: 'latin1', // VisibleString
  30: 'utf-16be', // BMPString
};

/**
 * A Name as Envoy prints it: RFC 4514 with the last RDN first and every byte beyond ASCII escaped (OpenSSL's
 * `XN_FLAG_RFC2253`). A value of an unknown type is printed as `#` and its DER in hex. Undefined if it is not a Name.
 */
export function printName(name: Element | undefined): string | undefined {
  return name?.tag === TAG.sequence ? joined(elementsIn(name), printRdn, ',') : undefined;
}

function printRdn(rdn: Element): string | undefined {
  return rdn.tag === TAG.set ? joined(elementsIn(rdn), printAttribute, '+') : undefined;
}

/** The texts of the elements, the last first; undefined if one has none. */
function joined(
  elements: readonly Element[] | undefined,
  print: (element: Element) => string | undefined,
  separator: string,
): string | undefined {
  const texts = elements?.map(print);
  return texts?.every((text) => text !== undefined) === true ? texts.toReversed().join(separator) : undefined;
}

function printAttribute(attribute: Element): string | undefined {
  const [type, value, ...rest] = elementsIn(attribute) ?? [];
  const oid = dottedOid(type);
  if (oid === undefined || value === undefined || rest.length > 0) return undefined;
  const short = SHORT_NAMES[oid];
  const text = short === undefined ? undefined : decode(value);
  if (text === undefined) return `${short ?? oid}=#${hex(value.raw)}`;
  return `${short}=${escapeValue(text)}`;
}

function decode(value: Element): string | undefined {
  const encoding = ENCODINGS[value.tag];
  if (encoding === undefined) return undefined;
  if (encoding === 'latin1') return latin1(value.content);
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(value.content);
  } catch {
    return undefined;
  }
}

function escapeValue(text: string): string {
  const characters = [...text];
  return characters
    .map((character, i) => {
      if (',+"\\<>;'.includes(character)) return `\\${character}`;
      if (character === ' ' && (i === 0 || i === characters.length - 1)) return '\\ ';
      if (character === '#' && i === 0) return '\\#';
      return character >= ' ' && character <= '~' ? character : escapeBytes(character);
    })
    .join('');
}

const UTF8 = new TextEncoder();

function escapeBytes(character: string): string {
  return hex(UTF8.encode(character)).replace(/../g, '\\$&');
}
