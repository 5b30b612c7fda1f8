import type { Ajv2020, KeywordCxt } from 'ajv/dist/2020.js';
import { _ } from 'ajv/dist/2020.js';
import { maker } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';

/** References that the validation of a body may follow: a base, an addition for each value in it, and a maximum. */
const BASE = 5_000;
const FOR_EACH_VALUE = 50;
const MAX = 250_000;

const REFERENCES = ['$ref', '$dynamicRef'] as const;

/** Thrown by a validation that follows too many references. */
export class TooManyReferences extends Error {
  override readonly name = 'TooManyReferences';
}

/** Budget of references for one validation at a time; it changes with each reference. */
export interface ReferenceBudget {
  left: number;
}

/** Sets the budget for a validation of `value`. */
export function beginReferences(budget: ReferenceBudget, value: JsonValue): void {
  budget.left = Math.min(MAX, BASE + FOR_EACH_VALUE * countValues(value));
}

/** A function that takes one reference from the budget. */
const spender = maker('schema.spend', (budget: ReferenceBudget) => () => {
  budget.left -= 1;
  if (budget.left < 0) throw new TooManyReferences();
});

/**
 * Makes `ajv` count every reference. A schema that refers to itself from two branches of an `anyOf` doubles the work
 * with each level of a body, so that a few hundred bytes would block the process for minutes.
 */
export function countReferences(ajv: Ajv2020): ReferenceBudget {
  const budget: ReferenceBudget = { left: 0 };
  const spend = spender(budget);
  for (const keyword of REFERENCES) {
    const definition = ajv.getKeyword(keyword);
    if (typeof definition !== 'object' || !('code' in definition)) {
      throw new Error(`the validator has no keyword ${keyword}`);
    }
    const { code: follow } = definition;
    ajv.removeKeyword(keyword);
    ajv.addKeyword({
      keyword,
      schemaType: 'string',
      code(context: KeywordCxt, ruleType?: string) {
        const spending = context.gen.scopeValue('func', { ref: spend });
        context.gen.code(_`${spending}()`);
        follow(context, ruleType);
      },
    });
  }
  return budget;
}

/** Number of values in a value, itself included. */
export function countValues(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Object.values<JsonValue>(value)) count += countValues(member);
  return count;
}
