import { maker } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';

/** References that the validation of a body may follow: a base, an addition for each value in it, and a maximum. */
const BASE = 5_000;
const FOR_EACH_VALUE = 50;
const MAX = 250_000;

/** Thrown by a validation that follows too many references. */
export class TooManyReferences extends Error {
  override readonly name = 'TooManyReferences';
}

/** Budget of references for one validation at a time; it changes with each reference. */
export interface ReferenceBudget {
  left: number;
  /** The value, of which the parts are counted once the base is spent; undefined afterwards. */
  value?: JsonValue | undefined;
}

/** Sets the budget for a validation of `value`. */
export function beginReferences(budget: ReferenceBudget, value: JsonValue): void {
  budget.left = BASE;
  budget.value = value;
}

/** Forgets the value after a validation. */
export function endReferences(budget: ReferenceBudget): void {
  budget.value = undefined;
}

/** A function that takes one reference from the budget. */
export const spender = maker('schema.spend', (budget: ReferenceBudget) => () => {
  budget.left -= 1;
  if (budget.left < 0) extend(budget);
});

function extend(budget: ReferenceBudget): void {
  const { value } = budget;
  if (value === undefined) throw new TooManyReferences();
  budget.value = undefined;
  budget.left += Math.min(MAX - BASE, FOR_EACH_VALUE * countValues(value));
}

/** Number of values in a value, itself included. */
export function countValues(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Object.values<JsonValue>(value)) count += countValues(member);
  return count;
}
