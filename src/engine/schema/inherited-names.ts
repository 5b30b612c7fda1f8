import type { JsonValue } from '../request/attributes.ts';
import { findMember } from './pointer.ts';

const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Ajv notes the members that branches of `anyOf` and the like have validated in a plain object, in which `constructor`
 * and `__proto__` always appear to be noted. For a schema with `unevaluatedProperties` this returns the names of
 * members that pass only for this reason; undefined for any other schema.
 */
export function inheritedNames(schema: unknown): ReadonlySet<string> | undefined {
  if (findMember(schema, 'unevaluatedProperties') === undefined) return undefined;
  return new Set([...INHERITED].filter((name) => findMember(schema, name) === undefined));
}

/** The first of these names that a member of a body has, at any depth; undefined if none has one. */
export function findSuspect(value: JsonValue, suspects: ReadonlySet<string>): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries<JsonValue>(value)) {
    const found = suspects.has(name) ? name : findSuspect(member, suspects);
    if (found !== undefined) return found;
  }
  return undefined;
}
