import { decodeOnce } from '../request/percent.ts';
import { isWhole, type PathTemplate, type TemplateSegment } from './template.ts';

/** The operations of a document by path and method. INVARIANT: plain data, so that it can be sent to another process. */
export interface RouteNode<T> {
  readonly literals: Map<string, RouteNode<T>>;
  /** Segments with text beside their parameters, those with most text first. */
  readonly mixed: { readonly literals: readonly string[]; readonly node: RouteNode<T> }[];
  /** For segments that are one parameter. */
  whole: RouteNode<T> | undefined;
  /** By method; the paths without and with a slash at their end. */
  readonly plain: Map<string, Route<T>>;
  readonly slashed: Map<string, Route<T>>;
}

/** An operation at the end of a path. */
interface Route<T> {
  readonly operation: T;
  /** Names of the parameters of the path, in their order. */
  readonly names: readonly string[];
}

export interface RouteMatch<T> {
  readonly operation: T;
  /** Raw values of the parameters by name: every way to read the path. */
  readonly readings: readonly ReadonlyMap<string, string>[];
  /** Another operation, that of services which decode escapes before they look for it. */
  readonly other: T | undefined;
  readonly methods?: undefined;
}

export type RouteResult<T> =
  | RouteMatch<T>
  /** Methods of the path; none if the document does not have it. */
  | { readonly methods: readonly string[]; readonly operation?: undefined };

export function newNode<T>(): RouteNode<T> {
  return { literals: new Map(), mixed: [], whole: undefined, plain: new Map(), slashed: new Map() };
}

/** Adds an operation; the result is another one with this method and an equal path, which then stays. */
export function addRoute<T>(
  root: RouteNode<T>,
  { segments, isSlashed }: PathTemplate,
  method: string,
  operation: T,
): T | undefined {
  let node = root;
  for (const segment of segments) node = childFor(node, segment);
  const names = segments.flatMap((each) => (each.kind === 'literal' ? [] : each.names));
  const table = isSlashed ? node.slashed : node.plain;
  const known = table.get(method);
  if (known !== undefined) return known.operation;
  table.set(method, { operation, names });
  return undefined;
}

function childFor<T>(node: RouteNode<T>, segment: TemplateSegment): RouteNode<T> {
  if (segment.kind === 'literal') {
    const known = node.literals.get(segment.text) ?? newNode<T>();
    node.literals.set(segment.text, known);
    return known;
  }
  if (isWhole(segment)) {
    node.whole ??= newNode<T>();
    return node.whole;
  }
  const { literals } = segment;
  const known = node.mixed.find((each) => literals.join('\0') === each.literals.join('\0'));
  if (known !== undefined) return known.node;
  const added = { literals, node: newNode<T>() };
  node.mixed.push(added);
  node.mixed.sort((a, b) => b.literals.join('').length - a.literals.join('').length);
  return added.node;
}

/** Values of the parameters so far: for each segment with parameters, the ways to read it. */
type Captures = (readonly (readonly string[])[])[];

interface Search<T> {
  readonly segments: readonly string[];
  readonly method: string;
  readonly isSlashed: boolean;
  readonly captures: Captures;
  /** Methods of the paths that fit. */
  readonly methods: Set<string>;
  found: Route<T> | undefined;
}

/**
 * The operation for a canonical path. Text is tried before parameters, as OpenAPI asks; a path that fits and lacks the
 * method does not keep a later one from being found, since many services route by both together.
 */
export function findRoute<T>(root: RouteNode<T>, method: string, path: string): RouteResult<T> {
  if (!path.startsWith('/')) return { methods: [] };
  const found = searchRoute(root, method, path);
  if (!path.includes('%') || path.search(RESERVED) === -1) return found;
  const other = searchRoute(root, method, path.replaceAll(RESERVED, decodeOnce));
  if (!('readings' in other)) return found;
  if (!('readings' in found)) return other;
  if (found.operation !== other.operation) return { ...found, other: other.operation };
  return { ...found, readings: [...found.readings, ...other.readings] };
}

/**
 * Escapes of the characters that a path may also have as they are (RFC 3986, section 3.3). Some services decode them
 * before they look for the operation: `/orders/1%3Acancel` is then one with `/orders/1:cancel`.
 */
const RESERVED = /%(?:2[146-9A-C]|3[ABD]|40)/g;

