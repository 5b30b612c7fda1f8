import type { Format } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { FormatName } from 'ajv-formats';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { named } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isIdnHostname } from './host-names.ts';
import { isUri } from './uri-formats.ts';

/** Longest URI, IRI, pointer, template and pattern, in characters. */
const LONG = 8192;

/** Test of a text; `longest` is the most characters of one that fits. */
interface TextFormat {
  readonly longest: number;
  readonly test: (text: string) => boolean;
}

const isHostname = ofLibrary('hostname', 253);
const isIpv4 = ofLibrary('ipv4', 15);
const isIpv6 = ofLibrary('ipv6', 45);

/** Atoms with dots between them (RFC 5321, section 4.1.2), and those of RFC 6531. */
const LOCAL_PART = /^[!#-'*+/-9=?A-Z^-~-]+(?:\.[!#-'*+/-9=?A-Z^-~-]+)*$/;
const IDN_LOCAL_PART =
  /^[!#-'*+/-9=?A-Z^-~\u0080-\u{10ffff}-]+(?:\.[!#-'*+/-9=?A-Z^-~\u0080-\u{10ffff}-]+)*$/u;

/**
 * The formats of texts. The bounds on their length keep expressions that take more than linear time harmless (an address
 * by RFC 5321 section 4.5.3.1, a host name by RFC 1035 section 2.3.4).
 */
const TEXTS: Readonly<Record<string, TextFormat>> = {
  date: ofLibrary('date', 64),
  time: ofLibrary('time', 64),
  'date-time': ofLibrary('date-time', 64),
  duration: ofLibrary('duration', 128),
  email: { longest: 320, test: (text) => isMailbox(text, LOCAL_PART, isHostname.test) },
  'idn-email': { longest: 320, test: (text) => isMailbox(text, IDN_LOCAL_PART, isIdnHostname) },
  hostname: isHostname,
  'idn-hostname': { longest: 253, test: isIdnHostname },
  ipv4: isIpv4,
  ipv6: isIpv6,
  uri: uriFormat({}),
  'uri-reference': uriFormat({ relative: true }),
  iri: uriFormat({ iri: true }),
  'iri-reference': uriFormat({ iri: true, relative: true }),
  'uri-template': ofLibrary('uri-template', LONG),
  uuid: ofLibrary('uuid', 45),
  'json-pointer': ofLibrary('json-pointer', LONG),
  'relative-json-pointer': ofLibrary('relative-json-pointer', LONG),
  regex: { longest: LONG, test: isRegularExpression },
  byte: { longest: Number.POSITIVE_INFINITY, test: isBase64 },
  // OpenAPI: hints for tools.
  binary: { longest: Number.POSITIVE_INFINITY, test: () => true },
  password: { longest: Number.POSITIVE_INFINITY, test: () => true },
};

/** Formats of numbers, which need no bound. */
const NUMBERS = ['int32', 'int64', 'float', 'double'] as const satisfies readonly FormatName[];

/** A format as the library takes it; `validate` gets values of its type only. */
interface Definition {
  readonly type: 'string' | 'number';
  readonly validate: (value: never) => boolean;
}

const DEFINITIONS: ReadonlyMap<string, Definition> = new Map<string, Definition>([
  ...Object.entries(TEXTS).map(([name, { longest, test }]): [string, Definition] => {
    const validate = (text: string): boolean => text.length <= longest && test(text);
    return [name, named(`schema.format.${name}`, { type: 'string', validate })];
  }),
  ...NUMBERS.map((name): [string, Definition] => {
    const format = fullFormats[name];
    if (typeof format !== 'object' || !('type' in format) || typeof format.validate !== 'function')
      throw new Error(`the format ${name} has no definition`);
    return [name, named(`schema.format.${name}`, format as Definition)];
  }),
]);

/** Names of all formats. */
export const FORMAT_NAMES: readonly string[] = [...DEFINITIONS.keys()];

export function isFormat(name: string): boolean {
  return DEFINITIONS.has(name);
}

/** True if a value fits a format. Every value of another type fits it, and every value an unknown one. */
export function fitsFormat(name: string, value: JsonValue): boolean {
  const format = DEFINITIONS.get(name);
  const plain = typeof value === 'bigint' ? Number(value) : value;
  return format === undefined || typeof plain !== format.type || format.validate(plain as never);
}

/** Makes `format` an assertion for the formats of the table. */
export function addFormats(ajv: Ajv2020): void {
  for (const [name, format] of DEFINITIONS) ajv.addFormat(name, format as Format);
}

/** RFC 4648 section 4. The library's own expression accepts a text of which only one line is base64. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** A mailbox of RFC 5321, section 4.1.2: characters or a quoted string before the `@`, a name or address after it. */
function isMailbox(text: string, atoms: RegExp, isHost: (host: string) => boolean): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64) return false;
  const [local, host] = [text.slice(0, at), text.slice(at + 1)];
  const isLocal = local.startsWith('"')
    ? /^"(?:[^"\\\p{Cc}]|\\[ -~])*"$/u.test(local) && (atoms.unicode || /^[ -~]*$/.test(local))
    : atoms.test(local);
  return isLocal && (isHost(host) || isAddressLiteral(host));
}

/** RFC 5321, section 4.1.3. */
function isAddressLiteral(host: string): boolean {
  const [, ipv6, ipv4] = /^\[(?:IPv6:(.*)|(.*))\]$/i.exec(host) ?? [];
  return ipv6 === undefined ? ipv4 !== undefined && isIpv4.test(ipv4) : isIpv6.test(ipv6);
}

function uriFormat(options: Parameters<typeof isUri>[2]): TextFormat {
  return { longest: LONG, test: (text) => isUri(text, isIpv6.test, options) };
}

/** ECMA-262, with the flag `u`, without which a misspelt escape is a letter. */
function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u').unicode;
  } catch {
    return false;
  }
}

function ofLibrary(name: FormatName, longest: number): TextFormat {
  return { longest, test: testOf(name) };
}

function testOf(name: FormatName): (text: string) => boolean {
  const format = fullFormats[name];
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return (text) => format(text);
  if (typeof format === 'object') {
    const { validate } = format;
    if (validate instanceof RegExp) return (text) => validate.test(text);
    if (typeof validate === 'function')
      return (text) => (validate as (text: string) => unknown)(text) === true;
  }
  throw new Error(`the format ${name} has no test`);
}
