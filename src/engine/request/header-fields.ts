import type { Attributes } from './attributes.ts';

interface HeaderFieldRow {
  /** Name of a row of `COMMA_RULES`. */
  readonly comma: keyof typeof COMMA_RULES;
  readonly source: string;
}

/** Meaning of a comma in the value of a header, for the reference page. */
export const COMMA_RULES = {
  list: 'separates elements: a repeated header is the same list',
  cookies: 'separates headers that the proxy joined; headers that arrive apart are joined with `; `',
  never: 'separates repeated headers',
  date: 'separates repeated headers, except after the name of a day',
  quoted: 'separates repeated headers, except in quotes',
  comment: 'separates repeated headers, except in parentheses or before a space',
  credentials: 'separates repeated headers, except between parameters `name=value`',
  any: 'belongs to the value',
} as const;

/**
 * Headers that are lists, and headers with one value that Envoy joins before the service sees them or whose value may
 * contain a comma. Headers that are not in the table have one value.
 */
export const HEADER_FIELDS = {
  accept: { comma: 'list', source: 'RFC 9110, section 12.5.1' },
  'accept-charset': { comma: 'list', source: 'RFC 9110, section 12.5.2' },
  'accept-encoding': { comma: 'list', source: 'RFC 9110, section 12.5.3' },
  'accept-language': { comma: 'list', source: 'RFC 9110, section 12.5.4' },
  'accept-ranges': { comma: 'list', source: 'RFC 9110, section 14.3' },
  'accept-signature': { comma: 'list', source: 'RFC 9421, section 5.1' },
  'access-control-request-headers': { comma: 'list', source: 'Fetch Standard, section 3.3.2' },
  allow: { comma: 'list', source: 'RFC 9110, section 10.2.1' },
  baggage: { comma: 'list', source: 'W3C Baggage, section 3.1' },
  'cache-control': { comma: 'list', source: 'RFC 9111, section 5.2' },
  'cdn-loop': { comma: 'list', source: 'RFC 8586, section 2' },
  connection: { comma: 'list', source: 'RFC 9110, section 7.6.1' },
  'content-digest': { comma: 'list', source: 'RFC 9530, section 2' },
  'content-encoding': { comma: 'list', source: 'RFC 9110, section 8.4' },
  'content-language': { comma: 'list', source: 'RFC 9110, section 8.5' },
  expect: { comma: 'list', source: 'RFC 9110, section 10.1.1' },
  forwarded: { comma: 'list', source: 'RFC 7239, section 4' },
  'if-match': { comma: 'list', source: 'RFC 9110, section 13.1.1' },
  'if-none-match': { comma: 'list', source: 'RFC 9110, section 13.1.2' },
  link: { comma: 'list', source: 'RFC 8288, section 3' },
  pragma: { comma: 'list', source: 'RFC 9111, section 5.4' },
  prefer: { comma: 'list', source: 'RFC 7240, section 2' },
  priority: { comma: 'list', source: 'RFC 9218, section 5' },
  'repr-digest': { comma: 'list', source: 'RFC 9530, section 3' },
  'sec-websocket-extensions': { comma: 'list', source: 'RFC 6455, section 11.3.2' },
  'sec-websocket-protocol': { comma: 'list', source: 'RFC 6455, section 11.3.4' },
  signature: { comma: 'list', source: 'RFC 9421, section 4.2' },
  'signature-input': { comma: 'list', source: 'RFC 9421, section 4.1' },
  te: { comma: 'list', source: 'RFC 9110, section 10.1.4' },
  tracestate: { comma: 'list', source: 'W3C Trace Context, section 3.3' },
  trailer: { comma: 'list', source: 'RFC 9110, section 6.6.2' },
  'transfer-encoding': { comma: 'list', source: 'RFC 9112, section 6.1' },
  upgrade: { comma: 'list', source: 'RFC 9110, section 7.8' },
  vary: { comma: 'list', source: 'RFC 9110, section 12.5.5' },
  via: { comma: 'list', source: 'RFC 9110, section 7.6.3' },
  'want-content-digest': { comma: 'list', source: 'RFC 9530, section 4' },
  'want-repr-digest': { comma: 'list', source: 'RFC 9530, section 4' },
  warning: { comma: 'list', source: 'RFC 7234, section 5.5' },
  'x-forwarded-client-cert': { comma: 'list', source: 'Envoy' },
  'x-forwarded-for': { comma: 'list', source: 'Envoy' },
  cookie: { comma: 'cookies', source: 'RFC 6265, section 5.4; RFC 9113, section 8.2.3' },
  'access-control-request-method': { comma: 'never', source: 'Fetch Standard, section 3.3.2' },
  'grpc-timeout': { comma: 'never', source: 'gRPC over HTTP/2' },
  origin: { comma: 'never', source: 'RFC 6454, section 7' },
  'x-forwarded-host': { comma: 'never', source: 'Envoy' },
  'x-forwarded-proto': { comma: 'never', source: 'Envoy' },
  date: { comma: 'date', source: 'RFC 9110, section 6.6.1' },
  expires: { comma: 'date', source: 'RFC 9111, section 5.3' },
  'if-modified-since': { comma: 'date', source: 'RFC 9110, section 13.1.3' },
  'if-unmodified-since': { comma: 'date', source: 'RFC 9110, section 13.1.4' },
  'last-modified': { comma: 'date', source: 'RFC 9110, section 8.8.2' },
  'content-disposition': { comma: 'quoted', source: 'RFC 6266, section 4.1' },
  'content-type': { comma: 'quoted', source: 'RFC 9110, section 8.3' },
  'user-agent': { comma: 'comment', source: 'RFC 9110, section 10.1.5' },
  authorization: { comma: 'credentials', source: 'RFC 9110, section 11.6.2' },
  'proxy-authorization': { comma: 'credentials', source: 'RFC 9110, section 11.7.2' },
  referer: { comma: 'any', source: 'RFC 9110, section 10.1.3' },
} as const satisfies Record<string, HeaderFieldRow>;

