import { globSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../../support/tools.ts';
import { closedSchema, MESH_KINDS, pinnedSchema, REVIEWED_KINDS } from '../pinned-schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

/** The mistakes of a value, unknown fields included: an API server drops those without a word. */
function mistakesOf(schema: Json, value: unknown): readonly string[] {
  const validate = ajv.compile(closedSchema(schema) as object);
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly spec?: Json;
}

const manifests = globSync('deploy/mesh/*/*.yaml', { cwd: ROOT })
  .toSorted()
  .flatMap((path) =>
    parseAllDocuments(readFileSync(new URL(path, ROOT), 'utf8'), { version: '1.1' }).map(
      (document): readonly [string, Manifest] => [path, document.toJS() as Manifest],
    ),
  );

const custom = manifests.flatMap(([path, manifest]) =>
  manifest.kind === undefined || REVIEWED_KINDS.includes(manifest.kind)
    ? []
    : [[manifest.kind, path, manifest] as const],
);

test('there is a manifest of each kind', () => {
  expect(custom.map(([kind]) => kind).toSorted()).toEqual(Object.keys(MESH_KINDS).toSorted());
});

test.each(custom)('the %s in %s is valid by the schema of its project', (kind, _, { apiVersion, spec }) => {
  const { name, apiVersion: wanted } = MESH_KINDS[kind] ?? { name: '', apiVersion: '' };
  expect(apiVersion).toBe(wanted);
  expect(mistakesOf(pinnedSchema(name).schema, spec)).toEqual([]);
});

test.each(custom)('a misspelt field in the %s of %s is found', (kind, _, { spec }) => {
  const { schema } = pinnedSchema(MESH_KINDS[kind]?.name ?? '');
  expect(mistakesOf(schema, { ...spec, misspelt: true }).join()).toContain('"additionalProperty":"misspelt"');
});

const readYaml = (path: string): Json => {
  const [document] = parseAllDocuments(readFileSync(new URL(`deploy/mesh/${path}`, ROOT), 'utf8'));
  return document?.toJS() as Json;
};

describe('the provider of Istio', () => {
  const { extensionProviders } = readYaml('istio/mesh-config.yaml') as {
    readonly extensionProviders: readonly { readonly envoyExtAuthzGrpc: Json }[];
  };
  const { schema } = pinnedSchema('mesh-config');

  test('has the fields of its message', () => {
    expect(extensionProviders).toHaveLength(1);
    expect(mistakesOf(schema, extensionProviders[0])).toEqual([]);
    const { envoyExtAuthzGrpc } = extensionProviders[0] ?? { envoyExtAuthzGrpc: {} };
    expect(mistakesOf(schema, { envoyExtAuthzGrpc: { ...envoyExtAuthzGrpc, time_out: '2s' } })).not.toEqual(
      [],
    );
  });

  test('names the host and port of the ServiceEntry', () => {
    const { spec } = readYaml('istio/service-entry.yaml') as {
      readonly spec: {
        readonly hosts: readonly string[];
        readonly ports: readonly { readonly number: number }[];
      };
    };
    expect(extensionProviders[0]?.envoyExtAuthzGrpc).toMatchObject({
      service: spec.hosts[0],
      port: spec.ports[0]?.number,
    });
  });
});

/** Every piece denies while Lictor does not answer: by which field, and its value. */
test.each<[string, string, unknown]>([
  ['istio/mesh-config.yaml', 'failOpen', false],
  ['envoy-gateway/security-policy.yaml', 'failOpen', false],
  ['consul/service-defaults.yaml', 'required', true],
  ['agentgateway/config.yaml', 'failureMode', 'deny'],
  ['grpc/http-filter.yaml', 'failure_mode_allow', false],
])('%s fails closed', (path, field, value) => {
  expect(fieldsOf(readYaml(path), field)).toEqual([value]);
});

/** The body limit of every piece is the default of `--max-request-bytes`. */
test.each<[string, string]>([
  ['istio/mesh-config.yaml', 'maxRequestBytes'],
  ['envoy-gateway/security-policy.yaml', 'maxRequestBytes'],
  ['gateway-api/http-route.yaml', 'maxSize'],
  ['consul/service-defaults.yaml', 'MaxRequestBytes'],
  ['agentgateway/config.yaml', 'maxRequestBytes'],
])('%s sends bodies up to the default of the sidecar', (path, field) => {
  expect(fieldsOf(readYaml(path), field)).toEqual([65_536]);
});

/** All values of a field, at any depth. */
function fieldsOf(value: unknown, field: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]: [string, unknown]) =>
    name === field ? [each] : fieldsOf(each, field),
  );
}
