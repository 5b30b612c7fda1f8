import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { ROOT } from '../support/tools.ts';

const SCHEMAS = new URL('.tools/cyclonedx/cyclonedx/schema/_res/', ROOT);

/** Schemas to which that of a bill refers. */
const REFERRED = ['spdx', 'jsf-0.82', 'cryptography-defs'];

/** Base of their references. */
const BASE = 'http://cyclonedx.org/schema/';

/** Checks bills of materials by the JSON Schema of CycloneDX 1.6. Rejects with the mistakes of the first that has any. */
export function validateBills(paths: readonly string[]): string {
  const validate = billSchema();
  for (const path of paths) {
    const bill = JSON.parse(readFileSync(path, 'utf8')) as { readonly components: readonly object[] };
    if (!validate(bill)) throw new Error(`${path}: ${JSON.stringify(validate.errors)}`);
    if (validate({ ...bill, components: [{ ...bill.components[0], type: 'unknown' }] })) {
      throw new Error('the schema of CycloneDX finds no mistake');
    }
  }
  return `bills of materials are valid by CycloneDX 1.6: ${paths.length}`;
}

function billSchema(): ValidateFunction {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of REFERRED) {
    const { $id: _, ...schema } = read(name);
    ajv.addSchema(schema, `${BASE}${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(read('bom-1.6'));
}

function read(name: string): { readonly $id?: string } {
  return JSON.parse(readFileSync(new URL(`${name}.SNAPSHOT.schema.json`, SCHEMAS), 'utf8')) as {
    $id?: string;
  };
}
