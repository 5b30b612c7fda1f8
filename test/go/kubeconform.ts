import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CHART_KINDS,
  closedSchema,
  MESH_KINDS,
  PAGE_KINDS,
  pinnedSchema,
  REVIEWED_KINDS,
} from '../deploy/pinned-schemas.ts';
import { SCHEMA_FILE, writeSchemas } from '../kubernetes/openapi-schemas.ts';
import { ROOT } from '../support/tools.ts';
import { runProgram } from './run-program.ts';

/** Schemas of all kinds, and a folder for manifests. */
export interface Kubeconform {
  /** Undefined if the manifests are valid, else what kubeconform printed. */
  readonly check: (manifests: string) => Promise<string | undefined>;
}

/** Writes schemas of the kinds of Kubernetes and of other projects into a folder. */
export async function prepareKubeconform(folder: string): Promise<Kubeconform> {
  const schemas = join(folder, 'schemas');
  const openApi = fileURLToPath(new URL('.tools/go/openapi.json', ROOT));
  await writeSchemas(await readFile(openApi, 'utf8'), schemas);
  for (const [kind, { name, apiVersion }] of Object.entries({
    ...MESH_KINDS,
    ...CHART_KINDS,
    ...PAGE_KINDS,
  })) {
    const file = `${kind}-${apiVersion.replace('/', '-')}.json`.toLowerCase();
    await writeFile(join(schemas, file), JSON.stringify(objectSchema(kind, name, apiVersion)));
  }
  const manifests = join(folder, 'manifests.yaml');
  const flags = [
    '-strict',
    '-skip',
    REVIEWED_KINDS.join(','),
    '-schema-location',
    join(schemas, SCHEMA_FILE),
  ];
  const check = async (text: string): Promise<string | undefined> => {
    await writeFile(manifests, text);
    const { code, output } = await runProgram('kubeconform', [...flags, manifests]);
    return code === 0 ? undefined : output;
  };
  return { check };
}

/** Schema of an object whose `spec` has a pinned one. */
function objectSchema(kind: string, name: string, apiVersion: string): object {
  return {
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: { type: 'object' },
      spec: closedSchema(pinnedSchema(name).schema),
    },
    additionalProperties: false,
  };
}
