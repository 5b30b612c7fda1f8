import { Diagnostics } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';

/** The reading of documents: it depends on nothing but their file. */
export interface Reading {
  /** The receiver of the diagnostics of a compilation, without any. */
  begin(): Diagnostics;
  /** The result of reading a part of a file; `key` is an object that changes with the file. */
  read<T>(key: object, read: () => T): T;
}

/** Everything is read anew. */
export const PLAIN_READING: Reading = { begin: () => new Diagnostics(), read: (_, read) => read() };

interface Kept {
  readonly result: unknown;
  readonly added: readonly (readonly [diagnostic: Diagnostic, mistake: string])[];
}

/**
 * The reading of a folder that is compiled again and again: a file that did not change is not read again, and its mistakes
 * are reported again. What was read refers to the one receiver of diagnostics, so only one compilation may run at a time.
 */
export class RepeatedReading implements Reading {
  readonly #diagnostics = new Diagnostics();
  readonly #kept = new WeakMap<object, Kept>();

  begin(): Diagnostics {
    this.#diagnostics.clear();
    return this.#diagnostics;
  }

  read<T>(key: object, read: () => T): T {
    const known = this.#kept.get(key);
    // Beyond the bound on suggestions a mistake has another help.
    if (known !== undefined && this.#mayKeep(known)) {
      for (const [diagnostic, mistake] of known.added) this.#diagnostics.add(diagnostic, mistake);
      // The key is that of one call.
      return known.result as T;
    }
    const made = this.#diagnostics.record(read);
    if (this.#diagnostics.suggests) this.#kept.set(key, made);
    else this.#kept.delete(key);
    return made.result;
  }

  #mayKeep({ added }: Kept): boolean {
    return added.length === 0 || this.#diagnostics.leavesSuggestions(added.length);
  }
}
