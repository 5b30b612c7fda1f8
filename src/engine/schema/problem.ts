/** Advice about a mistake. */
export interface SchemaAdvice {
  readonly help?: string;
  /** Text to write in place of the value. */
  readonly replacement?: string;
  /** A name that is not known, and those of which one may be meant. */
  readonly unknown?: {
    readonly name: string;
    readonly known: readonly string[];
    /** Text to write for a name; undefined: the name. */
    readonly written?: ReadonlyMap<string, string>;
  };
}

/** A mistake in a schema, or a part of it that has no effect. */
export interface SchemaProblem extends SchemaAdvice {
  /** URI of the document. */
  readonly document: string;
  /** JSON pointer (RFC 6901) into the document, empty for the whole of it. */
  readonly pointer: string;
  /** One lower-case sentence without a full stop. */
  readonly message: string;
}

/** Kinds of parts without an effect. Each is a row of the table of diagnostics. */
type SchemaWarningCode = 'unknown_keyword' | 'unknown_format' | 'pattern_in_slashes';

export interface SchemaWarning extends SchemaProblem {
  readonly code: SchemaWarningCode;
}

/** Default of the most problems, and of the most warnings, that are reported. */
const MAX_PROBLEMS = 20;

/** Message for a compilation or validation that the stack does not hold, which is finite. */
export const TOO_DEEP = 'the schema nests, or refers from part to part, too many times';

/** Receiver of the problems of one compilation. */
export class SchemaProblems {
  readonly #most: number;
  readonly problems: SchemaProblem[] = [];
  readonly warnings: SchemaWarning[] = [];
  /** True if the reader of another document has reported a problem. */
  isReported = false;

  constructor(most: number = MAX_PROBLEMS) {
    this.#most = most;
  }

  get hasProblems(): boolean {
    return this.isReported || this.problems.length > 0;
  }

  add(document: string, pointer: string, message: string, advice: SchemaAdvice = {}): void {
    if (this.problems.length < this.#most) this.problems.push({ document, pointer, message, ...advice });
  }

  warn(warning: SchemaWarning): void {
    if (this.warnings.length < this.#most) this.warnings.push(warning);
  }
}
