/** Most instructions of a pattern: `(abc){1000}` is short and compiles to thousands of them. */
export const MAX_INSTRUCTIONS = 20_000;

/** A group that is open, or the whole pattern. */
interface Open {
  /** Size of the parts so far. */
  size: number;
  /** Size of the last part, which a repetition after it multiplies. */
  last: number;
}

const REPEAT = /\{(\d{1,4})(?:(,)(\d{0,4}))?\}/y;

/**
 * An upper estimate of the instructions to which RE2 compiles a pattern, from its text: each part counts as often as it
 * is repeated. Linear in the text, which need not be a valid pattern.
 */
export function patternSize(text: string): number {
  const outer: Open[] = [];
  let open: Open = { size: 0, last: 0 };
  const add = (size: number): void => {
    open.size += size;
    open.last = size;
  };
  for (let at = 0; at < text.length; ) {
    const char = text[at];
    REPEAT.lastIndex = at;
    const repeat = char === '{' ? REPEAT.exec(text) : null;
    if (repeat !== null) {
      const times = timesOf(repeat);
      open.size += open.last * (times - 1) + times;
      open.last = open.last * times + times;
      at = REPEAT.lastIndex;
      continue;
    }
    if (char === '(') {
      outer.push(open);
      open = { size: 2, last: 0 };
    } else if (char === ')') {
      const { size } = open;
      open = outer.pop() ?? { size: 0, last: 0 };
      add(size);
    } else if (char === '[') at = endOfClass(text, at, add);
    else if (char === '\\') at = endOfEscape(text, at, add);
    else add(1);
    at += 1;
  }
  return outer.reduce((sum, { size }) => sum + size, open.size);
}

/** `{n}` and `{n,m}` write a part out n or m times, `{n,}` once more than n times. */
function timesOf([, least = '', comma, most = '']: RegExpExecArray): number {
  if (comma === undefined) return Math.max(1, Number(least));
  return most === '' ? Number(least) + 1 : Math.max(1, Number(most));
}

/** Offset of the bracket that closes a class. */
function endOfClass(text: string, start: number, add: (size: number) => void): number {
  add(1);
  let at = text[start + 1] === '^' ? start + 2 : start + 1;
  if (text[at] === ']') at += 1;
  for (; at < text.length && text[at] !== ']'; at += 1) if (text[at] === '\\') at += 1;
  return at;
}

/** Offset of the last character of an escape; of a quotation (`\Q...\E`) all characters count. */
function endOfEscape(text: string, start: number, add: (size: number) => void): number {
  const letter = text[start + 1];
  if (letter === 'Q') {
    const end = text.indexOf('\\E', start + 2);
    add(1);
    return end === -1 ? text.length : end + 1;
  }
  add(1);
  if ('pPx'.includes(letter ?? ' ') && text[start + 2] === '{') {
    const end = text.indexOf('}', start + 3);
    return end === -1 ? text.length : end;
  }
  return start + 1;
}
