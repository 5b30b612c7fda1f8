import { join } from 'node:path';
import type { Certificates, Pair } from '../support/certificates.ts';
import { type Envoy, type EnvoyOptions, startEnvoy } from '../support/envoy.ts';
import type { ForwardedCertificates } from '../support/envoy-bootstrap.ts';
import { freePort } from '../support/ports.ts';

/** A proxy of a chain, with the workload whose certificate it has. */
interface ChainedProxy {
  readonly workload: string;
  readonly forwarded: ForwardedCertificates;
}

export interface ChainOptions {
  readonly folder: string;
  readonly certificates: Certificates;
  /** Address of the server that the last proxy asks. */
  readonly authz: string;
  /** In the order in which a request passes them. */
  readonly proxies: readonly ChainedProxy[];
}

/** Starts a chain of Envoys that speak mTLS with each other. Only the last one asks for decisions. Returns the first. */
export async function startChain(stack: AsyncDisposableStack, options: ChainOptions): Promise<Envoy> {
  const { folder, certificates, authz, proxies } = options;
  const ports = await Promise.all(proxies.map(() => freePort()));
  const envoys = await Promise.all(
    proxies.map(async ({ workload, forwarded }, at) => {
      const server = certificates.workloads.get(workload) ?? certificates.server;
      const next = ports[at + 1];
      const envoy = await startEnvoy({
        folder: join(folder, `${at}-${workload}`),
        certificates: { ...certificates, server },
        port: ports[at] ?? 0,
        upstreamPort: next ?? 1,
        authz,
        forwarded,
        ...(next === undefined ? {} : { adjust: (made) => passedOn(made, server, certificates.ca) }),
      });
      stack.defer(envoy.stop);
      return envoy;
    }),
  );
  const [first] = envoys;
  if (first === undefined) throw new Error('a chain has at least one proxy');
  return { ...first, certificates };
}

/** The parts of a configuration of Envoy that change. */
interface Configuration {
  readonly static_resources: {
    readonly listeners: readonly {
      readonly filter_chains: readonly {
        readonly filters: readonly { readonly typed_config: Manager }[];
      }[];
    }[];
    readonly clusters: { transport_socket?: unknown }[];
  };
}

interface Manager {
  http_filters: unknown[];
  route_config: unknown;
}

/** The configuration of a proxy that asks nobody, and passes requests on with its own certificate. */
function passedOn(
  made: Parameters<NonNullable<EnvoyOptions['adjust']>>[0],
  { cert, key }: Pair,
  ca: string,
): unknown {
  const configuration = structuredClone(made) as Configuration;
  const [listener] = configuration.static_resources.listeners;
  const manager = listener?.filter_chains[0]?.filters[0]?.typed_config;
  const service = configuration.static_resources.clusters[1];
  if (manager === undefined || service === undefined) throw new Error('deploy/envoy.yaml has changed');
  manager.http_filters = manager.http_filters.slice(1);
  const route = { match: { prefix: '/' }, route: { cluster: 'service' } };
  manager.route_config = {
    name: 'next',
    virtual_hosts: [{ name: 'next', domains: ['*'], routes: [route] }],
  };
  service.transport_socket = {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      common_tls_context: {
        tls_certificates: [
          { certificate_chain: { inline_string: cert }, private_key: { inline_string: key } },
        ],
        validation_context: { trusted_ca: { inline_string: ca } },
      },
    },
  };
  return configuration;
}
