/** Parts of a URI reference (RFC 3986 section 3), undefined where absent. */
interface UriParts {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
}

/** A URI reference in two parts; `fragment` is undecoded, and empty if absent. */
export interface Split {
  readonly uri: string;
  readonly fragment: string;
}

/** The expression of RFC 3986, appendix B. */
const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/;

/** Splits a URI reference at its `#`. */
export function splitFragment(reference: string): Split {
  const at = reference.indexOf('#');
  return at < 0
    ? { uri: reference, fragment: '' }
    : { uri: reference.slice(0, at), fragment: reference.slice(at + 1) };
}

/** A reference without fragment, resolved against a base (RFC 3986 section 5.2.2). */
export function resolveUri(base: string, reference: string): string {
  if (reference === '') return base;
  const to = partsOf(reference);
  if (to.scheme !== undefined) return text({ ...to, path: withoutDots(to.path) });
  const from = partsOf(base);
  const { scheme } = from;
  if (to.authority !== undefined) return text({ ...to, scheme, path: withoutDots(to.path) });
  const { authority } = from;
  if (to.path === '') return text({ ...from, query: to.query ?? from.query });
  const path = to.path.startsWith('/') ? to.path : merged(from, to.path);
  return text({ scheme, authority, path: withoutDots(path), query: to.query });
}

/** True for a reference that is a path without a leading slash, with neither scheme nor query. */
export function isRelativePath(reference: string): boolean {
  const { scheme, authority, path, query } = partsOf(reference);
  return scheme === undefined && authority === undefined && query === undefined && /^[^/]/.test(path);
}

/** The path from the folder of one URI to another of the same scheme and authority; undefined if there is none. */
export function relativePath(from: string, to: string): string | undefined {
  const [a, b] = [partsOf(from), partsOf(to)];
  if (a.scheme !== b.scheme || a.authority !== b.authority || b.query !== undefined) return undefined;
  const [folders, names] = [a.path.split('/').slice(0, -1), b.path.split('/')];
  let shared = 0;
  while (shared < folders.length && shared < names.length - 1 && folders[shared] === names[shared]) shared++;
  return [...folders.slice(shared).map(() => '..'), ...names.slice(shared)].join('/');
}

function partsOf(reference: string): UriParts {
  const [, scheme, authority, path = '', query] = PARTS.exec(reference) ?? [];
  return { scheme, authority, path, query };
}

function text({ scheme, authority, path, query }: UriParts): string {
  const start = scheme === undefined ? '' : `${scheme}:`;
  const host = authority === undefined ? '' : `//${authority}`;
  return `${start}${host}${path}${query === undefined ? '' : `?${query}`}`;
}

function merged({ authority, path }: UriParts, reference: string): string {
  if (authority !== undefined && path === '') return `/${reference}`;
  return path.slice(0, path.lastIndexOf('/') + 1) + reference;
}

/** Section 5.2.4. */
function withoutDots(path: string): string {
  if (!/(?:^|\/)\.\.?(?:\/|$)/.test(path)) return path;
  const kept: string[] = [];
  const parts = path.split('/');
  for (const part of parts) {
    if (part === '..') {
      if (kept.length > 1 || (kept.length === 1 && kept[0] !== '')) kept.pop();
    } else if (part !== '.') kept.push(part);
  }
  const last = parts.at(-1);
  return last === '.' || last === '..' ? `${kept.join('/')}/` : kept.join('/');
}
