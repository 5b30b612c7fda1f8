import type { ValidateFunction } from 'ajv';
import equal from 'ajv/dist/runtime/equal.js';
import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import { maker, makes, named } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonObject } from '../request/json-value.ts';
import type { BodyDenial, BodySchema } from './body-schema.ts';
import type { Rules } from './evaluation.ts';
import './formats.ts';
import './pattern.ts';
import {
  beginReferences,
  endReferences,
  type ReferenceBudget,
  TooManyReferences,
} from './reference-budget.ts';
import './exact-numbers.ts';
import './unique-items.ts';
import './unevaluated.ts';
import { violation } from './violation.ts';
import { withDoubles } from './wide-integers.ts';

// Functions of the validator's own code.
named('schema.hasOwnProperty', Object.prototype.hasOwnProperty);
named('schema.equal', equal.default);
named('schema.ucs2length', ucs2length.default);

/** Maker of a validator of its generated function, the values that its code names, and notes of the library. */
export const VALIDATOR = makes('schema.validator', loadValidator);

function loadValidator(
  make: (values: readonly unknown[]) => ValidateFunction<JsonValue>,
  values: readonly unknown[],
  evaluated: ValidateFunction['evaluated'],
): ValidateFunction<JsonValue> {
  const validate = make(values);
  validate.errors = null;
  if (evaluated !== undefined) validate.evaluated = { ...evaluated };
  return validate;
}

/** A schema of its validator, with the rules that explain what the validator refuses. */
export const loadSchema = maker(
  'schema.body',
  (
    maxBytes: number | undefined,
    validate: ValidateFunction<JsonValue>,
    budget: ReferenceBudget,
    rules: Rules,
  ): BodySchema => ({
    maxBytes,
    validate: (value) => denial(validate, budget, rules, value),
  }),
);

function denial(
  validate: ValidateFunction<JsonValue>,
  budget: ReferenceBudget,
  rules: Rules,
  value: JsonValue,
): BodyDenial | undefined {
  beginReferences(budget, value);
  try {
    return isValid(validate, value) ? undefined : violation(rules, value);
  } catch (error) {
    if (!(error instanceof TooManyReferences)) throw error;
    return { reason: 'schema_violation', detail: 'the body takes too many steps to compare with the schema' };
  } finally {
    endReferences(budget);
  }
}

/** Validates the value as the member of an object, so that a keyword finds a number that is the whole body. */
function isValid(validate: ValidateFunction<JsonValue>, value: JsonValue): boolean {
  const root = { body: value };
  const data = withDoubles(root);
  if (data === root || !isJsonObject(data)) return validate(value);
  return validate(data['body'], {
    instancePath: '',
    parentData: data,
    parentDataProperty: 'body',
    rootData: data,
    dynamicAnchors: {},
  });
}
