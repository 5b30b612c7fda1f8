import type { JsonValue } from '../request/attributes.ts';
import { isJsonList, isJsonObject } from '../request/json-value.ts';

/** Keywords whose schemas apply to the same value as the schema around them. */
const IN_PLACE: ReadonlySet<string> = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
]);

/** Most references that lead from one to the next for the same value: the validation of each is within that of the one before. */
const MAX_CHAIN = 500;

/** A chain of references that is not permitted. */
type ChainProblem =
  /** Name of a definition that refers to itself for the same value, so that a validation would never end. */
  { readonly endless: string } | { readonly isLong: true };

/** References of linked schemas that lead from one to the next for the same value. Each schema is looked at once. */
export class ReferenceChains {
  readonly #definitions: ReadonlyMap<string, JsonValue>;
  /** Length of the longest chain from a definition on, or its problem. */
  readonly #lengths = new Map<string, number | ChainProblem>();
  readonly #open = new Set<string>();

  constructor(definitions: ReadonlyMap<string, JsonValue>) {
    this.#definitions = definitions;
  }

  /** The problem of the chains that begin at a definition; undefined if there is none. */
  problemOf(name: string): ChainProblem | undefined {
    const length = this.#lengthOf(name);
    if (typeof length !== 'number') return length;
    return length > MAX_CHAIN ? { isLong: true } : undefined;
  }

  #lengthOf(name: string): number | ChainProblem {
    const known = this.#lengths.get(name);
    if (known !== undefined) return known;
    if (this.#open.has(name)) return { endless: name };
    // The search itself is as deep as the chain.
    if (this.#open.size > MAX_CHAIN) return { isLong: true };
    this.#open.add(name);
    const length = this.#longestOf(referencesInPlace(this.#definitions.get(name) ?? true));
    this.#open.delete(name);
    this.#lengths.set(name, length);
    return length;
  }

  #longestOf(names: Iterable<string>): number | ChainProblem {
    let longest = 0;
    for (const next of names) {
      const length = this.#lengthOf(next);
      if (typeof length !== 'number') return length;
      longest = Math.max(longest, length);
    }
    return longest + 1;
  }
}

function* referencesInPlace(schema: JsonValue): Generator<string> {
  if (!isJsonObject(schema)) return;
  for (const [keyword, value] of Object.entries<JsonValue>(schema)) {
    if (keyword === '$ref' && typeof value === 'string') yield value;
    if (!IN_PLACE.has(keyword)) continue;
    if (isJsonList(value)) for (const each of value) yield* referencesInPlace(each);
    else if (keyword !== 'dependentSchemas') yield* referencesInPlace(value);
    else if (isJsonObject(value))
      for (const each of Object.values<JsonValue>(value)) yield* referencesInPlace(each);
  }
}