function searchRoute<T>(root: RouteNode<T>, method: string, path: string): RouteResult<T> {
  const segments = path.slice(1).split('/');
  const isSlashed = segments.length > 1 && segments.at(-1) === '';
  if (segments.at(-1) === '') segments.pop();
  const search: Search<T> = {
    segments,
    method,
    isSlashed,
    captures: [],
    methods: new Set(),
    found: undefined,
  };
  visit(root, 0, search);
  const { found } = search;
  return found === undefined
    ? { methods: [...search.methods] }
    : {
        operation: found.operation,
        readings: readingsOf(found.names, search.captures),
        other: undefined,
      };
}

/** True if an operation was found at or below a node. Every node is visited at most once. */
function visit<T>(node: RouteNode<T>, index: number, search: Search<T>): boolean {
  const raw = search.segments[index];
  if (raw === undefined) return visitEnd(node, search);
  const literal = node.literals.get(decodedLiteral(raw));
  if (literal !== undefined && visit(literal, index + 1, search)) return true;
  for (const { literals, node: next } of node.mixed) {
    const readings = splitBy(raw, literals);
    if (readings.length > 0 && visitWith(next, readings, index, search)) return true;
  }
  return node.whole !== undefined && raw !== '' && visitWith(node.whole, [[raw]], index, search);
}

/** A segment as literals are: decoded, but for the escapes that only some services decode. */
function decodedLiteral(raw: string): string {
  if (!raw.includes('%')) return raw;
  return raw
    .split(KEPT_RESERVED)
    .map((part, index) => (index % 2 === 1 ? part : decodeOnce(part)))
    .join('');
}

const KEPT_RESERVED = new RegExp(`(${RESERVED.source})`);

function visitWith<T>(
  node: RouteNode<T>,
  readings: readonly (readonly string[])[],
  index: number,
  search: Search<T>,
): boolean {
  search.captures.push(readings);
  if (visit(node, index + 1, search)) return true;
  search.captures.pop();
  return false;
}

/** A slash at the end makes a difference only where the document has both paths. */
function visitEnd<T>(node: RouteNode<T>, search: Search<T>): boolean {
  const { method, methods, isSlashed } = search;
  const tables = isSlashed ? [node.slashed, node.plain] : [node.plain, node.slashed];
  for (const table of tables) {
    for (const each of table.keys()) methods.add(each);
    search.found ??= table.get(method);
  }
  return search.found !== undefined;
}

/** Most ways to read a path that are judged. */
export const MAX_READINGS = 16;
/** Most places of text that are tried in a segment. */
const MAX_TRIES = 200;

interface Splitting {
  readonly raw: string;
  readonly found: (readonly string[])[];
  tries: number;
}

/** Readings of a segment that has more ways than are judged: a less strict path must not be found in its place. */
const TOO_MANY: readonly (readonly string[])[] = Array.from({ length: MAX_READINGS + 1 }, () => []);

/** Values of the parameters of a raw segment: every way to place the text beside them. None if the text is not there. */
function splitBy(raw: string, literals: readonly string[]): readonly (readonly string[])[] {
  const [first = '', ...others] = literals;
  if (!raw.startsWith(first) || !raw.endsWith(others.at(-1) ?? '')) return [];
  const splitting: Splitting = { raw, found: [], tries: 0 };
  place(splitting, first.length, others, []);
  return isExhausted(splitting) ? TOO_MANY : splitting.found;
}

function isExhausted({ found, tries }: Splitting): boolean {
  return found.length > MAX_READINGS || tries > MAX_TRIES;
}

function place(
  splitting: Splitting,
  from: number,
  literals: readonly string[],
  values: readonly string[],
): void {
  const { raw, found } = splitting;
  const [literal = '', ...others] = literals;
  if (others.length === 0) {
    const end = raw.length - literal.length;
    if (end > from) found.push([...values, raw.slice(from, end)]);
    return;
  }
  for (let at = raw.indexOf(literal, from + 1); at !== -1; at = raw.indexOf(literal, at + 1)) {
    splitting.tries += 1;
    if (isExhausted(splitting)) return;
    place(splitting, at + literal.length, others, [...values, raw.slice(from, at)]);
  }
}

function readingsOf(names: readonly string[], captures: Captures): readonly ReadonlyMap<string, string>[] {
  let lists: readonly (readonly string[])[] = [[]];
  for (const readings of captures) {
    lists = lists.flatMap((list) => readings.map((reading) => [...list, ...reading]));
    if (lists.length > MAX_READINGS) lists = lists.slice(0, MAX_READINGS + 1);
  }
  return lists.map((values) => new Map(values.map((value, index) => [names[index] ?? '', value])));
}
