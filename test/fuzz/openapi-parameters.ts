import { ambiguousParameter } from '../../src/engine/decision/ambiguous-parameter.ts';
import { findOperation } from '../../src/engine/openapi/judge.ts';
import type { JsonValue } from '../../src/engine/request/attributes.ts';
import { compiled, documentOf, judged } from '../support/openapi.ts';
import { lengthOf, type Pairs, TEXT_READERS, valuesOf } from './text-readers.ts';

const query = (
  name: string,
  schema: JsonValue,
  more: Readonly<Record<string, JsonValue>> = {},
): JsonValue => ({
  name,
  in: 'query',
  schema,
  ...more,
});

const FILTER = {
  type: 'object',
  additionalProperties: false,
  properties: { a: { type: 'integer' }, b: { type: 'array', items: { type: 'string', maxLength: 3 } } },
} as const;

const API = compiled(
  documentOf({
    '/items/{id}': {
      get: {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
          query('n', { type: 'integer', minimum: 0, maximum: 100 }),
          query('state', { type: 'array', maxItems: 2, items: { enum: ['open', 'sent'] } }),
          query('ids', { type: 'array', maxItems: 3, items: { type: 'integer' } }, { explode: false }),
          query('filter', FILTER, { style: 'deepObject', explode: true }),
          { name: 'x-size', in: 'header', schema: { type: 'integer', maximum: 10 } },
          { name: 'sid', in: 'cookie', schema: { type: 'string', pattern: '^[a-z]{1,5}$' } },
        ],
      },
    },
  }),
);
const READS = findOperation(API, 'GET', '/items/1').operation?.reads.parameters;

interface Request {
  path: string;
  query: string[];
  size: string;
  cookie: string;
}

const INTEGER = /^-?(?:0|[1-9]\d*)$/;

/** Checks of what a service reads, each for one parameter. */
const CHECKS: readonly ((pairs: Pairs) => boolean)[] = [
  (pairs) => {
    const values = valuesOf(pairs, 'n');
    return values.length < 2 && values.every((each) => /^(?:0|[1-9]\d?|100)$/.test(each));
  },
  (pairs) => {
    const values = valuesOf(pairs, 'state');
    return values.length < 3 && values.every((each) => each === 'open' || each === 'sent');
  },
  (pairs) => {
    const values = valuesOf(pairs, 'ids');
    const all = values.flatMap((each) => each.split(','));
    return values.length < 2 && all.length < 4 && all.every((each) => INTEGER.test(each));
  },
  (pairs) =>
    pairs.every(([name, value]) => {
      if (name === 'filter') return false;
      if (!name.startsWith('filter[')) return true;
      if (name === 'filter[a]') return INTEGER.test(value);
      return /^filter\[b\](?:\[\d{0,4}\])?$/.test(name) && lengthOf(value) <= 3;
    }) && pairs.filter(([name]) => name === 'filter[a]').length < 2,
];

/** Values of the cookie, as some services read them. */
const COOKIE_READERS: readonly ((header: string) => readonly string[])[] = [
  (header) => cookies(header.split(';')),
  (header) => cookies(header.split(/[;,]/)),
  (header) => cookies(header.split(';')).map((each) => each.replace(/^"(.*)"$/, '$1')),
  (header) => cookies(header.match(/(?:"[^"]*"|[^;"])+/g) ?? []),
  (header) =>
    cookies(header.split(';')).map((each) => {
      try {
        return decodeURIComponent(each);
      } catch {
        return each;
      }
    }),
];

function cookies(parts: readonly string[]): readonly string[] {
  return parts.flatMap((part) => {
    const [, value] = /^\s*sid\s*=(.*)$/s.exec(part) ?? [];
    return value === undefined ? [] : [value.trim()];
  });
}

/** True if every service reads a request that fits. */
function fitsEverywhere({ path, query: parts, size, cookie }: Request): boolean {
  const text = parts.join('&');
  if (!TEXT_READERS.every((read) => CHECKS.every((check) => check(read(text))))) return false;
  if (!INTEGER.test(size) || Number(size) > 10) return false;
  const isSafe = COOKIE_READERS.every((read) => {
    const values = read(cookie);
    return values.length < 2 && values.every((each) => /^[a-z]{1,5}$/.test(each));
  });
  return isSafe && /^[1-9]\d*$/.test(decodeURIComponent(path));
}

