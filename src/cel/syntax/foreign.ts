import type { Advice } from '../../diagnostic/advice.ts';

/** Words and symbols of other languages, with the help that leads to CEL. */

/** CEL operators by their notation in other languages. */
const OPERATORS: ReadonlyMap<string, '==' | '&&' | '||'> = new Map([
  ['=', '=='],
  ['is', '=='],
  ['&', '&&'],
  ['and', '&&'],
  ['|', '||'],
  ['or', '||'],
]);

const CALLS: ReadonlyMap<string, string> = new Map([
  ['includes', 'did you mean `contains`? for a list, write `x in list`'],
  ['get', "read a key with `x['k']`, or with a default: `x[?'k'].orValue('')`"],
  ['isset', 'test for presence with `has(x.f)` or `k in x`'],
  ['defined', 'test for presence with `has(x.f)` or `k in x`'],
  ['test', 'did you mean `matches`?'],
  ['regex', 'did you mean `matches`?'],
  ['timingSafeEqual', 'did you mean `constantTimeEquals`?'],
  ['hash_equals', 'did you mean `constantTimeEquals`?'],
  ['json', 'did you mean `json.encode(x)` or `json.decode(text)`?'],
  ['any', 'did you mean `exists`?'],
  ['some', 'did you mean `exists`?'],
  ['every', 'did you mean `all`?'],
]);

/** Functions of a namespace, by their whole name in other languages. */
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ['json.parse', 'json.decode'],
  ['json.unmarshal', 'json.decode'],
  ['json.stringify', 'json.encode'],
  ['json.marshal', 'json.encode'],
  ['hash.hmac', 'hash.hmacSha256'],
  ['base64url.encode_no_pad', 'base64url.encode'],
]);

const NAMES: ReadonlyMap<string, string> = new Map([
  ['True', 'did you mean `true`?'],
  ['TRUE', 'did you mean `true`?'],
  ['False', 'did you mean `false`?'],
  ['FALSE', 'did you mean `false`?'],
  ['yes', 'did you mean `true`?'],
  ['no', 'did you mean `false`?'],
  ['None', 'did you mean `null`?'],
  ['NULL', 'did you mean `null`?'],
  ['nil', 'did you mean `null`?'],
  ['undefined', 'test for presence with `has(x.f)` or `k in x`'],
  ['timestamp', 'the type of a timestamp is `google.protobuf.Timestamp`'],
  ['duration', 'the type of a duration is `google.protobuf.Duration`'],
  ['crypto', 'digests are `hash.sha256(x)` and `hash.hmacSha256(key, x)`'],
  ['urlquery', 'did you mean `url`?'],
]);

/** Methods that other languages write between their operands. */
const INFIX: ReadonlyMap<string, string> = new Map([
  ['like', 'matches'],
  ['matches', 'matches'],
  ['contains', 'contains'],
  ['startswith', 'startsWith'],
  ['endswith', 'endsWith'],
]);

/** Symbols of other languages that are not valid in CEL. */
const MARKS: ReadonlyMap<string, string> = new Map([
  ['=~', "match a pattern with `x.matches('...')`"],
  ['!~', "write `!x.matches('...')`"],
  ['=>', 'a macro takes a name and an expression: `list.exists(x, x == 1)`'],
  ['->', 'a macro takes a name and an expression: `list.exists(x, x == 1)`'],
  ['??', 'give a default with `x.?f.orValue(...)`'],
  ['?.', 'read a field that may be missing with `x.?f`'],
  ['**', 'there is no exponentiation; `*` multiplies'],
]);

/** The CEL operator for an operator of another language; undefined if the text is not one. */
export function foreignOperator(text: string): '==' | '&&' | '||' | undefined {
  return OPERATORS.get(text.toLowerCase());
}

/** Help for a name of another language, or for a type with another name. */
export function foreignName(name: string): string | undefined {
  return NAMES.get(name);
}

/** Help for a word that other languages write between two operands. */
export function foreignInfix(text: string): string | undefined {
  const method = INFIX.get(text.toLowerCase());
  return method === undefined ? undefined : `write it as a method: \`x.${method}('...')\``;
}

/** Help for two symbols that are one operator in another language; undefined if they are not. */
export function foreignMark(text: string): string | undefined {
  return MARKS.get(text);
}

/** Help for a character that is not part of the language. */
export function foreignCharacter(text: string): string | undefined {
  if (text === '#') return 'a comment begins with `//`';
  return /[“”„‟‘’‚]/.test(text) ? "write strings in straight quotes: `'a'`" : undefined;
}

/** Help for a call of a function or method that has another name in CEL. */
export function foreignCall(name: string): string | undefined {
  return CALLS.get(name);
}

/** The function of a namespace for one of another language, both with the namespace. */
export function foreignMember(name: string): string | undefined {
  return MEMBERS.get(name);
}

/** Help for a field of other languages that is a function in CEL. */
export function foreignField(name: string): string | undefined {
  return ['length', 'len', 'size', 'count'].includes(name) ? 'the length is `size(x)`' : undefined;
}

/** Help for `headers.x-tenant`, which subtracts an undeclared name; undefined if the name is not of this form. */
export function dashedName(source: string, start: number): Advice | undefined {
  const before = /\.([A-Za-z_]\w*(?:-\w+)*-)$/.exec(source.slice(Math.max(0, start - 64), start))?.[1];
  const [after = ''] = /^[\w-]{1,64}/.exec(source.slice(start, start + 64)) ?? [];
  if (before === undefined) return undefined;
  const text = `['${before}${after}']`;
  return {
    help: `write a name with \`-\` in brackets: \`${text}\``,
    edit: { start: start - before.length - 1, end: start + after.length, text },
  };
}
