/** The names in one element, before they are checked. */
export interface XfccNames {
  readonly by: string;
  readonly hash: string;
  readonly subject: string;
  readonly uris: readonly string[];
  readonly dns: readonly string[];
  /** Certificates in PEM, percent-encoded in the text form. */
  readonly chain: string;
}

/**
 * The keys of an element in the order in which Envoy writes them. Values in quotes are escaped as RFC 4514 defines it
 * (subjects) or percent-encoded (certificates); all others are written as they are.
 */
const KEYS = [
  { key: 'by', form: 'plain', isRepeated: true },
  { key: 'hash', form: 'hash', isRepeated: false },
  { key: 'cert', form: 'encoded', isRepeated: false },
  { key: 'chain', form: 'encoded', isRepeated: false },
  { key: 'subject', form: 'name', isRepeated: false },
  { key: 'uri', form: 'plain', isRepeated: true },
  { key: 'dns', form: 'plain', isRepeated: true },
  { key: 'issuer', form: 'name', isRepeated: false },
] as const satisfies readonly KeyRow[];

interface KeyRow {
  readonly key: string;
  readonly form: Form;
  readonly isRepeated: boolean;
}

type Form = 'plain' | 'hash' | 'encoded' | 'name';

/**
 * Values by form, sticky. A `;` or `,` ends a plain value, and Envoy escapes neither there: a name that has one is read
 * as several pairs or elements, which the order of the keys shows. A subject has escaped quotes and semicolons only, so
 * that a quote which a caller opened in its own header swallows no element.
 */
const VALUES: Readonly<Record<Form, RegExp>> = {
  plain: /[ !#-+\--:<-~]*/y,
  hash: /[0-9A-Fa-f]+/y,
  encoded: /"[A-Za-z0-9%._~-]*"/y,
  name: /"(?:[ !#-:=?-[\]-~]|\\[ -~])*"/y,
};

const KEY = /([A-Za-z]+)=/y;

/**
 * The elements of the text form; undefined if Envoy does not write such a header, or if the end of a name cannot be
 * told. The subject is the text between the quotes: Envoy adds no escapes to those of RFC 4514.
 */
export function readXfccText(header: string): readonly XfccNames[] | undefined {
  const elements: XfccNames[] = [];
  let pairs: Pair[] = [];
  for (let at = 0; ; at += 1) {
    const pair = readPair(header, at);
    if (pair === undefined || !follows(pair.row, pairs.at(-1)?.row)) return undefined;
    pairs.push(pair);
    at = pair.end;
    if (header[at] === ';') continue;
    const element = elementOf(pairs);
    if (element === undefined) return undefined;
    elements.push(element);
    if (at === header.length) return elements;
    if (header[at] !== ',') return undefined;
    pairs = [];
  }
}

interface Pair {
  /** Index of the key in `KEYS`. */
  readonly row: number;
  readonly value: string;
  /** Offset after the value. */
  readonly end: number;
}

function readPair(header: string, start: number): Pair | undefined {
  const [written = '', name = ''] = matchAt(KEY, header, start) ?? [];
  const row = KEYS.findIndex(({ key }) => key === name.toLowerCase());
  const form = KEYS[row]?.form;
  if (form === undefined) return undefined;
  const at = start + written.length;
  const [value] = matchAt(VALUES[form], header, at) ?? [];
  if (value === undefined) return undefined;
  const isQuoted = form === 'name' || form === 'encoded';
  return { row, value: isQuoted ? value.slice(1, -1) : value, end: at + value.length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** True if Envoy writes the key of `row` after that of `before`. */
function follows(row: number, before: number | undefined): boolean {
  if (before === undefined) return true;
  return row > before || (row === before && KEYS[row]?.isRepeated === true);
}

/**
 * The names of one element. Undefined with an empty `By`, which Envoy never writes, or with pairs after a URI name,
 * which a name such as `spiffe://a/b;DNS=c` also leads to. Envoy writes an empty one where there is none; the name
 * `;DNS=c` looks the same before DNS names, and `;URI=c` before a URI name, which then are two. An issuer may follow,
 * since the name is the subject then, which the certificate has in both cases.
 */
function elementOf(pairs: readonly Pair[]): XfccNames | undefined {
  const all = (name: (typeof KEYS)[number]['key']): readonly string[] =>
    pairs.filter(({ row }) => KEYS[row]?.key === name).map(({ value }) => value);
  const [by, uris, dns] = [all('by'), all('uri'), all('dns')];
  const isNamed = uris.length > 1 || (uris[0] ?? '') !== '';
  const isFollowed = isNamed && KEYS[pairs.at(-1)?.row ?? 0]?.key !== 'uri';
  const isDnsUnsure = uris.length > 0 && dns.length > 0;
  if (by.includes('') || isFollowed || isDnsUnsure) return undefined;
  const first = (name: 'hash' | 'subject' | 'chain'): string => all(name)[0] ?? '';
  const own = { by: by[0] ?? '', hash: first('hash'), subject: first('subject'), chain: first('chain') };
  return { ...own, uris: isNamed ? uris : [], dns };
}
