import type { JsonValue } from '../../engine/request/attributes.ts';
import { isObject } from './json-reads.ts';

/**
 * Judgement of the shape of a part of a foreign document, by its product: the problem of the first part that has
 * another, as the end of a sentence. A misread part would open a rule, as an empty `from` means every caller.
 */
export type Shape = (value: JsonValue, path: string) => string | undefined;

/** A list of values of one shape. */
export function listShape(item: Shape): Shape {
  return (value, path) => {
    if (!isList(value)) return `\`${path}\` is not a list`;
    return firstProblem(value.map((each, index) => () => item(each, `${path}[${index}]`)));
  };
}

/** A mapping with these members only; a member that is null counts as one that is not there. */
export function mappingShape(members: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isObject(value)) return `\`${path}\` is not a mapping`;
    return firstProblem(
      Object.entries(value).map(([name, each]) => () => {
        const shape = Object.hasOwn(members, name) ? members[name] : undefined;
        if (shape === undefined) return `\`${path}.${name}\` is not a known field`;
        return each === null ? undefined : shape(each, `${path}.${name}`);
      }),
    );
  };
}

/** A mapping with members of any name that have one shape. */
export function namedShape(member: Shape): Shape {
  return (value, path) => {
    if (!isObject(value)) return `\`${path}\` is not a mapping`;
    return firstProblem(
      Object.entries(value).map(
        ([name, each]) =>
          () =>
            member(each, `${path}.${name}`),
      ),
    );
  };
}

/** A list of texts, numbers or bools. */
export const textsShape: Shape = (value, path) =>
  isList(value) && value.every((each) => each !== null && typeof each !== 'object')
    ? undefined
    : `\`${path}\` is not a list of texts`;

/** A text, number or bool. */
export const textShape: Shape = (value, path) =>
  value === null || typeof value === 'object' ? `\`${path}\` is not text` : undefined;

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function firstProblem(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const problem = check();
    if (problem !== undefined) return problem;
  }
  return undefined;
}
