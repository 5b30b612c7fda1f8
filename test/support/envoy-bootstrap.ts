import { readFileSync } from 'node:fs';
import { isSeq, parseDocument } from 'yaml';
import type { Pair } from './certificates.ts';
import { ROOT } from './tools.ts';

/** Settings of the proxy; defaults are in `startEnvoy`. */
export interface Bootstrap {
  readonly port: number;
  readonly adminPort: number;
  /** PEM of the authority that signs the callers' certificates. */
  readonly ca: string;
  readonly server: Pair;
  readonly upstreamPort: number;
  /** Address of Lictor: `unix:PATH` or `HOST:PORT`. */
  readonly authz: string;
  readonly accessLog: string;
  /** Hosts that Envoy serves. */
  readonly domains: readonly string[];
  /** True: CONNECT is tunnelled to the service. */
  readonly connect: boolean;
  /** Maximum number of body bytes in a check. */
  readonly maxBodyBytes: number;
  /** True: a longer body arrives cut. False: Envoy answers 413. */
  readonly partialBodies: boolean;
  /** True: Envoy sends bodies as bytes; false: as text. */
  readonly packAsBytes: boolean;
  /** Timeout of a check in milliseconds; the request is denied after it. */
  readonly timeout: number;
  readonly failOpen: boolean;
  /** True: `header_map` with every value replaces `headers` with joined values. */
  readonly rawHeaders: boolean;
  /** True: Envoy refuses names with underscores and removes override headers, as the file says. */
  readonly strictHeaders: boolean;
  /** Number of proxies in front whose entries in `x-forwarded-for` Envoy believes. */
  readonly xffTrustedHops: number;
  /** True: each connection begins with the address of the caller, by the PROXY protocol. */
  readonly proxyProtocol: boolean;
  /** Treatment of `x-forwarded-client-cert` by the proxy; undefined: it removes the header, as Envoy does by default. */
  readonly forwarded: ForwardedCertificates | undefined;
  /** False: no session tickets. A ticket holds the certificate of the caller, and callers accept small ones only. */
  readonly sessionTickets: boolean;
  /** Port of an OTLP receiver over HTTP on loopback; no traces if undefined. */
  readonly otlpPort: number | undefined;
}

/** The fields `forward_client_cert_details` and `set_current_client_cert_details` of the connection manager. */
export interface ForwardedCertificates {
  readonly mode: 'SANITIZE_SET' | 'APPEND_FORWARD' | 'FORWARD_ONLY';
  readonly details?: Readonly<Record<string, unknown>>;
}

type Path = readonly (string | number)[];
type Json = Readonly<Record<string, unknown>>;

const LISTENER = ['static_resources', 'listeners', 0] as const;
const TLS = [
  ...LISTENER,
  'filter_chains',
  0,
  'transport_socket',
  'typed_config',
  'common_tls_context',
] as const;
const MANAGER = [...LISTENER, 'filter_chains', 0, 'filters', 0, 'typed_config'] as const;
const EXT_AUTHZ = [...MANAGER, 'http_filters', 0, 'typed_config'] as const;
const HOST = [...MANAGER, 'route_config', 'virtual_hosts', 0] as const;
const ACCESS_LOG = [...MANAGER, 'access_log', 0] as const;
const BODY = [...EXT_AUTHZ, 'with_request_body'] as const;

