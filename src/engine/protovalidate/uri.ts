import { isIp } from './host.ts';

/** Parts of RFC 3986, as classes of characters. */
const UNRESERVED = String.raw`A-Za-z0-9._~\-`;
const DELIMITERS = "!$&'()*+,;=";
const ESCAPE = '%[0-9A-Fa-f]{2}';

/** A text of these characters and escapes. */
function textOf(characters: string): RegExp {
  return new RegExp(`^(?:[${characters}]|${ESCAPE})*$`);
}

const USER = textOf(`${UNRESERVED}${DELIMITERS}:`);
const NAME = textOf(`${UNRESERVED}${DELIMITERS}`);
const ZONE = textOf(UNRESERVED);
const PATH = textOf(`${UNRESERVED}${DELIMITERS}:@/`);
const QUERY = textOf(`${UNRESERVED}${DELIMITERS}:@/?`);
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const FUTURE = new RegExp(`^v[0-9A-Fa-f]+\\.[${UNRESERVED}${DELIMITERS}:]+$`, 'i');

/** True for a URI with a scheme (RFC 3986); its host may be an IPv6 address with a zone (RFC 6874). */
export function isUri(text: string): boolean {
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme === undefined) return false;
  const hierarchy = withoutQuery(text.slice(scheme.length));
  return hierarchy !== undefined && isHierarchy(hierarchy);
}

/** True for a URI, or a reference relative to one. */
export function isUriReference(text: string): boolean {
  if (isUri(text)) return true;
  const hierarchy = withoutQuery(text);
  if (hierarchy === undefined) return false;
  const [first = ''] = hierarchy.split('/', 1);
  // A colon in the first segment would end a scheme.
  return !first.includes(':') && isHierarchy(hierarchy);
}

/** The part before a query and a fragment; undefined if one of these is not valid. */
function withoutQuery(text: string): string | undefined {
  const hash = text.indexOf('#');
  const before = hash < 0 ? text : text.slice(0, hash);
  if (hash >= 0 && !QUERY.test(text.slice(hash + 1))) return undefined;
  const mark = before.indexOf('?');
  if (mark >= 0 && !QUERY.test(before.slice(mark + 1))) return undefined;
  return mark < 0 ? before : before.slice(0, mark);
}

function isHierarchy(text: string): boolean {
  if (!text.startsWith('//')) return PATH.test(text);
  const slash = text.indexOf('/', 2);
  const end = slash < 0 ? text.length : slash;
  return isAuthority(text.slice(2, end)) && PATH.test(text.slice(end));
}

function isAuthority(text: string): boolean {
  const at = text.indexOf('@');
  if (at >= 0 && !USER.test(text.slice(0, at))) return false;
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text.slice(at + 1)) ?? [];
  const isWhole = host.length + (port === undefined ? 0 : port.length + 1) === text.length - at - 1;
  return isWhole && isHost(host) && (port === undefined || /^[0-9]*$/.test(port));
}

function isHost(text: string): boolean {
  return text.startsWith('[') ? isLiteral(text.slice(1, -1)) : NAME.test(text) && isUtf8(text);
}

/** Content of brackets: an IPv6 address, or an address of a future version. */
function isLiteral(text: string): boolean {
  const percent = text.indexOf('%');
  if (percent < 0) return isIp(text, 6) || FUTURE.test(text);
  const zone = text.slice(percent);
  const name = zone.slice(3);
  return (
    zone.startsWith('%25') &&
    name !== '' &&
    ZONE.test(name) &&
    isUtf8(name) &&
    isIp(text.slice(0, percent), 6)
  );
}

/** True if the bytes of the escapes are UTF-8, as the names of hosts are. */
function isUtf8(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
