import type { Ajv2020 } from 'ajv/dist/2020.js';
import { maker } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonObject } from '../request/json-value.ts';
import { Evaluation, type Rules } from './evaluation.ts';
import { type DataLocation, exactValue } from './wide-integers.ts';

export type Unevaluated = (
  wanted: JsonValue,
  data: JsonValue,
  schema?: unknown,
  location?: DataLocation,
) => boolean;

/** The function of both keywords, for the schemas of `rules`. */
export const unevaluated = maker('schema.unevaluated', (rules: Rules, spend: () => void): Unevaluated => {
  const evaluation = new Evaluation(rules, spend);
  return (wanted, data, schema, location) =>
    hasOnlyProperties(wanted, data, schema as JsonValue) ||
    evaluation.fits(schema as JsonValue, exactValue(data, location));
});

/** Placeholder of the function of both keywords, in the values of generated code. */
export const UNEVALUATED: Unevaluated = () => true;

/**
 * Replaces `unevaluatedProperties` and `unevaluatedItems`: the library loses what some branches of a schema evaluate, and
 * takes members that it should not. The schema around the keyword is evaluated anew, keyword by keyword.
 */
export function addUnevaluated(ajv: Ajv2020): void {
  for (const [keyword, type] of [
    ['unevaluatedProperties', 'object'],
    ['unevaluatedItems', 'array'],
  ] as const) {
    ajv.removeKeyword(keyword);
    ajv.addKeyword({
      keyword,
      type,
      schemaType: ['boolean', 'object'],
      validate: UNEVALUATED,
      errors: false,
    });
  }
}

/** True if `properties` beside the keyword has every member, which is the most frequent case. */
function hasOnlyProperties(wanted: JsonValue, data: JsonValue, schema: JsonValue): boolean {
  if (wanted === true) return true;
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  if (!isJsonObject(properties) || !isJsonObject(data)) return false;
  return Object.keys(data).every((name) => Object.hasOwn(properties, name));
}
