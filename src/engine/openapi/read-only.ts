import { type Documents, keyOf, type Part } from './documents.ts';

/** Most schemas that lead from one to the next by references and lists. */
const MAX_NESTED = 100;

const NONE: ReadonlySet<string> = new Set();

/** Finds what is `readOnly` in the schemas of a document. Each schema is looked at once. */
export class ReadOnlyParts {
  readonly #documents: Documents;
  /** By place; false and no names while a schema is looked at. */
  readonly #flags = new Map<string, boolean>();
  readonly #names = new Map<string, ReadonlySet<string>>();
  readonly #required = new Map<string, ReadonlySet<string>>();

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /**
   * True for a schema that is `readOnly` itself, through its `$ref` or a part of its `allOf`, or in every branch of its
   * `oneOf` or `anyOf`.
   */
  has(part: Part, depth = 0): boolean {
    return this.#once(this.#flags, part, depth, false, () => {
      const { all, some } = this.#parts(part);
      return (
        this.#documents.member(part, 'readOnly')?.value === true ||
        all.some((each) => this.has(each, depth + 1)) ||
        some.some((list) => list.length > 0 && list.every((each) => this.has(each, depth + 1)))
      );
    });
  }

  /** Names of the properties that are `readOnly`, those in the parts of the lists of a schema included. */
  namesIn(part: Part, depth = 0): ReadonlySet<string> {
    return this.#once(this.#names, part, depth, NONE, () => {
      const properties = this.#documents.members(this.#documents.member(part, 'properties'));
      let names: ReadonlySet<string> = new Set(
        properties.flatMap(([name, each]) => (this.has(each) ? [name] : [])),
      );
      const { all, some } = this.#parts(part);
      for (const each of [...all, ...some.flat()]) {
        const inner = this.namesIn(each, depth + 1);
        names = names.size === 0 ? inner : names.union(inner);
      }
      return names;
    });
  }

  /** Names that a schema requires, itself, through its `$ref` or in a part of its `allOf`. */
  requiredIn(part: Part, depth = 0): ReadonlySet<string> {
    return this.#once(this.#required, part, depth, NONE, () => {
      const own = this.#documents.items(this.#documents.member(part, 'required')).map(({ value }) => value);
      let names: ReadonlySet<string> = new Set(own.filter((each) => typeof each === 'string'));
      for (const each of this.#parts(part).all) names = names.union(this.requiredIn(each, depth + 1));
      return names;
    });
  }

  /** The finding for a schema, kept by its place: `none` while it is looked at, and beyond the depth. */
  #once<T>(kept: Map<string, T>, part: Part, depth: number, none: T, find: () => T): T {
    const key = keyOf(part);
    const known = kept.get(key);
    if (known !== undefined || depth > MAX_NESTED) return known ?? none;
    kept.set(key, none);
    const found = find();
    kept.set(key, found);
    return found;
  }

  /** Schemas that a value must all fit beside this one, and lists of which it must fit some. */
  #parts(part: Part): { readonly all: readonly Part[]; readonly some: readonly (readonly Part[])[] } {
    const documents = this.#documents;
    const reference = documents.member(part, '$ref');
    const target = reference && documents.follow(reference);
    return {
      all: [...(target === undefined ? [] : [target]), ...documents.items(documents.member(part, 'allOf'))],
      some: ['oneOf', 'anyOf'].map((keyword) => documents.items(documents.member(part, keyword))),
    };
  }
}
