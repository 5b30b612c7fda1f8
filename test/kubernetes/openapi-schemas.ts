import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A schema of OpenAPI 2.0, as the API server describes its types. */
interface Definition {
  readonly [name: string]: unknown;
}

interface OpenApi {
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface TypeName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const REFERENCE = '#/definitions/';

/** File of the schema of a kind, in the words of kubeconform. For a kind without a group, the version stands for it. */
export const SCHEMA_FILE = '{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json';

/** Writes a JSON Schema for each kind that the API server serves. No object may have an unknown field. */
export async function writeSchemas(openApi: string, folder: string): Promise<number> {
  const { definitions } = JSON.parse(openApi) as OpenApi;
  const strict = new Map(Object.entries(definitions).map(([name, each]) => [name, strictSchema(each)]));
  await mkdir(folder, { recursive: true });
  let written = 0;
  for (const [name, definition] of Object.entries(definitions))
    for (const { group, version, kind } of typeNamesOf(definition)) {
      const file = `${kind}-${group === '' ? version : group}-${version}.json`.toLowerCase();
      await writeFile(join(folder, file), JSON.stringify(closedSchema(name, strict)));
      written += 1;
    }
  return written;
}

function typeNamesOf(definition: Definition): readonly TypeName[] {
  return (definition['x-kubernetes-group-version-kind'] ?? []) as readonly TypeName[];
}

/** A definition with all that it refers to. */
function closedSchema(name: string, all: ReadonlyMap<string, unknown>): unknown {
  const needed = new Map<string, unknown>();
  const visit = (each: string): void => {
    if (needed.has(each)) return;
    const schema = all.get(each);
    needed.set(each, schema);
    for (const [, next = ''] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) visit(next);
  };
  visit(name);
  return { $ref: `${REFERENCE}${name}`, definitions: Object.fromEntries(needed) };
}

function strictSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strictSchema);
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Definition;
  // The API server reads a number where a quantity or a port is expected, and says `string`.
  if (schema['format'] === 'int-or-string' || isQuantity(schema)) return { type: ['string', 'number'] };
  const below = Object.fromEntries(Object.entries(schema).map(([name, each]) => [name, strictSchema(each)]));
  const isClosed = typeof schema['properties'] === 'object' && schema['additionalProperties'] === undefined;
  return isClosed ? { ...below, additionalProperties: false } : below;
}

function isQuantity(schema: Definition): boolean {
  return (
    typeof schema['description'] === 'string' && schema['description'].startsWith('Quantity is a fixed-point')
  );
}
