import { MAX_LIST, MAX_TEXT, spend, TEXT_A_STEP } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import { joinBytes } from '../value/text.ts';

/** Concatenation of two strings. Fails if it is too long. */
export function concatenateText(a: string, b: string): string {
  if (a.length + b.length > MAX_TEXT) fail('text_too_long');
  return a + b;
}

/** Concatenation of two values of bytes. Fails if it is too long. */
export function concatenateBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length + b.length > MAX_TEXT) fail('text_too_long');
  return joinBytes(a, b);
}

/** The result of a function on strings. Fails if it is too long. */
export function bounded(text: string): string {
  return text.length > MAX_TEXT ? fail('text_too_long') : text;
}

/** Concatenation of two lists. Fails if it is too long. */
export function concatenateLists<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (a.length + b.length > MAX_LIST) fail('list_too_long');
  return a.concat(b);
}

/** Builder of a string from pieces. Pays for each piece, and fails before the string grows too long. */
export class TextBuilder {
  readonly #pieces: string[] = [];
  #length = 0;

  add(piece: string): void {
    this.#length += piece.length;
    if (this.#length > MAX_TEXT) fail('text_too_long');
    spend(1 + Math.floor(piece.length / TEXT_A_STEP));
    this.#pieces.push(piece);
  }

  build(): string {
    return this.#pieces.join('');
  }
}
