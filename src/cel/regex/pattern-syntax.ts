/**
 * Subset of RE2's syntax for which it can be predicted how a pattern runs: characters, classes, groups, choices and
 * repetitions. Everything else (flags, word boundaries, anchors inside) is not parsed.
 * https://github.com/google/re2/wiki/Syntax
 */

/** Inclusive ranges of code points, sorted, neither overlapping nor adjacent. */
export type CharacterSet = readonly (readonly [number, number])[];

export type Part =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Part[] }
  | { readonly kind: 'choice'; readonly parts: readonly Part[] }
  | {
      readonly kind: 'repeat';
      readonly part: Part;
      readonly least: number;
      readonly most: number;
      /** Prefers fewer repetitions. */
      readonly isLazy: boolean;
    };

/** Syntax tree of a pattern. */
export interface PatternSyntax {
  /** Part between the anchors. */
  readonly part: Part;
  readonly isAnchoredAtStart: boolean;
  readonly isAnchoredAtEnd: boolean;
}

const MAX_CODE_POINT = 0x10_ffff;

/** The syntax tree of `pattern`; undefined if it uses syntax outside of the subset. */
export function readPattern(pattern: string): PatternSyntax | undefined {
  return new Reader(pattern).read();
}

const DIGIT: CharacterSet = [[0x30, 0x39]];
const SPACE: CharacterSet = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];
const WORD: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const CLASSES: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', DIGIT],
  ['s', SPACE],
  ['w', WORD],
  ['D', complement(DIGIT)],
  ['S', complement(SPACE)],
  ['W', complement(WORD)],
]);
const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d],
]);
const NOT_NEWLINE = complement([[0x0a, 0x0a]]);

/** Parser of the subset. */
class Reader {
  readonly #pattern: string[];
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = [...pattern];
  }

  read(): PatternSyntax | undefined {
    const isAnchoredAtStart = this.#pattern[0] === '^';
    if (isAnchoredAtStart) this.#at++;
    const { length } = this.#pattern;
    const isAnchoredAtEnd = this.#pattern[length - 1] === '$' && this.#pattern[length - 2] !== '\\';
    if (isAnchoredAtEnd) this.#pattern.pop();
    const part = this.#readChoice(0);
    if (part === undefined || this.#at < this.#pattern.length) return undefined;
    // `^a|b$` anchors each alternative separately.
    const isSplit = part.parts.length > 1 && (isAnchoredAtStart || isAnchoredAtEnd);
    return isSplit ? undefined : { part, isAnchoredAtStart, isAnchoredAtEnd };
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at];
  }

  #readChoice(depth: number): (Part & { kind: 'choice' }) | undefined {
    if (depth > 16) return undefined;
    const parts: Part[] = [];
    do {
      if (parts.length > 0) this.#at++;
      const part = this.#readSequence(depth);
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.#peek() === '|');
    return { kind: 'choice', parts };
  }

  #readSequence(depth: number): Part | undefined {
    const parts: Part[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      const atom = this.#readAtom(depth);
      const part = atom && this.#readRepeat(atom);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return { kind: 'sequence', parts };
  }

  #readAtom(depth: number): Part | undefined {
    const character = this.#peek() ?? '';
    this.#at++;
    switch (character) {
      case '(':
        return this.#readGroup(depth);
      case '[':
        return this.#readClass();
      case '.':
        return { kind: 'set', set: NOT_NEWLINE };
      case '\\':
        return setPart(this.#readEscape());
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
      case ']':
      case '^':
      case '$':
        return undefined;
      default:
        return { kind: 'set', set: single(character) };
    }
  }

  #readGroup(depth: number): Part | undefined {
    if (this.#peek() === '?') {
      if (this.#pattern[this.#at + 1] !== ':') return undefined;
      this.#at += 2;
    }
    const part = this.#readChoice(depth + 1);
    if (part === undefined || this.#peek() !== ')') return undefined;
    this.#at++;
    return part;
  }

  #readEscape(): CharacterSet | undefined {
    const character = this.#peek() ?? '';
    this.#at++;
    const known = CLASSES.get(character);
    if (known !== undefined) return known;
    const code = ESCAPES.get(character);
    if (code !== undefined) return [[code, code]];
    // An escaped punctuation character is literal; escaped letters and digits have other meanings.
    return /^[!-/:-@[-`{-~]$/.test(character) ? single(character) : undefined;
  }

  #readClass(): Part | undefined {
    const isNegated = this.#peek() === '^';
    if (isNegated) this.#at++;
    const ranges: (readonly [number, number])[] = [];
    let isFirst = true;
    for (;;) {
      const from = this.#readMember(isFirst);
      if (from === 'end') break;
      if (from === undefined) return undefined;
      isFirst = false;
      const isRange = this.#peek() === '-' && this.#pattern[this.#at + 1] !== ']';
      if (!isRange) {
        ranges.push(...from);
        continue;
      }
      this.#at++;
      const to = this.#readMember(false);
      const low = onlyOf(from);
      const high = to === 'end' || to === undefined ? undefined : onlyOf(to);
      if (low === undefined || high === undefined || high < low) return undefined;
      ranges.push([low, high]);
    }
    const set = normal(ranges);
    return { kind: 'set', set: isNegated ? complement(set) : set };
  }

  /** Character of a class, or one of the short classes. */
  #readMember(isFirst: boolean): CharacterSet | 'end' | undefined {
    const character = this.#peek();
    if (character === undefined || character === '[') return undefined;
    this.#at++;
    if (character === '\\') return this.#readEscape();
    // Engines differ in the meaning of `[]`.
    if (character === ']') return isFirst ? undefined : 'end';
    return single(character);
  }

  #readRepeat(part: Part): Part | undefined {
    const character = this.#peek();
    let bounds: readonly [number, number] | undefined;
    if (character === '*') bounds = [0, Infinity];
    else if (character === '+') bounds = [1, Infinity];
    else if (character === '?') bounds = [0, 1];
    else if (character === '{') return this.#readCount(part);
    if (bounds === undefined) return part;
    this.#at++;
    return this.#finishRepeat(part, bounds);
  }

  #readCount(part: Part): Part | undefined {
    const rest = this.#pattern.slice(this.#at, this.#at + 12).join('');
    const [all, least, comma, most = ''] = /^\{([0-9]{1,3})(?:(,)([0-9]{0,3}))?\}/.exec(rest) ?? [];
    if (all === undefined) return undefined;
    this.#at += all.length;
    const low = Number(least);
    const high = comma === undefined ? low : most === '' ? Infinity : Number(most);
    return high < low ? undefined : this.#finishRepeat(part, [low, high]);
  }

  /** The subset has no repetition of a repetition. */
  #finishRepeat(part: Part, [least, most]: readonly [number, number]): Part | undefined {
    const isLazy = this.#peek() === '?';
    if (isLazy) this.#at++;
    if (['*', '+', '?', '{'].includes(this.#peek() ?? '')) return undefined;
    return { kind: 'repeat', part, least, most, isLazy };
  }
}

function setPart(set: CharacterSet | undefined): Part | undefined {
  return set && { kind: 'set', set };
}

function single(character: string): CharacterSet {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}

/** The only character of a set; undefined if there are others. */
function onlyOf(set: CharacterSet): number | undefined {
  const [[low, high] = [0, 1], ...others] = set;
  return low === high && others.length === 0 ? low : undefined;
}

function normal(ranges: CharacterSet): CharacterSet {
  const merged: [number, number][] = [];
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

function complement(set: CharacterSet): CharacterSet {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) rest.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= MAX_CODE_POINT) rest.push([next, MAX_CODE_POINT]);
  return rest;
}
