import { MAX_LIST, MAX_TEXT, spend, TEXT_A_STEP } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import { joinBytes } from '../value/text.ts';

/** One text behind the other. */
export function concatenateText(a: string, b: string): string {
  if (a.length + b.length > MAX_TEXT) fail('text_too_long');
  return a + b;
}

/** Bytes, one behind the other. */
export function concatenateBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length + b.length > MAX_TEXT) fail('text_too_long');
  return joinBytes(a, b);
}

/** A text that was made of another. Fails when it has grown too long. */
export function bounded(text: string): string {
  return text.length > MAX_TEXT ? fail('text_too_long') : text;
}

/** One list behind the other. */
export function concatenateLists<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (a.length + b.length > MAX_LIST) fail('list_too_long');
  return a.concat(b);
}

/** Makes a text piece by piece, pays for it, and fails before it grows too long. */
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
