import type { Sent } from './convert.ts';
import type { Style } from './styles.ts';

/** A text with a value of one style, and how its parts are decoded. */
export interface StyledText {
  readonly name: string;
  readonly style: Style;
  readonly explode: boolean;
  readonly raw: string;
  readonly decode: (text: string) => string;
  /** True: decoded before it is split, as some services do; else after that (RFC 6570). */
  readonly isDecodedFirst: boolean;
}

/** The kinds of values that a style writes in different ways. */
export type Kind = 'scalar' | 'list' | 'object';

/** The value of a text in `simple`, `label` or `matrix`, or in `form` and the like as one value; undefined for others. */
export function sentIn(text: StyledText, kind: Kind): Sent | undefined {
  const source = text.isDecodedFirst ? text.decode(text.raw) : text.raw;
  switch (text.style) {
    case 'label':
      return source.startsWith('.') ? inside(source.slice(1), '.', text, kind) : undefined;
    case 'matrix':
      return matrix(source, text, kind);
    case 'spaceDelimited':
      return delimited(text.decode(text.raw), ' ', kind);
    case 'pipeDelimited':
      return delimited(text.decode(text.raw), '|', kind);
    default:
      return inside(source, ',', text, kind);
  }
}

function delimited(decoded: string, delimiter: string, kind: Kind): Sent | undefined {
  if (kind === 'scalar') return decoded;
  const parts = decoded.split(delimiter);
  return kind === 'list' ? parts : alternating(parts);
}

/** `separator` is between elements with `explode`. */
function inside(source: string, separator: string, text: StyledText, kind: Kind): Sent | undefined {
  const decode = decoderOf(text);
  if (kind === 'scalar') return decode(source);
  const parts = source
    .split(text.explode ? separator : ',')
    .map((each) => (text.style === 'simple' ? trimmed(text, each) : each));
  if (kind === 'list') return parts.map(decode);
  return text.explode ? assigned(parts, decode) : alternating(parts.map(decode));
}

/** Elements of a header may have spaces around them (RFC 9110, section 5.6.1). */
function trimmed({ decode, raw }: StyledText, part: string): string {
  return decode === AS_SENT && raw !== '' ? part.trim() : part;
}

/** For headers, whose values are not decoded. */
export const AS_SENT = (text: string): string => text;

function decoderOf({ decode, isDecodedFirst }: StyledText): (text: string) => string {
  return isDecodedFirst ? AS_SENT : decode;
}

function matrix(source: string, text: StyledText, kind: Kind): Sent | undefined {
  if (!source.startsWith(';')) return undefined;
  const decode = decoderOf(text);
  const parts = source.slice(1).split(';');
  if (kind === 'object' && text.explode) return assigned(parts, decode);
  const values = parts.map((part) => valueNamed(part, text.name));
  const known = values.filter((value) => value !== undefined);
  if (known.length !== values.length) return undefined;
  if (kind === 'list' && text.explode) return known.map(decode);
  const [only, second] = known;
  if (only === undefined || second !== undefined) return undefined;
  if (kind === 'scalar') return decode(only);
  const elements = only.split(',').map(decode);
  return kind === 'list' ? elements : alternating(elements);
}

/** The value of `NAME=VALUE`, or of `NAME` alone, which is empty; undefined for another name. */
function valueNamed(part: string, name: string): string | undefined {
  if (part === name) return '';
  return part.startsWith(`${name}=`) ? part.slice(name.length + 1) : undefined;
}

/** Members of `R=100`, `G=200`; undefined if one is not such a text or is there twice. */
function assigned(
  parts: readonly string[],
  decode: (text: string) => string,
): ReadonlyMap<string, Sent> | undefined {
  const members = new Map<string, Sent>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = decode(part.slice(0, Math.max(equals, 0)));
    if (equals === -1 || members.has(name)) return undefined;
    members.set(name, decode(part.slice(equals + 1)));
  }
  return members;
}

/** Members of `R`, `100`, `G`, `200`; undefined if a value is missing or a name is there twice. */
function alternating(parts: readonly string[]): ReadonlyMap<string, Sent> | undefined {
  if (parts.length % 2 === 1) return undefined;
  const members = new Map<string, Sent>();
  for (let at = 0; at < parts.length; at += 2) {
    const name = parts[at] ?? '';
    if (members.has(name)) return undefined;
    members.set(name, parts[at + 1] ?? '');
  }
  return members;
}