const FIELDS: ReadonlyMap<string, HeaderFieldRow> = new Map(Object.entries(HEADER_FIELDS));

/**
 * True if a header, by lower-case name, is absent, was sent once, or is a list, so that every server reads the same
 * value.
 */
export function hasOneValue(
  name: string,
  { headers, headerForm }: Pick<Attributes['request'], 'headers' | 'headerForm'>,
): boolean {
  const value = headers.get(name);
  if (value === undefined) return true;
  const { repeated, isJoined } = headerForm;
  if (repeated.size > 0 && repeated.has(name)) return isListHeader(name);
  return !mayBeJoined(name, value, isJoined);
}

/** A repeated list is only a longer list. */
function isListHeader(name: string): boolean {
  const comma = FIELDS.get(name)?.comma;
  return comma === 'list' || comma === 'cookies';
}

/**
 * True if the text of a header may be the text of several that were joined with commas. `isJoined`: the proxy joined
 * every repeated header; otherwise Envoy did so only with some headers of the table, for the service as well.
 */
export function mayBeJoined(name: string, value: string, isJoined: boolean): boolean {
  if (!value.includes(',')) return false;
  const rule = FIELDS.get(name)?.comma;
  switch (rule) {
    case undefined:
    case 'cookies':
      return isJoined;
    case 'list':
    case 'any':
      return false;
    case 'never':
      return true;
    case 'date':
      return !DATE.test(value);
    case 'quoted':
      return withoutQuoted(value).includes(',');
    case 'comment':
      return /,(?![ \t])/.test(value.replace(COMMENT, ''));
    case 'credentials':
      return !areParameters(value);
  }
}

/** The name of a day and the only comma (RFC 9110, section 5.6.7). */
const DATE = /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?, [^,]*$/i;
/** RFC 9110, section 5.6.5, without nested comments. */
const COMMENT = /\([^()]*\)/g;

/** True for a scheme and parameters `name=value` (RFC 9110, section 11.4), unlike several credentials. */
function areParameters(value: string): boolean {
  const [first = '', ...others] = withoutQuoted(value).split(',');
  return /^\S+ +[\w-]+=[^=]*$/.test(first) && others.every((part) => /^[ \t]*[\w-]+[ \t]*=/.test(part));
}

/** The text outside of quoted strings (RFC 9110, section 5.6.4), in one pass; an open quote extends to the end. */
function withoutQuoted(value: string): string {
  let outside = '';
  for (let start = 0; ; ) {
    const quote = value.indexOf('"', start);
    if (quote === -1) return outside + value.slice(start);
    outside += value.slice(start, quote);
    let end = quote + 1;
    while (end < value.length && value[end] !== '"') end += value[end] === '\\' ? 2 : 1;
    start = end + 1;
  }
}

/**
 * The name as CGI and many servers write it (RFC 3875, section 4.1.18): they do not tell `-`, `_` and other special
 * characters apart. A name of letters, digits and `-` is unchanged.
 */
export function foldedName(name: string): string {
  return name.replace(/[^a-z0-9]/g, '-');
}

/** True for a lower-case name that `foldedName` does not change. */
export function isPlainName(name: string): boolean {
  // A loop, as it runs for every header of every request: a regular expression takes twice the time.
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    const isPlain = (code >= 0x61 && code <= 0x7a) || code === 0x2d || (code >= 0x30 && code <= 0x39);
    if (!isPlain) return false;
  }
  return true;
}

/**
 * Headers by which some servers replace the method, path or host of a request, and what they replace. A decision about
 * the request holds for the service only without them.
 */
export const OVERRIDE_HEADERS = {
  'x-http-method': 'method',
  'x-http-method-override': 'method',
  'x-method-override': 'method',
  'x-original-url': 'path',
  'x-rewrite-url': 'path',
  'x-forwarded-host': 'host',
  'x-forwarded-prefix': 'path',
  'x-original-host': 'host',
  // RFC 7239: its `host` is read where `x-forwarded-host` is, by Spring and others.
  forwarded: 'host',
} as const;
