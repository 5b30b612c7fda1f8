import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/*
 * Writes schemas/*.json from the modules of Go that publish them: node test/deploy/pin-schemas.ts. It needs Go and
 * the module proxy; the tests need neither. A new version is one here, and a look at what changed.
 */

type Json = Readonly<Record<string, unknown>>;

interface Source {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** File with the schema, below the module. */
  readonly path: string;
  /** The schema in the text of that file. */
  readonly read: (text: string) => Json;
}

const SOURCES: readonly Source[] = [
  istio('authorization-policy', 'AuthorizationPolicy'),
  istio('peer-authentication', 'PeerAuthentication'),
  istio('service-entry', 'ServiceEntry'),
  {
    name: 'mesh-config',
    module: 'istio.io/api',
    version: 'v1.32.0',
    path: 'mesh/v1alpha1/config.proto',
    read: (text) => ({
      properties: {
        name: STRING,
        envoyExtAuthzGrpc: messageSchema(text, 'EnvoyExternalAuthorizationGrpcProvider', {
          includeRequestBodyInCheck: messageSchema(text, 'EnvoyExternalAuthorizationRequestBody', {}),
        }),
      },
    }),
  },
  {
    name: 'http-route',
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.0',
    path: 'config/crd/experimental/gateway.networking.k8s.io_httproutes.yaml',
    read: (text) => definition(text, 'HTTPRoute', 'v1'),
  },
  {
    name: 'security-policy',
    module: 'github.com/envoyproxy/gateway',
    version: 'v1.9.1',
    path: 'charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_securitypolicies.yaml',
    read: (text) => definition(text, 'SecurityPolicy', 'v1alpha1'),
  },
  istio('request-authentication', 'RequestAuthentication'),
  {
    name: 'validating-policy',
    module: 'github.com/kyverno/api',
    version: 'v0.0.1-alpha.3.0.20260723090831-fb2785727f98',
    path: 'config/crds/policies.kyverno.io_validatingpolicies.yaml',
    read: (text) => definition(text, 'ValidatingPolicy', 'v1alpha1'),
  },
  certManager('certificate', 'Certificate'),
  certManager('issuer', 'Issuer'),
  prometheusOperator('pod-monitor', 'PodMonitor'),
  prometheusOperator('service-monitor', 'ServiceMonitor'),
];

const STRING = { type: 'string' } as const;

function istio(name: string, kind: string): Source {
  return {
    name,
    module: 'istio.io/api',
    version: 'v1.32.0',
    path: 'kubernetes/customresourcedefinitions.gen.yaml',
    read: (text) => definition(text, kind, 'v1'),
  };
}

function certManager(name: string, kind: string): Source {
  return {
    name,
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.2',
    path: `deploy/crds/cert-manager.io_${kind.toLowerCase()}s.yaml`,
    read: (text) => definition(text, kind, 'v1'),
  };
}

/** The newest version of the module that the proxy has; the module of its types alone is newer. */
function prometheusOperator(name: string, kind: string): Source {
  return {
    name,
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    path: `example/prometheus-operator-crd/monitoring.coreos.com_${kind.toLowerCase()}s.yaml`,
    read: (text) => definition(text, kind, 'v1'),
  };
}

interface Definition {
  readonly spec?: {
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Json };
    }[];
  };
}

/** The schema of `spec` of a kind, in a file of custom resource definitions. */
function definition(text: string, kind: string, version: string): Json {
  const documents = parseAllDocuments(text).map((each) => each.toJS() as Definition | null);
  const found = documents.find((each) => each?.spec?.names.kind === kind);
  const schema = found?.spec?.versions.find(({ name }) => name === version)?.schema.openAPIV3Schema;
  const { spec } = (schema?.['properties'] ?? {}) as Readonly<Record<string, Json>>;
  if (spec === undefined) throw new Error(`there is no ${kind} of version ${version}`);
  return withoutProse(spec) as Json;
}

/** Descriptions, which are not needed to check anything, and rules in CEL, which nothing here evaluates. */
const PROSE = ['description', 'x-kubernetes-validations'];

function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, each]) =>
      !((PROSE.includes(name) && typeof each !== 'object') || name === 'x-kubernetes-validations'),
  );
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutProse(each)]));
}

const TYPES: Readonly<Record<string, Json>> = {
  string: STRING,
  bool: { type: 'boolean' },
  uint32: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
  'google.protobuf.Duration': { type: 'string', pattern: String.raw`^\d+(\.\d+)?s$` },
};

/** The JSON form of a message: its fields in camel case. */
function messageSchema(text: string, name: string, nested: Readonly<Record<string, Json>>): Json {
  const body = new RegExp(`message ${name} \\{([^}]*)\\}`).exec(text)?.[1] ?? '';
  const fields = [...body.matchAll(/^\s*([\w.]+) (\w+) = \d+;/gm)].map(([, type = '', field = '']) => {
    const camel = field.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const schema = nested[camel] ?? TYPES[type];
    if (schema === undefined) throw new Error(`${name}.${field} has the type ${type}`);
    return [camel, schema] as const;
  });
  if (fields.length === 0) throw new Error(`there is no message ${name}`);
  return { type: 'object', properties: Object.fromEntries(fields) };
}

for (const { name, module, version, path, read } of SOURCES) {
  const text = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8' });
  const { Dir, Sum } = JSON.parse(text) as { readonly Dir: string; readonly Sum: string };
  const schema = read(readFileSync(join(Dir, path), 'utf8'));
  const pinned = { module, version, sum: Sum, path, schema };
  writeFileSync(new URL(`schemas/${name}.json`, import.meta.url), `${JSON.stringify(pinned)}\n`);
}
