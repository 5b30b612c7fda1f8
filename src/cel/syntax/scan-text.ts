import type { Range } from '../../diagnostic/range.ts';
import { encodeUtf8 } from '../value/text.ts';
import { type Problem, problem } from './problem.ts';

export interface ScannedText {
  /** `bad` if the string has no end, or an escape that is not valid. */
  readonly kind: 'string' | 'bytes' | 'bad';
  readonly value?: string | Uint8Array;
  readonly end: number;
  readonly problems: readonly Problem[];
}

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['?', '?'],
]);

/** Escape of a code point, or in bytes of a byte, after its backslash. */
const NUMBERED = /(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/y;

/** Scans a string or bytes from `start`, the position of `prefix`, which is followed by a quote. */
export function scanText(source: string, start: number, prefix: string): ScannedText {
  const isBytes = /b/i.test(prefix);
  const isRaw = /r/i.test(prefix);
  const open = start + prefix.length;
  const mark = source.charAt(open);
  const quote = source.startsWith(mark.repeat(3), open) ? mark.repeat(3) : mark;
  const pieces = new Pieces(isBytes);
  const problems: Problem[] = [];
  const bad = (range: Range, message: string, help?: string): void => {
    problems.push(problem('cel_syntax', range, message, help));
  };

  let at = open + quote.length;
  while (at < source.length && !source.startsWith(quote, at)) {
    const character = source.charAt(at);
    if (quote.length === 1 && (character === '\n' || character === '\r')) {
      bad(
        { start: at, end: at + 1 },
        'a line break within a string',
        "write `\\n`, or quote the string with `'''`",
      );
      return { kind: 'bad', end: restOf(source, at, quote), problems };
    }
    if (character === '\\' && !isRaw) {
      const length = pieces.addEscape(source, at);
      if (length === undefined) {
        const end = Math.min(at + 2, source.length);
        const escape = source.slice(at, end);
        const point = isBytes ? '' : ', `\\u00e9`';
        const help = `in \`r'...'\` a backslash is literal, elsewhere write \`\\\\\`; valid escapes are \`\\n\`, \`\\t\`, \`\\x41\`${point}`;
        bad({ start: at, end }, `\`${escape}\` is not a valid escape`, help);
        at = end;
      } else {
        at += length;
      }
    } else {
      // Every kind of line break is one `\n`, as it is where YAML or git normalizes it.
      const isBreak = character === '\r';
      pieces.add(isBreak ? '\n' : character);
      at += isBreak && source.charAt(at + 1) === '\n' ? 2 : 1;
    }
  }
  if (at >= source.length) {
    bad({ start, end: source.length }, 'missing closing quote');
    return { kind: 'bad', end: source.length, problems };
  }
  const end = at + quote.length;
  if (problems.length > 0) return { kind: 'bad', end, problems };
  return { kind: isBytes ? 'bytes' : 'string', value: pieces.value, end, problems };
}

/** Position after the quote that would close a string broken over lines; the end of the source if there is none. */
function restOf(source: string, at: number, quote: string): number {
  const close = source.indexOf(quote, at);
  return close < 0 ? source.length : close + quote.length;
}

/** Value of a string or bytes while it is scanned. */
class Pieces {
  readonly #isBytes: boolean;
  #text = '';
  readonly #bytes: number[] = [];

  constructor(isBytes: boolean) {
    this.#isBytes = isBytes;
  }

  get value(): string | Uint8Array {
    if (!this.#isBytes) return this.#text;
    this.#flush();
    return Uint8Array.from(this.#bytes);
  }

  add(text: string): void {
    this.#text += text;
  }

  /** Length of the escape at `at`; undefined if it is not valid. */
  addEscape(source: string, at: number): number | undefined {
    const simple = ESCAPED.get(source.charAt(at + 1));
    if (simple !== undefined) {
      this.add(simple);
      return 2;
    }
    NUMBERED.lastIndex = at + 1;
    const [all, byte, short, long, octal] = NUMBERED.exec(source) ?? [];
    if (all === undefined) return undefined;
    const hexadecimal = byte ?? short ?? long;
    const value =
      hexadecimal === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hexadecimal, 16);
    if (this.#isBytes) {
      if (short !== undefined || long !== undefined) return undefined;
      this.#flush();
      this.#bytes.push(value);
    } else {
      if (value > 0x10_ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
      this.add(String.fromCodePoint(value));
    }
    return 1 + all.length;
  }

  /** Characters in bytes are encoded as UTF-8. */
  #flush(): void {
    if (this.#text !== '') this.#bytes.push(...encodeUtf8(this.#text));
    this.#text = '';
  }
}
