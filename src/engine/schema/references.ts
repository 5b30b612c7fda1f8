import type { Ajv2020, KeywordCxt } from 'ajv/dist/2020.js';
import { _ } from 'ajv/dist/2020.js';
import { type ReferenceBudget, spender } from './reference-budget.ts';

const REFERENCES = ['$ref'] as const;

/**
 * Makes `ajv` count every reference. A schema that refers to itself from two branches of an `anyOf` doubles the work
 * with each level of a body, so that a few hundred bytes would block the process for minutes.
 */
export function countReferences(ajv: Ajv2020, budget: ReferenceBudget): void {
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
}