const VALUES = [
  '0',
  '7',
  '100',
  '101',
  '-1',
  '1.0',
  '01',
  '+1',
  'x',
  '',
  'open',
  'sent',
  'abc',
  'abcd',
  '1,2',
  '1,x',
];
const ODD = [
  '%',
  '%2',
  '%20',
  '%2C',
  '%26',
  '%3B',
  '%3D',
  '%5B',
  '%5b',
  '%5D',
  '%2526',
  '%00',
  '%FF',
  '%C3%A9',
  '%E2%82',
  '%u0031',
  '&',
  '&&',
  ';',
  ';n=101',
  '=',
  '+',
  ' ',
  '[',
  ']',
  '[]',
  '[0]',
  '[1]',
  '[a]',
  '[b]',
  '[b][]',
  '[c]',
  '.',
  '.a',
  '?',
  '#',
  ',',
  '"',
  "'",
  '\\',
  'é',
  '\t',
  'n=101',
  '&n=101',
  'N=101',
  'state',
  'filter',
  'sid=admin',
  ', sid=root',
  '; sid=other1',
];
const NAMES = [
  'n',
  'N',
  'n[]',
  'n[0]',
  ' n',
  'state',
  'state[]',
  'ids',
  'Ids',
  'filter',
  'filter[a]',
  'filter[b]',
  'filter[b][]',
  'filter[b][0]',
  'filter[b][1]',
  'filter[c]',
  'filter.a',
  'Filter[a]',
  'filter[a][x]',
  'filter%5Ba%5D',
  'other',
  '__proto__',
  '',
];

/** Compares what Lictor accepts with what services read. */
export function runParameters(
  count: number,
  random: () => number,
  progress: (round: number) => void = () => {},
): { readonly allowed: number; readonly refused: number } {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const counts = { allowed: 0, refused: 0 };
  for (let round = 1; round <= count; round += 1) {
    const request: Request = {
      path: one(['1', '42', '9007199254740993']),
      query: ['n=7', 'state=open', 'state=sent', 'ids=1,2', 'filter[a]=5', 'filter[b][]=abc'].filter(
        () => random() < 0.5,
      ),
      size: one(['3', '10', '-4']),
      cookie: one(['sid=ann', 'a=1; sid=ann; b="x"', 'sid=ann; c=x,y']),
    };
    const left = Math.floor(random() * 4);
    for (let step = 0; step < left; step += 1) mutate(request, random, one);
    const target = `/items/${request.path}?${request.query.join('&')}`;
    const isAmbiguous = READS !== undefined && ambiguousParameter(READS, target) !== undefined;
    const headers = { 'x-size': request.size, cookie: request.cookie };
    const isAllowed = !isAmbiguous && judged(API, { path: target, headers }) === undefined;
    counts[isAllowed ? 'allowed' : 'refused'] += 1;
    if (isAllowed && !fitsEverywhere(request))
      throw new Error(
        `a request was let through that does not fit, round ${round}: ${JSON.stringify(request)}`,
      );
    if (!isAllowed && left === 0)
      throw new Error(`a request was refused that fits, round ${round}: ${JSON.stringify(request)}`);
    if (!isAllowed && isPlain(request) && fitsEverywhere(request))
      throw new Error(`a plain request was refused that fits, round ${round}: ${JSON.stringify(request)}`);
    progress(round);
  }
  return counts;
}

/** True for a request without anything that services read differently, but for values. */
function isPlain({ path, query: parts, size, cookie }: Request): boolean {
  const isKnown = parts.every((part) =>
    /^(?:(?:n|state|ids|other)|filter\[[ab]\]|filter\[b\]\[\])=[\w,.-]+$/.test(part),
  );
  const repeated = parts
    .filter((part) => /^(?:n|ids|filter\[a\])=/.test(part))
    .map((part) => part.split('=')[0]);
  const lists = new Set(parts.flatMap((part) => /^filter\[b\](?:\[\])?/.exec(part) ?? []));
  return (
    isKnown &&
    new Set(repeated).size === repeated.length &&
    lists.size < 2 &&
    /^\d+$/.test(path) &&
    INTEGER.test(size) &&
    /^(?:\w+=\w*(?:; |$))*$/.test(cookie)
  );
}

function mutate(request: Request, random: () => number, one: <T>(of: readonly T[]) => T): void {
  const kind = random();
  const { query: parts } = request;
  if (kind < 0.3) parts.splice(Math.floor(random() * (parts.length + 1)), 0, `${one(NAMES)}=${one(VALUES)}`);
  else if (kind < 0.45)
    parts.push(`${one(['n', 'state', 'ids', 'filter[a]', 'filter[b][]'])}=${one(VALUES)}`);
  else if (kind < 0.65) {
    const at = Math.floor(random() * parts.length);
    const part = parts[at];
    if (part !== undefined) parts[at] = inserted(part, random, one(ODD));
  } else if (kind < 0.75)
    request.size = random() < 0.5 ? one(VALUES) : inserted(request.size, random, one(ODD));
  else if (kind < 0.9) request.cookie = inserted(request.cookie, random, one([...ODD, ...VALUES]));
  // A path with other characters is denied before its operation is looked for.
  else request.path = one(['0', '1', '%31', '1%2C2', '-1', 'x', '1.5', '01', '%2B1', '1,2']);
}

/** A text with another in it, at a random place. */
export function inserted(text: string, random: () => number, part: string): string {
  const at = Math.floor(random() * (text.length + 1));
  return text.slice(0, at) + part + text.slice(at);
}
