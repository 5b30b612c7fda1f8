import type { JsonValue } from '../request/attributes.ts';
import type { BodySchema } from './body-schema.ts';
import { DEFAULT_DIALECT, type DialectName, dialectNamed } from './dialects.ts';
import type { Rules } from './evaluation.ts';
import { Linker } from './link.ts';
import {
  bodySchema,
  type LoadedSchemas,
  loadSchemas,
  newReference,
  newValidator,
  type Reference,
  type Validate,
} from './load-schema.ts';
import { type SchemaProblems, TOO_DEEP } from './problem.ts';
import { type ReferenceBudget, spender } from './reference-budget.ts';
import { NamedSchema, SPEND } from './references.ts';
import { type Bounds, SchemaBounds } from './schema-bounds.ts';
import { type ReadReference, SchemaLibrary } from './schema-library.ts';
import { UNEVALUATED, type Unevaluated, unevaluated } from './unevaluated.ts';
import { CodeCompiler, type ValidatorCode } from './validator-code.ts';

export interface SchemaDocuments {
  /** Documents by URI, without fragment. */
  readonly documents: ReadonlyMap<string, JsonValue>;
  /** Reads a document that is not among these when a reference names it; default: such a reference is a problem. */
  readonly read?: ReadReference | undefined;
  /** Dialect of documents without `$schema`; default: 2020-12. */
  readonly dialect?: DialectName | undefined;
}

/** Compiles schemas of the same documents. What several of them refer to is compiled once. */
export class SchemaSet {
  readonly #problems: SchemaProblems;
  readonly #library: SchemaLibrary;
  readonly #linker: Linker;
  readonly #rules: Rules;
  readonly #compiler: CodeCompiler;
  readonly #schemas: GrowingSchemas;

  constructor(
    { documents, read, dialect = DEFAULT_DIALECT }: SchemaDocuments,
    problems: SchemaProblems,
    bounds: Bounds,
  ) {
    const taken = new SchemaBounds(problems, bounds);
    this.#problems = problems;
    this.#library = new SchemaLibrary(documents, read, dialectNamed(dialect), problems);
    this.#linker = new Linker(this.#library, problems, taken);
    this.#rules = { schemas: this.#linker.schemas, patterns: taken.patterns };
    this.#compiler = new CodeCompiler(taken.patterns);
    this.#schemas = new GrowingSchemas(this.#rules);
  }

  /**
   * The schema at the URI of a document, with a JSON pointer into it as fragment; undefined if this schema, or one
   * before it, has a problem.
   */
  compile(entry: string, maxBytes?: number): BodySchema | undefined {
    const before = this.#problems.problems.length;
    const place = this.#library.entry(entry);
    if (place === undefined) {
      this.#problems.add(entry, '', 'there is no schema at this place');
      return undefined;
    }
    if (this.#problems.problems.length > before) return undefined;
    try {
      const { name, added } = this.#linker.link(place);
      if (this.#problems.hasProblems) return undefined;
      for (const each of added) this.#add(each);
      return bodySchema(maxBytes, this.#schemas.loaded, name);
    } catch (error) {
      // The compilation of nested code is recursive, and the stack is finite.
      if (!(error instanceof RangeError)) throw error;
      this.#problems.add(place.document.uri, place.pointer, TOO_DEEP);
      return undefined;
    }
  }

  #add(name: string): void {
    const code = this.#compiler.codeOf(this.#linker.schemas.get(name) ?? true);
    // Equal, and the one that the code has parts of.
    this.#linker.schemas.set(name, code.schema);
    this.#schemas.add(name, code);
  }
}

/** Validators that call each other, to which more are added. */
class GrowingSchemas {
  readonly #budget: ReferenceBudget = { left: 0 };
  readonly #references = new Map<string, Reference>();
  readonly #validators = new Map<string, Validate>();
  readonly #spend = spender(this.#budget);
  readonly #unevaluated: Unevaluated;
  readonly loaded: LoadedSchemas;

  /** `rules` grow with the schemas. */
  constructor(rules: Rules) {
    this.#unevaluated = unevaluated(rules, this.#spend);
    this.loaded = loadSchemas(rules, this.#budget, this.#references, this.#validators);
  }

  /** Adds the schema of a name. */
  add(name: string, { make, values }: ValidatorCode): void {
    const validate = newValidator(
      make,
      values.map((value) => this.#valueOf(value)),
    );
    this.#validators.set(name, validate);
    this.#referenceTo(name).validate = validate;
  }

  /** The value in this set for one in the code of a schema. */
  #valueOf(value: unknown): unknown {
    if (value === SPEND) return this.#spend;
    if (value === UNEVALUATED) return this.#unevaluated;
    return value instanceof NamedSchema ? this.#referenceTo(value.name) : value;
  }

  #referenceTo(name: string): Reference {
    const reference = this.#references.get(name) ?? newReference();
    this.#references.set(name, reference);
    return reference;
  }
}
