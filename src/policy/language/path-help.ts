import { compilePath } from '../../engine/request/path-pattern.ts';

/**
 * Help for an invalid path: the patterns that select what the text means in other routers or as a regular expression,
 * with a condition for what only `when` can compare. Undefined if the meaning is not clear.
 */
export function pathHelp(value: string): string | undefined {
  if (value === '') return 'to select every path, and CONNECT, which has none, remove `paths`';
  if (/^\**$/.test(value)) return undefined;
  const canonical = canonicalOf(value);
  if (canonical !== undefined) return canonical;
  const { paths, conditions } = translate(value);
  if (paths.length === 0 || !paths.every((each) => compilePath(each).pattern !== undefined)) return undefined;
  const written = paths.map((each) => `\`${each}\``).join(' and ');
  return conditions.length === 0
    ? `write ${written}`
    : `write ${written}, and \`when: ${conditions.join(' && ')}\``;
}

/** Help for a path as a client may send it: with a query string, escapes, dot segments or doubled slashes. */
function canonicalOf(value: string): string | undefined {
  const [, sent = value, query] = /^([^?]+)\?([\w.%-]+=[^?]*)$/.exec(value) ?? [];
  if (!/^(?:\/|[\w.~!$&'+,=@%*{} -])+$/.test(sent) || !sent.startsWith('/')) return undefined;
  const path = decoded(resolved(sent));
  if (path === undefined || path === value || compilePath(path).pattern === undefined) return undefined;
  const rest = query === undefined ? '' : ', and compare `request.query_params` in `when`';
  return `write \`${path}\`${rest}`;
}

/** Without dot segments and doubled slashes; empty if it leads above the root. */
function resolved(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/').slice(1)) {
    if (part === '..' && parts.pop() === undefined) return '';
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Undefined if a segment is not decodable, or would mean something else as text: `%2f`, `%2a`, `%25`. */
function decoded(path: string): string | undefined {
  try {
    const parts = path.split('/').map((part) => ({ part, text: decodeURIComponent(part) }));
    const isClear = parts.every(({ part, text }) => part === text || !/[/?#;\\*{}%]/.test(text));
    return isClear ? parts.map(({ text }) => text).join('/') : undefined;
  } catch {
    return undefined;
  }
}

interface Translation {
  readonly paths: readonly string[];
  readonly conditions: readonly string[];
}

/** A segment of another language: the segments, each of which selects a part of what it selects, and a condition. */
interface Segment {
  readonly any: readonly string[];
  readonly condition?: string;
}

type Translate = (groups: readonly string[], isLast: boolean) => Segment;

function translate(value: string): Translation {
  const parts = withoutAnchors(value).split('/').slice(1);
  let paths: readonly string[] = [''];
  const conditions: string[] = [];
  for (const [index, part] of parts.entries()) {
    const rest = parts.slice(index + 1);
    if (part === '**' && rest.length > 0) {
      const ending = `/${rest.join('/')}`.replace(/^\/\*(?=[^*/]+$)/, '');
      conditions.push(`request.url_path.endsWith(${quoted(ending)})`);
      return { paths: ending.split('/').every(isPlain) ? paths.map((path) => `${path}/**`) : [], conditions };
    }
    const { any, condition } = translateSegment(part, rest.length === 0);
    paths = paths.flatMap((path) => any.map((each) => `${path}/${each}`));
    if (condition !== undefined) conditions.push(condition);
  }
  return { paths, conditions };
}

/** The text without `^` and `$`, with plain slashes and dots and a leading slash; `[^/]+` is `*`. */
function withoutAnchors(value: string): string {
  const bare = value
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replaceAll(/\\([/.-])/g, '$1')
    .replaceAll(/\(?\[\^\/\][*+]\)?/g, '*');
  return bare.startsWith('/') ? bare : `/${bare}`;
}

function translateSegment(part: string, isLast: boolean): Segment {
  if (isPlain(part)) return { any: [part] };
  for (const [pattern, translation] of SEGMENTS) {
    const found = pattern.exec(part);
    if (found !== null)
      return translation(
        found.slice(1).map((group) => group ?? ''),
        isLast,
      );
  }
  return { any: [] };
}

/** True for a segment that means the same in every language, and for an empty one after a trailing slash. */
function isPlain(part: string): boolean {
  return /^(?!:)[\w.~:@!$&',= -]*$/.test(part);
}

const NAME = '([A-Za-z_][A-Za-z0-9_]*)';
const TEXT = '([^{}<>()*\\\\[\\]|^]*)';

/** Segments of other routers and regular expressions, with their translations. The first that fits counts. */
const SEGMENTS: readonly (readonly [RegExp, Translate])[] = [
  [/^\*$/, () => ({ any: ['*'] })],
  [/^\*\*$/, () => ({ any: ['**'] })],
  // Express, Rails: `:id`, `:id(\d+)`, `:rest*`.
  [
    new RegExp(`^:${NAME}(?:\\((.*)\\))?([*+]?)$`),
    ([name = '', constraint = '', more = ''], isLast) =>
      more === '' ? parameter(name, constraint, isLast) : anything(isLast),
  ],
  // Go, ASP.NET, google.api.http: `{rest...}`, `{*rest}`, `{rest=**}`.
  [new RegExp(`^\\{(?:${NAME}\\.\\.\\.|\\*+${NAME}|${NAME}=\\*\\*)\\}$`), (_, isLast) => anything(isLast)],
  // Spring, JAX-RS, Gorilla: `{id:\d+}`.
  [
    new RegExp(`^\\{${NAME}(?:[:=](.*))?\\}$`),
    ([name = '', constraint = ''], isLast) => parameter(name, constraint, isLast),
  ],
  // Flask, Django: `<id>`, `<int:id>`, `<path:rest>`.
  [
    new RegExp(`^<(?:(\\w+):)?${NAME}>$`),
    ([type = '', name = ''], isLast) =>
      type === 'path' ? anything(isLast) : parameter(name, type === 'int' ? '[0-9]+' : '', isLast),
  ],
  // Next.js: `[id]`, `[...rest]`.
  [
    new RegExp(`^\\[(\\.\\.\\.)?${NAME}\\]$`),
    ([more = '', name = ''], isLast) => (more === '' ? parameter(name, '', isLast) : anything(isLast)),
  ],
  // Regular expressions: `.*`, `(a|b)`, `\d+`, `[0-9a-f]{8}`.
  [/^(?:\((?:\?:)?)?\.[*+]\)?$/, (_, isLast) => anything(isLast)],
  [/^\((?:\?:)?([\w.~-]+(?:\|[\w.~-]+)+)\)$/, ([words = '']) => ({ any: words.split('|') })],
  [
    /^\(?((?:\\[dw]|\[[^\]]+\])(?:[*+]|\{[0-9,]+\})?)\)?$/,
    ([constraint = ''], isLast) => parameter('id', constraint, isLast),
  ],
  // A part of a segment: `{id}:cancel`, `v{version}`, `*.json`, `report-*`.
  [
    new RegExp(`^${TEXT}\\{${NAME}\\}${TEXT}$`),
    ([before = '', name = '', after = '']) => surrounded(name, before, after),
  ],
  [new RegExp(`^((?:${TEXT}\\{${NAME}\\}){2,}${TEXT})$`), ([part = '']) => several(part)],
  [new RegExp(`^${TEXT}\\*${TEXT}$`), ([before = '', after = '']) => surrounded('name', before, after)],
];

/** A segment with several parameters, by a regular expression. */
function several(part: string): Segment {
  const expression = part.replaceAll(/\{\w+\}/g, '.+').replaceAll(/\.(?!\+)/g, '[.]');
  return { any: ['{name}'], condition: `request.params.name.matches(${quoted(`^${expression}$`)})` };
}

/** The rest of the path, or one segment before its end. */
function anything(isLast: boolean): Segment {
  return { any: [isLast ? '**' : '*'] };
}

function parameter(name: string, constraint: string, isLast: boolean): Segment {
  if (/^\.[*+]$/.test(constraint)) return anything(isLast);
  if (constraint === '' || constraint === '*') return { any: [`{${name}}`] };
  return {
    any: [`{${name}}`],
    condition: `request.params.${name}.matches(${quoted(`^(?:${constraint})$`)})`,
  };
}

function surrounded(name: string, before: string, after: string): Segment {
  const conditions = [
    ...(before === '' ? [] : [`request.params.${name}.startsWith(${quoted(before)})`]),
    ...(after === '' ? [] : [`request.params.${name}.endsWith(${quoted(after)})`]),
  ];
  return { any: [`{${name}}`], condition: conditions.join(' && ') };
}

/** A text of CEL, raw if it has a backslash. */
function quoted(text: string): string {
  return text.includes('\\') ? `r'${text}'` : `'${text}'`;
}
