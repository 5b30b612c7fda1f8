import type { Ajv2020, KeywordCxt } from 'ajv/dist/2020.js';
import { _ } from 'ajv/dist/2020.js';
import type { JsonValue } from '../request/attributes.ts';

/** How often a body may lead through a reference: some, and so many for each value in it, up to a bound. */
const FREE = 5_000;
const FOR_EACH_VALUE = 50;
const MOST = 250_000;

const REFERENCES = ['$ref', '$dynamicRef'] as const;

/** Thrown out of a validation that followed too many references. */
export class TooManyReferences extends Error {
  override readonly name = 'TooManyReferences';
}

/** The references that one validation may still follow. */
export interface ReferenceBudget {
  /** Before each validation. */
  begin(value: JsonValue): void;
}

/**
 * Makes every reference count. A schema that refers to itself from two branches of an `anyOf` doubles the work with
 * each level of a body, so that a few hundred bytes would hold the process for minutes.
 */
export function countReferences(ajv: Ajv2020): ReferenceBudget {
  let left = 0;
  const pay = (): void => {
    left -= 1;
    if (left < 0) throw new TooManyReferences();
  };
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
        const paying = context.gen.scopeValue('func', { ref: pay });
        context.gen.code(_`${paying}()`);
        follow(context, ruleType);
      },
    });
  }
  return {
    begin: (value) => {
      left = Math.min(MOST, FREE + FOR_EACH_VALUE * countValues(value));
    },
  };
}

function countValues(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Object.values<JsonValue>(value)) count += countValues(member);
  return count;
}
