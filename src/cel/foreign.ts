/** What authors write who think in another language, and what leads them to CEL. */

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['&', '&&'],
  ['|', '||'],
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['is', '=='],
]);

const CALLS: ReadonlyMap<string, string> = new Map([
  ['not', 'did you mean `!`?'],
  ['equals', 'did you mean `==`?'],
  ['beginsWith', 'did you mean `startsWith`?'],
  ['hasPrefix', 'did you mean `startsWith`?'],
  ['hasSuffix', 'did you mean `endsWith`?'],
  ['includes', 'did you mean `contains`? an element of a list is found by `x in list`'],
  ['test', 'did you mean `matches`?'],
  ['regex', 'did you mean `matches`?'],
  ['len', 'did you mean `size`?'],
  ['length', 'did you mean `size`?'],
  ['count', 'did you mean `size`?'],
  ['toLower', 'did you mean `lowerAscii`?'],
  ['toLowerCase', 'did you mean `lowerAscii`?'],
  ['toUpper', 'did you mean `upperAscii`?'],
  ['toUpperCase', 'did you mean `upperAscii`?'],
  ['any', 'did you mean `exists`?'],
  ['some', 'did you mean `exists`?'],
  ['every', 'did you mean `all`?'],
]);

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

/** What stands at a place where no operator could be read, and help. */
export function foreignOperator(
  source: string,
  start: number,
  end: number,
): { readonly found: string; readonly help: string; readonly start: number; readonly end: number } {
  const before = source.slice(0, start);
  // `not x`: the name was read, and the trouble begins behind it.
  const not = /\bnot\s+$/i.exec(before.slice(-16));
  if (not !== null) {
    const at = start - not[0].length;
    return { found: 'not', help: 'did you mean `!`?', start: at, end: at + 'not'.length };
  }
  const word = /^[A-Za-z_]\w*/.exec(source.slice(start, start + 64))?.[0];
  const found = word ?? String.fromCodePoint(source.codePointAt(start) ?? 0x20);
  const place = { found, start, end: Math.max(end, start + found.length) };
  if (found === '=' && /[=!]=$/.test(before)) {
    const two = before.slice(-2);
    return { found: `${two}=`, help: `did you mean \`${two}\`?`, start: start - 2, end: start + 1 };
  }
  if (found === 'not' && /^not\s+in\b/.test(source.slice(start, start + 64))) {
    return { ...place, help: 'put `!` before the whole: `!(x in list)`' };
  }
  const meant = OPERATORS.get(found.toLowerCase());
  if (meant !== undefined) return { ...place, help: `did you mean \`${meant}\`?` };
  return { ...place, help: "operators are `&&`, `||`, `!`, `==`; text stands in `'quotes'`" };
}
