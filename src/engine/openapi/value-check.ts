import { maker } from '../../recipe/recipe.ts';
import type { BodySchema } from '../schema/body-schema.ts';
import type { ValueCheck } from './parameter.ts';

/** A check of values by a schema; a sentence about a value names the parameter in the place of the body. */
export const valueCheck = maker(
  'openapi.check',
  (schema: BodySchema): ValueCheck => ({
    denial: (body) => schema.validate(body),
    violation: (value, subject) => {
      const denial = schema.validate(value);
      if (denial === undefined) return undefined;
      const { errors = [] } = denial;
      if (errors.length === 0) return `${subject} does not fit its schema`;
      return errors.map(({ pointer, detail }) => `${subject}${at(pointer)} ${detail}`).join('; ');
    },
  }),
);

function at(pointer: string): string {
  return pointer === '' ? '' : ` at \`${pointer}\``;
}
