import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { callThrough, jsonOf } from '../support/call.ts';
import { ROOT } from '../support/tools.ts';
import { type Mesh, startMesh } from './mesh.ts';

type Json = Readonly<Record<string, unknown>>;

const HOST = 'orders.acme.svc';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [${HOST}]}]
  authenticate: {mtls: {principals: ["spiffe://acme.example/ns/shop/sa/*"]}}
  rules:
    - {allow: read, match: [GET]}
    - {allow: place, match: [POST], when: "request.body.count < 10"}
`;

const piece = (path: string): Json =>
  parse(readFileSync(new URL(`deploy/mesh/${path}`, ROOT), 'utf8')) as Json;

interface Body {
  readonly maxRequestBytes: number;
  readonly packAsBytes?: boolean;
}

function bodyOf({ maxRequestBytes, packAsBytes = false }: Body): Json {
  return { max_request_bytes: maxRequestBytes, allow_partial_message: false, pack_as_bytes: packAsBytes };
}

/**
 * The fields of Envoy's filter that each control plane writes for the piece, as its code says: Istio
 * `generateGRPCConfig`, Envoy Gateway `extAuthConfig`, Consul `toEnvoyHttpFilter`. What it does not know it leaves out.
 */
const FILTERS: readonly (readonly [string, () => Json])[] = [
  [
    'Istio',
    () => {
      const { extensionProviders } = piece('istio/mesh-config.yaml') as {
        readonly extensionProviders: readonly [{ readonly envoyExtAuthzGrpc: Json }];
      };
      const { failOpen, statusOnError, includeRequestBodyInCheck } = extensionProviders[0].envoyExtAuthzGrpc;
      return {
        failure_mode_allow: failOpen,
        status_on_error: { code: Number(statusOnError) },
        with_request_body: bodyOf(includeRequestBodyInCheck as Body),
      };
    },
  ],
  [
    'Envoy Gateway',
    () => {
      const { spec } = piece('envoy-gateway/security-policy.yaml') as {
        readonly spec: { readonly extAuth: Json };
      };
      const { failOpen, statusOnError, bodyToExtAuth } = spec.extAuth;
      return {
        failure_mode_allow: failOpen,
        status_on_error: { code: statusOnError },
        with_request_body: bodyOf(bodyToExtAuth as Body),
      };
    },
  ],
  [
    'Consul',
    () => {
      const { spec } = piece('consul/service-defaults.yaml') as {
        readonly spec: {
          readonly envoyExtensions: readonly [
            { readonly required: boolean; readonly arguments: { readonly Config: Json } },
          ];
        };
      };
      const [{ required, arguments: given }] = spec.envoyExtensions;
      const { IncludePeerCertificate, StatusOnError, WithRequestBody } = given.Config;
      const { MaxRequestBytes = 0, PackAsBytes } = WithRequestBody as {
        MaxRequestBytes?: number;
        PackAsBytes: boolean;
      };
      return {
        failure_mode_allow: !required,
        include_peer_certificate: IncludePeerCertificate,
        status_on_error: { code: StatusOnError },
        with_request_body: bodyOf({ maxRequestBytes: MaxRequestBytes, packAsBytes: PackAsBytes }),
      };
    },
  ],
];

/** The configuration of a test with another filter, which asks the same Lictor. */
function withFilter(configuration: unknown, fields: Json): unknown {
  const copy = structuredClone(configuration) as {
    static_resources: {
      listeners: [
        { filter_chains: [{ filters: [{ typed_config: { http_filters: [{ typed_config: Json }] } }] }] },
      ];
    };
  };
  const [{ filter_chains: chains }] = copy.static_resources.listeners;
  const [filter] = chains[0].filters[0].typed_config.http_filters;
  const { '@type': type, transport_api_version, grpc_service } = filter.typed_config;
  filter.typed_config = { '@type': type, transport_api_version, grpc_service, ...fields };
  return copy;
}

describe.each(FILTERS)('the filter of %s', (_, fields) => {
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await startMesh({
      policies: async (folder) => {
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, 'orders.yaml'), POLICY);
      },
      envoy: { adjust: (configuration) => withFilter(configuration, fields()) },
    });
  }, 60_000);

  afterAll(() => mesh.stop());

  const ask = (workload?: 'checkout' | 'intruder', body?: string): ReturnType<typeof callThrough> =>
    callThrough(mesh.envoy, {
      host: HOST,
      path: '/orders',
      ...(workload !== undefined && { workload }),
      ...(body !== undefined && { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
    });

  test('tells Lictor who calls', async () => {
    expect((await ask('checkout')).status).toBe(200);
    expect(jsonOf(await ask('intruder'))).toMatchObject({ reason: 'peer_untrusted' });
    expect(jsonOf(await ask())).toMatchObject({ reason: 'peer_missing' });
  });

  test('sends bodies', async () => {
    expect((await ask('checkout', '{"count": 3}')).status).toBe(200);
    expect(jsonOf(await ask('checkout', '{"count": 30}'))).toMatchObject({ reason: 'no_rule' });
  });

  test('denies while Lictor does not answer', async () => {
    await mesh.lictor().stop();
    const { status, headers } = await ask('checkout');
    expect(status).toBe(503);
    expect(headers).not.toHaveProperty('x-lictor-decision-id');
  });
});
