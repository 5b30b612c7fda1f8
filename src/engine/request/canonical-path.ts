import { type EscapeTrouble, hidesEscape, normalizeEscapes } from './percent.ts';

/** Reasons for servers to read a path differently. Each completes the sentence "the path has ...". */
type Ambiguity =
  | EscapeTrouble
  | 'an encoded dot segment'
  | 'a `%25` that hides another escape'
  | 'a raw backslash'
  | 'a control byte'
  | 'a non-ASCII byte'
  | 'a `;`'
  | 'a `#`'
  | 'a `..` above the root'
  | 'a `..` after a doubled slash'
  | 'an absolute form'
  | 'no leading slash';

export interface CanonicalPath {
  /**
   * Without the query string; starts with `/` unless it is `*`, or empty (CONNECT); keeps a trailing slash. Best effort
   * if ambiguous.
   */
  readonly path: string;
  /** Raw, without `?`; empty if the path has none. */
  readonly query: string;
  /** First ambiguity found; undefined if every server reads the path the same way. */
  readonly ambiguous: Ambiguity | undefined;
}

/**
 * Canonical form of a path, in which paths are compared (RFC 3986 section 6.2.2): escapes of unreserved characters
 * are decoded, other escapes are in upper case, dot segments and doubled slashes are resolved, the query is split off.
 * `*` (of OPTIONS) is unchanged, and so is the empty path of CONNECT, which has an authority and no path (RFC 9110
 * section 9.3.6); with another method it is ambiguous. Never throws, linear in the length, idempotent for paths that are not ambiguous.
 */
export function canonicalPath(path: string, method = ''): CanonicalPath {
  const plain = plainLength(path);
  if (plain === path.length) return { path, query: '', ambiguous: undefined };
  const queryStart = plain === -1 ? path.indexOf('?') : plain;
  const raw = queryStart === -1 ? path : path.slice(0, queryStart);
  const query = queryStart === -1 ? '' : path.slice(queryStart + 1);
  const inQuery = REMARKABLE_IN_QUERY.test(query) ? rawAmbiguity(query, true) : undefined;
  if (plain !== -1 || raw === '*' || (path === '' && method === 'CONNECT'))
    return { path: raw, query, ambiguous: inQuery };

  const origin = originForm(raw);
  const escapes = origin.path.includes('%')
    ? normalizeEscapes(origin.path)
    : { path: origin.path, trouble: undefined };
  const resolved = resolveSegments(escapes.path);
  const ambiguous =
    origin.ambiguous ??
    rawAmbiguity(raw) ??
    escapes.trouble ??
    encodedDotSegment(origin.path) ??
    (hidesEscape(escapes.path) ? 'a `%25` that hides another escape' : undefined) ??
    resolved.ambiguous ??
    inQuery;
  return { path: resolved.path, query, ambiguous };
}

/**
 * Length of a path that is already canonical, up to its query string or its end; -1 if the path must be rewritten.
 * Nearly every request takes this route through `canonicalPath`, without a copy.
 */
function plainLength(path: string): number {
  if (path.charCodeAt(0) !== 0x2f) return -1;
  let afterSlash = true;
  for (let i = 1; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 0x3f) return i;
    if (isRemarkable(code) || (afterSlash && (code === 0x2f || code === 0x2e))) return -1;
    afterSlash = code === 0x2f;
  }
  return path.length;
}

/** True for `%`, `;`, `#`, a backslash, control and non-ASCII bytes. */
function isRemarkable(code: number): boolean {
  return code < 0x20 || code > 0x7e || code === 0x25 || code === 0x3b || code === 0x23 || code === 0x5c;
}

/** Path of an absolute form, as in requests to a proxy (RFC 9112 section 3.2.2), without scheme and authority. */
function originForm(raw: string): { readonly path: string; readonly ambiguous: Ambiguity | undefined } {
  if (raw.startsWith('/')) return { path: raw, ambiguous: undefined };
  const authority = raw.indexOf('://');
  if (authority === -1) return { path: `/${raw}`, ambiguous: 'no leading slash' };
  const slash = raw.indexOf('/', authority + 3);
  return { path: slash === -1 ? '/' : raw.slice(slash), ambiguous: 'an absolute form' };
}

/** Other bytes than those of a query string (RFC 3986, section 3.4), except those that every server reads alike. */
const REMARKABLE_IN_QUERY = /[^ -"$-~]/;

/** `isQuery`: a backslash and a `;` are as any other character. */
function rawAmbiguity(raw: string, isQuery = false): Ambiguity | undefined {
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return 'a control byte';
    if (code > 0x7f) return 'a non-ASCII byte';
    if (code === 0x23) return 'a `#`';
    if (isQuery) continue;
    if (code === 0x5c) return 'a raw backslash';
    if (code === 0x3b) return 'a `;`';
  }
  return undefined;
}

/** An ambiguity if a segment is `.` or `..` only after decoding; `%2e` elsewhere is a plain dot. */
function encodedDotSegment(path: string): Ambiguity | undefined {
  if (!path.includes('%')) return undefined;
  for (const segment of path.split('/')) {
    if (/^(?:\.|%2e){1,2}$/i.test(segment) && segment.includes('%')) return 'an encoded dot segment';
  }
  return undefined;
}

/**
 * RFC 3986 section 5.2.4, with doubled slashes merged. Servers disagree on whether `..` removes an empty segment or
 * the segment before it, so an empty segment followed by `..` is ambiguous.
 */
function resolveSegments(path: string): { readonly path: string; readonly ambiguous: Ambiguity | undefined } {
  const parts = path.split('/');
  const kept: string[] = [];
  let ambiguous: Ambiguity | undefined;
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i];
    if (part === undefined || part === '' || part === '.') continue;
    if (part !== '..') {
      kept.push(part);
      continue;
    }
    if (kept.pop() === undefined) ambiguous ??= 'a `..` above the root';
    if (i > 1 && endsInEmpty(parts, i - 1)) ambiguous ??= 'a `..` after a doubled slash';
  }
  const last = parts[parts.length - 1];
  const open = last === '' || last === '.' || last === '..';
  return { path: kept.length === 0 ? '/' : `/${kept.join('/')}${open ? '/' : ''}`, ambiguous };
}

/** True if a `..` after the part at `at` would remove an empty part. */
function endsInEmpty(parts: readonly string[], at: number): boolean {
  return parts[at] === '' || (parts[at] === '.' && at > 1 && parts[at - 1] === '');
}
