import type { ErrorObject, ValidateFunction } from 'ajv';
import equal from 'ajv/dist/runtime/equal.js';
import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import { maker, makes, named } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import { isJsonObject, jsonText } from '../request/json-value.ts';
import type { BodyDenial, BodySchema } from './body-schema.ts';
import './formats.ts';
import { findSuspect } from './inherited-names.ts';
import './pattern.ts';
import { escapeToken } from './pointer.ts';
import { beginReferences, type ReferenceBudget, TooManyReferences } from './reference-budget.ts';
import './exact-numbers.ts';
import './unique-items.ts';
import { withDoubles } from './wide-integers.ts';

/** Maximum characters of a pointer or a list in a denial. */
const MAX_SHOWN = 200;

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

/** A schema of its validator. `suspects` are names that the validator may let pass; see `inheritedNames`. */
export const loadSchema = maker(
  'schema.body',
  (
    maxBytes: number | undefined,
    validate: ValidateFunction<JsonValue>,
    budget: ReferenceBudget,
    suspects: ReadonlySet<string> | undefined,
  ): BodySchema => ({
    maxBytes,
    validate: (value) => denial(validate, budget, suspects, value),
  }),
);

function denial(
  validate: ValidateFunction<JsonValue>,
  budget: ReferenceBudget,
  suspects: ReadonlySet<string> | undefined,
  value: JsonValue,
): BodyDenial | undefined {
  beginReferences(budget, value);
  try {
    if (!isValid(validate, value))
      return { reason: 'schema_violation', detail: expected(validate.errors?.[0]) };
  } catch (error) {
    if (!(error instanceof TooManyReferences)) throw error;
    return { reason: 'schema_violation', detail: 'the body takes too many steps to compare with the schema' };
  }
  const name = suspects && findSuspect(value, suspects);
  return name === undefined
    ? undefined
    : { reason: 'schema_violation', detail: `a member \`${name}\` is not expected` };
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

/** The location and the expectation; it may name members of the body and never shows a value. */
function expected(error: ErrorObject | undefined): string {
  if (error === undefined) return 'the body does not fit the schema';
  const { instancePath, keyword, params, message = 'does not fit the schema' } = error;
  const subject = shownPointer(instancePath);
  switch (keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `${shownPointer(`${instancePath}/${escapeToken(String(params['additionalProperty'] ?? params['unevaluatedProperty']))}`)} is not expected`;
    case 'required':
      return `${subject} must have the member \`${String(params['missingProperty'])}\``;
    case 'enum':
      return `${subject} must be one of ${list(params['allowedValues'])}`;
    case 'format':
      return `${subject} must be of format \`${String(params['format'])}\``;
    case 'false schema':
      return `${subject} is not expected`;
    default:
      return `${subject} ${lower(message)}`;
  }
}

function shownPointer(pointer: string): string {
  if (pointer === '') return 'the body';
  return `\`${pointer.length > MAX_SHOWN ? `${pointer.slice(0, MAX_SHOWN)}...` : pointer}\``;
}

/** Values as JSON, cut to a length that can be shown. */
function list(values: unknown): string {
  const text = Array.isArray(values) ? values.map((value: JsonValue) => jsonText(value)).join(', ') : '';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

/** A message of the library as part of a sentence. */
function lower(message: string): string {
  return message.replace(/\bNOT\b/, 'not');
}
