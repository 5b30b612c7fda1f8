import type { Range } from '../../diagnostic/range.ts';
import type { ScalarTree } from './tree.ts';

/**
 * The range in the file of a part of a scalar's value, for diagnostics in an expression of any YAML style. `start` and
 * `end` are in UTF-16 units of the value. The range is that of the whole scalar if its text and its value cannot be
 * aligned.
 */
export function locate(text: string, scalar: ScalarTree, start: number, end: number): Range {
  const { value, content } = scalar;
  if (typeof value !== 'string') {
    return {
      start: content.start + start,
      end: Math.min(content.start + Math.max(end, start + 1), content.end),
    };
  }
  const places = align(text.slice(content.start, content.end), value, scalar.style);
  if (places === undefined) return scalar.range;
  const first = places[start];
  // After the last character: a mistake at the end, such as a missing operand.
  if (first === undefined) {
    const last = places.findLast((place) => place !== undefined);
    return last === undefined
      ? scalar.range
      : { start: content.start + last.end, end: content.start + last.end };
  }
  const last = places[Math.max(end - 1, start)] ?? first;
  return { start: content.start + first.start, end: content.start + Math.max(last.end, first.end) };
}

/**
 * The UTF-16 unit of a scalar's value at an offset of the file, the inverse of `locate`. The length of the value after
 * its end; undefined if text and value cannot be aligned.
 */
export function unitAt(text: string, scalar: ScalarTree, offset: number): number | undefined {
  const { value, content } = scalar;
  const within = offset - content.start;
  if (typeof value !== 'string') return within;
  const places = align(text.slice(content.start, content.end), value, scalar.style);
  if (places === undefined) return undefined;
  const unit = places.findIndex((place) => place !== undefined && place.end > within);
  return unit === -1 ? value.length : unit;
}

/**
 * The range in `source` of each unit of `value`; undefined if the two cannot be aligned. It relies only on two facts:
 * every style keeps the order of other characters than white space, and a run of white space in one text corresponds to
 * a run in the other (folding, indentation).
 */
function align(source: string, value: string, style: ScalarTree['style']): (Range | undefined)[] | undefined {
  const places: (Range | undefined)[] = [];
  let at = 0;
  let done = 0;
  const take = (length: number, range: Range): void => {
    for (let unit = 0; unit < length; unit++) places[done + unit] = range;
    done += length;
  };
  while (at < source.length) {
    const char = source[at] ?? '';
    if (isSpace(char)) {
      const from = at;
      while (at < source.length && isSpace(source[at] ?? '')) at++;
      for (let unit = 0; done < value.length && isSpace(value[done] ?? ''); unit++) {
        const place = Math.min(from + unit, at - 1);
        take(1, { start: place, end: place + 1 });
      }
      continue;
    }
    if (style === 'double' && char === '\\') {
      const { meaning, length } = escape(source, at);
      const range = { start: at, end: at + length };
      at += length;
      if (value.startsWith(meaning, done)) take(meaning.length, range);
      else if (!(isSpace(meaning) && done > 0 && isSpace(value[done - 1] ?? ''))) return undefined;
      continue;
    }
    if (value[done] !== char) return undefined;
    const length = style === 'single' && char === "'" ? 2 : 1;
    take(1, { start: at, end: at + length });
    at += length;
  }
  // Only the line break at the end of a block may have no range.
  return value.slice(done).trim() === '' ? places : undefined;
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t';
}

/** The value of an escape sequence (YAML 1.2, section 5.7); empty for an escaped line break. */
function escape(source: string, at: number): { readonly meaning: string; readonly length: number } {
  const letter = source[at + 1] ?? '';
  const digits = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  if (digits > 0) {
    const code = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
    const known = code <= 0x10ffff;
    return { meaning: known ? String.fromCodePoint(code) : '', length: 2 + digits };
  }
  if (letter === '\n') return { meaning: '', length: 2 };
  if (letter === '\r') return { meaning: '', length: 3 };
  return { meaning: ESCAPES.get(letter) ?? letter, length: 2 };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['e', '\u001b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);
