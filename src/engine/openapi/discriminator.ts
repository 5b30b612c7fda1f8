import type { JsonObject, JsonValue } from '../request/attributes.ts';
import { isJsonObject } from '../request/json-value.ts';
import { type Documents, keyOf, type Part } from './documents.ts';

/** A schema of `oneOf` or `anyOf`, and the values of the property that select it. */
interface Branch {
  readonly part: Part;
  readonly values: Set<string>;
}

/** The keyword with the branches of a `discriminator`; another one beside it is a schema of its own. */
export function branchKeyword(schema: JsonObject): 'oneOf' | 'anyOf' {
  return Object.hasOwn(schema, 'oneOf') ? 'oneOf' : 'anyOf';
}

/**
 * The schema that a `discriminator` makes of `oneOf` or `anyOf`: the value of the property selects the branch that must
 * fit, so that a message is about this branch. Undefined without a discriminator that has branches.
 */
export function selectBranch(
  documents: Documents,
  part: Part,
  convert: (part: Part) => JsonValue,
): JsonObject | undefined {
  const discriminator = documents.member(part, 'discriminator');
  const list = isJsonObject(part.value) ? documents.member(part, branchKeyword(part.value)) : undefined;
  if (discriminator === undefined || list === undefined) return undefined;
  const name = documents.member(discriminator, 'propertyName')?.value;
  if (typeof name !== 'string')
    return documents.problems.add(discriminator, '`discriminator` needs the text `propertyName`');
  const parts = documents.items(list);
  const others = parts.filter((each) => documents.member(each, 'type')?.value !== 'null');
  const branches = branchesOf(documents, discriminator, others);
  if (branches === undefined) return undefined;
  const values = branches.flatMap((each) => [...each.values]);
  return {
    type: others.length < parts.length ? ['object', 'null'] : 'object',
    required: [name],
    properties: { [name]: { enum: values } },
    allOf: branches.map((each) => ({
      if: { type: 'object', required: [name], properties: { [name]: { enum: [...each.values] } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: convert(each.part),
    })),
  };
}

/** Undefined if a branch has no name, so that no value of the property can select it. */
function branchesOf(
  documents: Documents,
  discriminator: Part,
  parts: readonly Part[],
): readonly Branch[] | undefined {
  const branches = new Map<string, Branch>();
  const implicit = new Map<string, string>();
  for (const part of parts) {
    const reference = documents.member(part, '$ref');
    const target = reference && documents.follow(reference);
    if (target === undefined) return undefined;
    const key = keyOf(target);
    branches.set(key, { part, values: new Set() });
    implicit.set(key, nameOf(target));
  }
  for (const [value, part] of documents.members(documents.member(discriminator, 'mapping'))) {
    const key = mappedKey(documents, part, implicit);
    const branch = key === undefined ? undefined : branches.get(key);
    if (branch !== undefined) branch.values.add(value);
    else if (key !== undefined) {
      const help = 'the `mapping` names schemas of the list beside it';
      documents.problems.add(part, `\`${value}\` is mapped to a schema that is not in the list`, help);
    }
  }
  addNames(branches, implicit);
  return [...branches.values()];
}

/** A name that the mapping does not use selects the schema of this name (OpenAPI 3.1.1, section 4.8.25.3). */
function addNames(branches: ReadonlyMap<string, Branch>, implicit: ReadonlyMap<string, string>): void {
  const mapped = new Set([...branches.values()].flatMap((each) => [...each.values]));
  for (const [key, branch] of branches) {
    const name = implicit.get(key);
    if (name !== undefined && !mapped.has(name)) branch.values.add(name);
  }
}

/** A schema of `components/schemas` by its name, another one by the name of its file. */
function nameOf({ file, pointer }: Part): string {
  const last = pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  if (pointer !== '') return last;
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}

/** The schema that a value of `mapping` names: a reference, or the name of a schema. */
function mappedKey(
  documents: Documents,
  part: Part,
  implicit: ReadonlyMap<string, string>,
): string | undefined {
  const { value } = part;
  if (typeof value !== 'string') return documents.problems.add(part, 'a schema of `mapping` must be text');
  const named = [...implicit].find(([, name]) => name === value)?.[0];
  if (named !== undefined) return named;
  const target = documents.follow(
    /[#/.]/.test(value) ? part : { ...part, value: `#/components/schemas/${value}` },
  );
  return target && keyOf(target);
}
