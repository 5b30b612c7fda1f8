/** A pattern whose lookaheads at its start are apart. Each part is a pattern of its own, from the start of the text. */
interface Split {
  /** Parts that must be found: those of `(?=...)`, and what follows all lookaheads. */
  readonly found: readonly string[];
  /** Parts that must not be found: those of `(?!...)`. */
  readonly missing: readonly string[];
}

const LOOKAHEAD = /^\(\?[=!]/;

/**
 * Splits a pattern such as `^(?=.*[0-9])(?!.*@).{8,}$`, as generators and people write for numbers and passwords. All
 * parts are matched at the start of the text, so that each can be tried by itself, without look-around. Undefined for
 * every other pattern: one without lookaheads, with `|` beside them, or with lookaheads elsewhere.
 */
export function splitLookaheads(pattern: string): Split | undefined {
  if (!pattern.startsWith('^(?')) return undefined;
  const split: { found: string[]; missing: string[] } = { found: [], missing: [] };
  let rest = pattern.slice(1);
  while (LOOKAHEAD.test(rest)) {
    const end = endOfGroup(rest);
    if (end === undefined) return undefined;
    split[rest[2] === '=' ? 'found' : 'missing'].push(`^(?:${rest.slice(3, end)})`);
    rest = rest.slice(end + 1);
  }
  if (split.found.length + split.missing.length === 0 || hasAlternatives(rest)) return undefined;
  split.found.push(`^(?:${rest})`);
  return split;
}

/** Offset of the parenthesis that closes the group at the start of `text`; undefined if none does. */
function endOfGroup(text: string): number | undefined {
  return plainCharacters(text).find(({ char, depth }) => char === ')' && depth === 0)?.at;
}

/** True for a pattern with `|` outside of groups. */
function hasAlternatives(text: string): boolean {
  return plainCharacters(text).some(({ char, depth }) => char === '|' && depth === 0);
}

/** The characters of a pattern that are neither escaped nor in a class, with the number of groups around each. */
function* plainCharacters(text: string): Generator<{ char: string; at: number; depth: number }> {
  let depth = 0;
  let isInClass = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\\') at += 1;
    else if (isInClass) isInClass = char !== ']';
    else if (char === '[') isInClass = true;
    else {
      if (char === ')') depth -= 1;
      yield { char, at, depth };
      if (char === '(') depth += 1;
    }
  }
}
