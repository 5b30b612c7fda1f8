import type { SchemaAdvice, SchemaWarning } from '../schema/problem.ts';

/** A place in one of the files of a document. */
export interface Place {
  /** Path of the file, relative to the folder. */
  readonly file: string;
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
}

/** A mistake in a document. */
export interface OpenApiProblem extends SchemaAdvice {
  readonly place: Place;
  /** One sentence without a full stop. */
  readonly message: string;
}

/** A part of a schema without an effect. */
export type OpenApiWarning = Omit<SchemaWarning, 'document' | 'pointer'> & { readonly place: Place };

/** Collects the mistakes of a document, each place once and up to a bound. */
export class Problems {
  readonly all: OpenApiProblem[] = [];
  readonly warnings: OpenApiWarning[] = [];
  readonly #seen = new Set<string>();

  /** Adds a mistake; the result is undefined, for `return problems.add(...)`. */
  add({ file, pointer }: Place, message: string, advice: SchemaAdvice | string = {}): undefined {
    const key = `${file}#${pointer} ${message}`;
    if (this.all.length >= MAX_PROBLEMS || this.#seen.has(key)) return undefined;
    this.#seen.add(key);
    this.all.push({
      place: { file, pointer },
      message,
      ...(typeof advice === 'string' ? { help: advice } : advice),
    });
    return undefined;
  }

  warn(warning: OpenApiWarning): void {
    if (this.warnings.length < MAX_PROBLEMS) this.warnings.push(warning);
  }
}

/** Most mistakes, and most warnings, that are reported for one document. */
export const MAX_PROBLEMS = 50;
