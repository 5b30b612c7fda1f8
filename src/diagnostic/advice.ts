import type { Edit } from './range.ts';

/** Help with the edit that it describes, in offsets of the file or expression. */
export interface Advice {
  readonly help: string;
  readonly edit?: Edit | undefined;
}

/** Help whose text replaces the whole range of the diagnostic. */
const WHOLE =
  /^(?:put it in quotes|write a list|write it as a list|put the whole expression in \w+ quotes): `([^`]+)`$/;
/** Help whose text may replace only a part of the range. */
const PART = /^(?:did you mean|write) `([^`]+)`\??$/;

/**
 * The edit that help describes by its form: ``write `X` `` and ``did you mean `X`?`` replace the part of `written`, the
 * text of the range of the diagnostic, that the message quotes. Undefined for help of another form, which has no edit or
 * states its own.
 */
export function describedEdit(message: string, help: string, written: string): Edit | undefined {
  const whole = WHOLE.exec(help)?.[1];
  if (whole !== undefined) return { start: 0, end: written.length, text: whole };
  const correct = PART.exec(help)?.[1];
  // A mapping, or an example of a call, is not the text itself.
  if (correct === undefined || written === '' || /: |\.\.\.|\(/.test(correct)) return undefined;
  const quoted = [...message.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  // The message quotes the wrong part of the range: `raed` of `orders/raed`, also within quotes.
  const part = quoted.findLast((text) => written.includes(text));
  if (part !== undefined) {
    const start = written.lastIndexOf(part);
    return { start, end: start + part.length, text: correct };
  }
  // The message quotes all of `request.metod`, and the range is its end.
  const before = correct.slice(0, correct.lastIndexOf('.') + 1);
  return quoted.includes(before + written)
    ? { start: 0, end: written.length, text: correct.slice(before.length) }
    : undefined;
}

/** True if the text of help means what was written, and false if it is a guess. */
export function isCertain(help: string): boolean {
  return !/did you mean|^close it with/.test(help);
}
