/** What authors write who think in another language, and what leads them to CEL. */

/** Operators of other languages, by what they are here. */
const OPERATORS: ReadonlyMap<string, '==' | '&&' | '||'> = new Map([
  ['=', '=='],
  ['is', '=='],
  ['&', '&&'],
  ['and', '&&'],
  ['|', '||'],
  ['or', '||'],
]);

const CALLS: ReadonlyMap<string, string> = new Map([
  ['not', 'did you mean `!`?'],
  ['equals', 'did you mean `==`?'],
  ['beginsWith', 'did you mean `startsWith`?'],
  ['hasPrefix', 'did you mean `startsWith`?'],
  ['hasSuffix', 'did you mean `endsWith`?'],
  ['includes', 'did you mean `contains`? an element of a list is found by `x in list`'],
  ['containsAll', 'did you mean `sets.contains(list, [a, b])`?'],
  ['containsAny', 'did you mean `sets.intersects(list, [a, b])`?'],
  ['get', "a key is read by `x['k']`, or with a default `x[?'k'].orValue('')`"],
  ['getOrDefault', "a key is read by `x['k']`, or with a default `x[?'k'].orValue('')`"],
  ['isset', 'whether something is there is told by `has(x.f)` or `k in x`'],
  ['defined', 'whether something is there is told by `has(x.f)` or `k in x`'],
  ['inCIDR', "did you mean `cidr('10.0.0.0/8').containsIP(x)`?"],
  ['parseInt', 'did you mean `int(x)`?'],
  ['Number', 'did you mean `double(x)`?'],
  ['toString', 'did you mean `string(x)`?'],
  ['str', 'did you mean `string(x)`?'],
  ['re_match', "did you mean `x.matches('...')`?"],
  ['test', 'did you mean `matches`?'],
  ['regex', 'did you mean `matches`?'],
  ['len', 'did you mean `size`?'],
  ['length', 'did you mean `size`?'],
  ['count', 'did you mean `size`?'],
  ['lower', 'did you mean `lowerAscii`?'],
  ['upper', 'did you mean `upperAscii`?'],
  ['toLower', 'did you mean `lowerAscii`?'],
  ['toLowerCase', 'did you mean `lowerAscii`?'],
  ['toUpper', 'did you mean `upperAscii`?'],
  ['toUpperCase', 'did you mean `upperAscii`?'],
  ['any', 'did you mean `exists`?'],
  ['some', 'did you mean `exists`?'],
  ['every', 'did you mean `all`?'],
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
  ['undefined', 'whether something is there is told by `has(x.f)` or `k in x`'],
  ['timestamp', 'the type of instants is `google.protobuf.Timestamp`'],
  ['duration', 'the type of spans of time is `google.protobuf.Duration`'],
  ['input', 'did you mean `request`?'],
]);

/** Methods that others write between their operands. */
const INFIX: ReadonlyMap<string, string> = new Map([
  ['like', 'matches'],
  ['matches', 'matches'],
  ['contains', 'contains'],
  ['startswith', 'startsWith'],
  ['endswith', 'endsWith'],
]);

/** Marks of other languages, where no mark of CEL can stand. */
const MARKS: ReadonlyMap<string, string> = new Map([
  ['=~', "a pattern is matched by `x.matches('...')`"],
  ['!~', "a pattern is matched by `x.matches('...')`, with `!` before it if it must not"],
  ['=>', 'a macro takes a name and an expression: `list.exists(x, x == 1)`'],
  ['->', 'a macro takes a name and an expression: `list.exists(x, x == 1)`'],
  ['??', 'a default is given by `x.?f.orValue(...)`'],
  ['?.', 'a field that may be missing is read by `x.?f`'],
  ['**', '`*` is the only multiplication'],
]);

/** The operator that one of another language stands for; undefined when the text is none. */
export function foreignOperator(text: string): '==' | '&&' | '||' | undefined {
  return OPERATORS.get(text.toLowerCase());
}

/** Help for a name that is a word of another language, or a type with another name. */
export function foreignName(name: string): string | undefined {
  return NAMES.get(name);
}

/** Help for a word that others write between two operands. */
export function foreignInfix(text: string): string | undefined {
  const method = INFIX.get(text.toLowerCase());
  return method === undefined ? undefined : `write it behind a dot: \`x.${method}('...')\``;
}

/** Help for two marks together that are one in another language; undefined where they are none. */
export function foreignMark(text: string): string | undefined {
  return MARKS.get(text);
}

/** Help for a character that is no piece of an expression. */
export function foreignCharacter(text: string): string | undefined {
  if (text === '#') return 'a comment begins with `//`';
  return /[“”„‟‘’‚]/.test(text) ? "text stands in straight quotes: `'a'`" : undefined;
}

/** Help for a call of a function or method that CEL has under another name. */
export function foreignCall(name: string): string | undefined {
  return CALLS.get(name);
}

/** Help for what is a field elsewhere and a function in CEL. */
export function foreignField(name: string): string | undefined {
  return ['length', 'len', 'size', 'count'].includes(name) ? 'the length is `size(x)`' : undefined;
}

/** Help for `headers.x-tenant`, which subtracts a name that nobody declared; undefined where that is not it. */
export function dashedName(source: string, start: number): string | undefined {
  const before = /\.([A-Za-z_]\w*(?:-\w+)*-)$/.exec(source.slice(Math.max(0, start - 64), start))?.[1];
  const [behind = ''] = /^[\w-]{1,64}/.exec(source.slice(start, start + 64)) ?? [];
  return before === undefined
    ? undefined
    : `a name with \`-\` stands in brackets: \`['${before}${behind}']\``;
}
