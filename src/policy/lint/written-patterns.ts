import type { TextComparison } from '../../cel/check/text-comparisons.ts';
import { compilePrincipal } from '../../engine/identity/principal.ts';

/** A pattern of another place of the language, such as `/api/*`, in a comparison that knows no patterns. */
export interface WrittenPattern {
  /** The part that is taken for a wildcard. */
  readonly wildcard: string;
  /** A value that the author meant, and that the comparison does not find. */
  readonly sample: string;
  /** A condition on `name` with the meaning of the pattern; undefined if there is none in one expression. */
  readonly condition: ((name: string) => string) | undefined;
}

type Test = TextComparison['test'];

/** The pattern in a text that a name is compared with; undefined if the text has none, or the name may have such a value. */
export function writtenPattern(name: string, test: Test, text: string): WrittenPattern | undefined {
  if (test === 'spiffe' || test === 'has') return undefined;
  return READERS.get(name)?.(text, test);
}

type PatternReader = (text: string, test: Test) => WrittenPattern | undefined;

/** Readers by the names whose values have no such characters. */
const READERS: ReadonlyMap<string, PatternReader> = new Map([
  ['source.principal', principal],
  ['caller.principal', principal],
  ['request.host', host],
  ['request.url_path', path],
  ['source.spiffe.path', path],
  ['caller.spiffe.path', path],
  ...['trust_domain', 'namespace', 'service_account'].flatMap((field) =>
    ['source', 'caller'].map((root) => [`${root}.spiffe.${field}`, segment] as const),
  ),
]);

/** Other principals, such as the DNS name of a certificate, may have a wildcard. */
function principal(text: string, test: Test): WrittenPattern | undefined {
  if (!text.includes('*') || !/^spiffe:\/\//i.test(text)) return undefined;
  const wildcard = text.includes('**') ? '**' : '*';
  const sample = text.replaceAll('**', 'x').replaceAll('*', 'x');
  if (test === 'endsWith') return undefined;
  if (test === 'startsWith') return { wildcard, sample, condition: prefix(text) };
  const isPattern = compilePrincipal(text).pattern?.kind === 'spiffe';
  return {
    wildcard,
    sample,
    condition: isPattern ? (name) => `spiffe(${name}).matches(${quoted(text)})` : undefined,
  };
}

function host(text: string, test: Test): WrittenPattern | undefined {
  if (!/^[A-Za-z0-9.*-]+$/.test(text) || !text.includes('*') || test === 'startsWith') return undefined;
  const rest = text.replace(/^\*+/, '');
  const hasOne = rest.startsWith('.') && !rest.includes('*');
  return {
    wildcard: '*',
    sample: text.replaceAll(/\*+/g, 'x'),
    condition: hasOne ? (name) => `${name}.endsWith(${quoted(rest)})` : undefined,
  };
}

/** `/api/*`, `/api/**`, `/api/{id}` and `/api/:id`, as in `paths` or in other products. */
function path(text: string, test: Test): WrittenPattern | undefined {
  const [wildcard] =
    /\*\*?(?=\/|$)|(?<=\/)\{[A-Za-z_]\w*\}(?=\/|$)|(?<=\/):[A-Za-z_]\w*(?=\/|$)/.exec(text) ?? [];
  if (wildcard === undefined || !text.startsWith('/') || test === 'endsWith') return undefined;
  const sample = text.replaceAll(WILDCARDS, 'x');
  if (test === 'startsWith') return { wildcard, sample, condition: prefix(text) };
  const below = /^(.*?)\/\*\*$/.exec(text)?.[1];
  const body = below === undefined ? expressionOf(text) : `${expressionOf(below)}(/.*)?`;
  const condition = (name: string): string => `${name}.matches(${quoted(`^${body}$`)})`;
  return { wildcard, sample, condition };
}

const WILDCARDS = /\*\*?|(?<=\/)\{[A-Za-z_]\w*\}(?=\/|$)|(?<=\/):[A-Za-z_]\w*(?=\/|$)/g;

/** A regular expression with classes in place of escapes, which quotes of YAML and CEL would read. */
function expressionOf(pattern: string): string {
  let written = '';
  let at = 0;
  for (const { 0: wildcard, index } of pattern.matchAll(WILDCARDS)) {
    written += literal(pattern.slice(at, index)) + (wildcard === '**' ? '.*' : '[^/]+');
    at = index + wildcard.length;
  }
  return written + literal(pattern.slice(at));
}

function literal(text: string): string {
  return text.replaceAll(/[.+?()|{}$]/g, (character) => `[${character}]`);
}

/** A part of a SPIFFE ID. */
function segment(text: string, test: Test): WrittenPattern | undefined {
  if (!/^[\w.*-]+$/.test(text) || !text.includes('*') || test === 'endsWith') return undefined;
  const sample = text.replaceAll(/\*+/g, 'x');
  if (test === 'startsWith') return { wildcard: '*', sample, condition: prefix(text) };
  const pieces = /^(\*?)([^*]+)(\*?)$/.exec(text);
  const [, before = '', part = '', after = ''] = pieces ?? [];
  const method = before === '' ? 'startsWith' : after === '' ? 'endsWith' : 'contains';
  const condition = pieces === null ? undefined : (name: string) => `${name}.${method}(${quoted(part)})`;
  return { wildcard: '*', sample, condition };
}

/** The condition of a text before its first wildcard; undefined if another part follows. */
function prefix(text: string): WrittenPattern['condition'] {
  const [, start] = /^([^*{:]*(?:spiffe:\/\/[^*]*)?)(?:\*\*?|\{\w+\}|:\w+)$/.exec(text) ?? [];
  if (start === undefined || start === '') return undefined;
  return (name) => `${name}.startsWith(${quoted(start)})`;
}

function quoted(text: string): string {
  return `'${text}'`;
}