/** The configuration that users copy, `deploy/envoy.yaml`, with the addresses, certificates and hosts of a test. */
export function bootstrap(options: Bootstrap): unknown {
  const document = parseDocument(readFileSync(new URL('deploy/envoy.yaml', ROOT), 'utf8'));

  /** Adds a field that the file does not have. */
  function add(path: Path, value: unknown): void {
    document.setIn(path, document.createNode(value));
  }
  /** Replaces a field of the file. */
  function change(path: Path, value: unknown): void {
    if (!document.hasIn(path)) throw new Error(`deploy/envoy.yaml has no ${path.join('.')}`);
    add(path, value);
  }

  change(['admin', 'address'], loopback(options.adminPort));
  change([...LISTENER, 'address'], loopback(options.port));
  change([...TLS, 'tls_certificates', 0, 'certificate_chain'], { inline_string: options.server.cert });
  change([...TLS, 'tls_certificates', 0, 'private_key'], { inline_string: options.server.key });
  change([...TLS, 'validation_context', 'trusted_ca'], { inline_string: options.ca });
  change([...HOST, 'domains'], options.domains);
  change([...BODY, 'max_request_bytes'], options.maxBodyBytes);
  change([...BODY, 'allow_partial_message'], options.partialBodies);
  change([...BODY, 'pack_as_bytes'], options.packAsBytes);
  change([...EXT_AUTHZ, 'grpc_service', 'timeout'], `${options.timeout / 1000}s`);
  change([...EXT_AUTHZ, 'failure_mode_allow'], options.failOpen);
  change([...EXT_AUTHZ, 'encode_raw_headers'], options.rawHeaders);
  if (!options.strictHeaders) {
    change([...MANAGER, 'common_http_protocol_options', 'headers_with_underscores_action'], 'ALLOW');
    change([...MANAGER, 'early_header_mutation_extensions'], []);
  }
  change([...ACCESS_LOG, 'name'], 'envoy.access_loggers.file');
  change(
    [...ACCESS_LOG, 'typed_config', '@type'],
    'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
  );
  add([...ACCESS_LOG, 'typed_config', 'path'], options.accessLog);

  add([...MANAGER, 'xff_num_trusted_hops'], options.xffTrustedHops);
  if (options.proxyProtocol) add([...LISTENER, 'listener_filters'], [PROXY_PROTOCOL]);

  if (options.forwarded !== undefined) {
    add([...MANAGER, 'forward_client_cert_details'], options.forwarded.mode);
    add([...MANAGER, 'set_current_client_cert_details'], options.forwarded.details ?? {});
  }
  if (!options.sessionTickets) add([...TLS.slice(0, -1), 'disable_stateless_session_resumption'], true);

  if (options.connect) {
    add([...MANAGER, 'upgrade_configs'], [{ upgrade_type: 'CONNECT' }]);
    add([...MANAGER, 'http2_protocol_options'], { allow_connect: true });
    const routes = document.getIn([...HOST, 'routes']);
    if (!isSeq(routes)) throw new Error('deploy/envoy.yaml has no routes');
    routes.items.unshift(document.createNode(CONNECT_ROUTE));
  }

  const addresses = [
    addressOf(options.authz),
    loopback(options.upstreamPort),
    loopback(options.upstreamPort),
  ];
  for (const [index, address] of addresses.entries()) {
    const endpoint = ['load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint', 'address'] as const;
    change(['static_resources', 'clusters', index, ...endpoint], address);
    // A process that has just started may be slow on a busy machine.
    change(['static_resources', 'clusters', index, 'connect_timeout'], '1s');
  }
  if (options.otlpPort !== undefined) {
    add(['node'], { id: 'demo', cluster: 'acme' });
    add(['layered_runtime'], { layers: [SPANS_AT_ONCE] });
    add([...MANAGER, 'tracing'], tracing(options.otlpPort));
    document.addIn(['static_resources', 'clusters'], document.createNode(collector(options.otlpPort)));
  }
  return document.toJS();
}

const PROXY_PROTOCOL: Json = {
  name: 'envoy.filters.listener.proxy_protocol',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  },
};

/** CONNECT has no path, so no prefix matches it. */
const CONNECT_ROUTE: Json = {
  match: { connect_matcher: {} },
  route: { cluster: 'service', upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] },
  typed_per_filter_config: {
    'envoy.filters.http.ext_authz': {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute',
      check_settings: { disable_request_body_buffering: true },
    },
  },
};

/** Without it Envoy exports its spans every five seconds or in batches of five. */
const SPANS_AT_ONCE: Json = {
  name: 'spans',
  static_layer: { 'tracing.opentelemetry.min_flush_spans': 1 },
};

function tracing(otlpPort: number): Json {
  return {
    random_sampling: { value: 100 },
    provider: {
      name: 'envoy.tracers.opentelemetry',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
        service_name: 'envoy',
        http_service: {
          http_uri: { uri: `http://127.0.0.1:${otlpPort}/v1/traces`, cluster: 'collector', timeout: '1s' },
        },
      },
    },
  };
}

function collector(otlpPort: number): Json {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: loopback(otlpPort) } }] }];
  const load_assignment = { cluster_name: 'collector', endpoints };
  return { name: 'collector', type: 'STATIC', connect_timeout: '1s', load_assignment };
}

function addressOf(authz: string): Json {
  if (authz.startsWith('unix:')) return { pipe: { path: authz.slice('unix:'.length) } };
  const [address, port] = [authz.slice(0, authz.lastIndexOf(':')), authz.slice(authz.lastIndexOf(':') + 1)];
  return { socket_address: { address, port_value: Number(port) } };
}

function loopback(port: number): Json {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
