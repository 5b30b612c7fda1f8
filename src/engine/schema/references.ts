import type { Ajv2020, KeywordCxt } from 'ajv/dist/2020.js';
import { _ } from 'ajv/dist/2020.js';
import names from 'ajv/dist/compile/names.js';

/** Placeholder of the function that spends a reference, in the values of generated code. */
export const SPEND: unique symbol = Symbol('spend');

/** Placeholder of the validator of another schema, in the values of generated code. */
export class NamedSchema {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Makes `ajv` call what a `$ref` names through a value of the code, so that each schema is compiled by itself and once,
 * and count every reference. A schema that refers to itself from two branches of an `anyOf` doubles the work with each
 * level of a body, so that a few hundred bytes would block the process for minutes.
 */
export function addReferences(ajv: Ajv2020): void {
  const known = new Map<string, NamedSchema>();
  ajv.removeKeyword('$ref');
  ajv.addKeyword({
    keyword: '$ref',
    schemaType: 'string',
    code(context: KeywordCxt) {
      const { gen, data, it } = context;
      const name = String(context.schema);
      const schema = known.get(name) ?? new NamedSchema(name);
      known.set(name, schema);
      const spend = gen.scopeValue('func', { ref: SPEND });
      const target = gen.scopeValue('schema', { ref: schema });
      gen.code(_`${spend}()`);
      const { parentData, parentDataProperty } = it;
      // A keyword finds the exact form of a number by the value around it.
      const location = _`{ ${names.default.parentData}: ${parentData}, ${names.default.parentDataProperty}: ${parentDataProperty} }`;
      context.pass(_`${target}.validate(${data}, ${location})`);
    },
  });
}
