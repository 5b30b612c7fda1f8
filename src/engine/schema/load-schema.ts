import equal from 'ajv/dist/runtime/equal.js';
import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import { maker, makes, named, withRecipe } from '../../recipe/recipe.ts';
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
import type { ValidatorCode } from './validator-code.ts';
import { violation } from './violation.ts';
import { type DataLocation, withDoubles } from './wide-integers.ts';

// Functions of the validator's own code.
named('schema.hasOwnProperty', Object.prototype.hasOwnProperty);
named('schema.equal', equal.default);
named('schema.ucs2length', ucs2length.default);

/** The validator of one schema. */
export type Validate = (value: JsonValue, location?: DataLocation) => boolean;

/** A schema that the code of others calls. */
export interface Reference {
  validate: Validate;
}

const NOT_COMPILED: Validate = () => false;

export const newReference = maker('schema.reference', (): Reference => ({ validate: NOT_COMPILED }));

const VALIDATOR = makes('schema.validator', loadValidator);

function loadValidator(make: (values: readonly unknown[]) => Validate, values: readonly unknown[]): Validate {
  return Object.assign(make(values), { errors: null });
}

/** A validator of its code and the values that it names, which is made when it is first called. */
export function newValidator(code: ValidatorCode['make'], values: readonly unknown[]): Validate {
  let made: Validate | undefined;
  const validate: Validate = (value, location) => {
    made ??= loadValidator(code as (values: readonly unknown[]) => Validate, values);
    return made(value, location);
  };
  return withRecipe(validate, VALIDATOR, [code, values]);
}

/** Validators that call each other, with the rules that explain what they refuse. */
export interface LoadedSchemas {
  readonly rules: Rules;
  readonly budget: ReferenceBudget;
  readonly validators: ReadonlyMap<string, Validate>;
}

export const loadSchemas = maker(
  'schema.set',
  (
    rules: Rules,
    budget: ReferenceBudget,
    references: ReadonlyMap<string, Reference>,
    validators: ReadonlyMap<string, Validate>,
  ): LoadedSchemas => {
    for (const [name, reference] of references) reference.validate = validators.get(name) ?? NOT_COMPILED;
    return { rules, budget, validators };
  },
);

/** A schema of a set, for bodies. */
export const bodySchema = maker(
  'schema.body',
  (maxBytes: number | undefined, { rules, budget, validators }: LoadedSchemas, name: string): BodySchema => {
    const validate = validators.get(name) ?? NOT_COMPILED;
    return {
      maxBytes,
      validate: (value) => {
        beginReferences(budget, value);
        try {
          return isValid(validate, value) ? undefined : violation(rules, name, value);
        } catch (error) {
          if (isExhaustion(error)) return TOO_MANY_STEPS;
          throw error;
        } finally {
          endReferences(budget);
        }
      },
    };
  },
);

const TOO_MANY_STEPS: BodyDenial = {
  reason: 'schema_violation',
  detail: 'the body takes too many steps to compare with the schema',
};

/** True for a validation that follows too many references, or more than the stack holds. */
function isExhaustion(error: unknown): boolean {
  return error instanceof TooManyReferences || error instanceof RangeError;
}

/** Validates the value as the member of an object, so that a keyword finds a number that is the whole body. */
function isValid(validate: Validate, value: JsonValue): boolean {
  const root = { body: value };
  const data = withDoubles(root);
  if (data === root || !isJsonObject(data)) return validate(value);
  return validate(data['body'] ?? null, { parentData: data, parentDataProperty: 'body' });
}
