/** Advice about a mistake. */
export interface SchemaAdvice {
  readonly help?: string;
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
type SchemaWarningCode = 'unknown_keyword' | 'unknown_format';

export interface SchemaWarning extends SchemaProblem {
  readonly code: SchemaWarningCode;
}

/** Maximum number of problems, and of warnings, that are reported for one schema. */
const MAX_PROBLEMS = 20;

/** Receiver of the problems of one compilation. */
export class SchemaProblems {
  readonly problems: SchemaProblem[] = [];
  readonly warnings: SchemaWarning[] = [];
  /** True if the reader of another document has reported a problem. */
  isReported = false;

  get hasProblems(): boolean {
    return this.isReported || this.problems.length > 0;
  }

  add(document: string, pointer: string, message: string, advice: SchemaAdvice = {}): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ document, pointer, message, ...advice });
  }

  warn(warning: SchemaWarning): void {
    if (this.warnings.length < MAX_PROBLEMS) this.warnings.push(warning);
  }
}
