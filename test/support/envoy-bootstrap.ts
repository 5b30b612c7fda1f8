import type { Pair } from './certificates.ts';

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
  /** Maximum number of body bytes in a check. */
  readonly maxBodyBytes: number;
  /** Timeout of a check in milliseconds; the request is denied after it. */
  readonly timeout: number;
  readonly failOpen: boolean;
  /** True: `raw_body` and `header_map` replace the text forms. */
  readonly rawHeaders: boolean;
  /** Port of an OTLP receiver over HTTP on loopback; no traces if undefined. */
  readonly otlpPort: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;
const API = 'type.googleapis.com/envoy.extensions';

/**
 * A typical bootstrap of a sidecar in front of a service: mutual TLS (a client certificate is optional but verified;
 * policies decide whether it is required), then ext_authz, then the service.
 */
export function bootstrap(options: Bootstrap): Json {
  const { otlpPort } = options;
  return {
    node: { id: 'demo', cluster: 'acme' },
    admin: { address: loopback(options.adminPort) },
    ...(otlpPort !== undefined && { layered_runtime: { layers: [SPANS_AT_ONCE] } }),
    static_resources: {
      listeners: [listener(options)],
      clusters: [
        cluster('service', loopback(options.upstreamPort), {}),
        cluster('lictor', addressOf(options.authz), { http2: true }),
        ...(otlpPort === undefined ? [] : [cluster('collector', loopback(otlpPort), {})]),
      ],
    },
  };
}

/** Without it Envoy exports its spans every five seconds or in batches of five. */
const SPANS_AT_ONCE: Json = {
  name: 'spans',
  static_layer: { 'tracing.opentelemetry.min_flush_spans': 1 },
};

function listener(options: Bootstrap): Json {
  return {
    name: 'mesh',
    address: loopback(options.port),
    filter_chains: [
      {
        transport_socket: downstreamTls(options),
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': `${API}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: 'mesh',
              ...strictness,
              access_log: [accessLog(options.accessLog)],
              ...tracing(options.otlpPort),
              http_filters: [
                { name: 'envoy.filters.http.ext_authz', typed_config: extAuthz(options) },
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': `${API}.filters.http.router.v3.Router` },
                },
              ],
              route_config: {
                virtual_hosts: [
                  {
                    name: 'all',
                    domains: ['*'],
                    routes: [{ match: { prefix: '/' }, route: { cluster: 'service' } }],
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  };
}

/**
 * The service gets the path that Lictor has evaluated: dot segments and repeated slashes are resolved here in
 * the same way. Encoded slashes are forwarded unchanged; Lictor denies them and records the attempt.
 */
const strictness: Json = {
  normalize_path: true,
  merge_slashes: true,
  path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
  common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST', idle_timeout: '60s' },
  use_remote_address: true,
  // Envoy replaces the caller's x-request-id by its own, which is in the response, the access log and the record.
  always_set_request_id_in_response: true,
  stream_idle_timeout: '30s',
  request_timeout: '30s',
};

function downstreamTls({ ca, server }: Bootstrap): Json {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${API}.transport_sockets.tls.v3.DownstreamTlsContext`,
      require_client_certificate: false,
      common_tls_context: {
        alpn_protocols: ['h2', 'http/1.1'],
        tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
        tls_certificates: [
          { certificate_chain: { inline_string: server.cert }, private_key: { inline_string: server.key } },
        ],
        validation_context: { trusted_ca: { inline_string: ca } },
      },
    },
  };
}

function extAuthz({ timeout, maxBodyBytes, failOpen, rawHeaders }: Bootstrap): Json {
  return {
    '@type': `${API}.filters.http.ext_authz.v3.ExtAuthz`,
    transport_api_version: 'V3',
    grpc_service: { envoy_grpc: { cluster_name: 'lictor' }, timeout: `${timeout / 1000}s` },
    failure_mode_allow: failOpen,
    status_on_error: { code: 'ServiceUnavailable' },
    include_peer_certificate: true,
    include_tls_session: true,
    validate_mutations: true,
    encode_raw_headers: rawHeaders,
    with_request_body: { max_request_bytes: maxBodyBytes, allow_partial_message: true, pack_as_bytes: true },
  };
}

/** One JSON object per line, flushed at once. Lictor's decision comes from the dynamic metadata. */
function accessLog(path: string): Json {
  const said = (name: string) => `%DYNAMIC_METADATA(envoy.filters.http.ext_authz:${name})%`;
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': `${API}.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: {
        json_format: {
          time: '%START_TIME%',
          request_id: '%REQ(X-REQUEST-ID)%',
          method: '%REQ(:METHOD)%',
          host: '%REQ(:AUTHORITY)%',
          path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
          status: '%RESPONSE_CODE%',
          details: '%RESPONSE_CODE_DETAILS%',
          flags: '%RESPONSE_FLAGS%',
          duration_ms: '%DURATION%',
          peer: '%DOWNSTREAM_PEER_URI_SAN%',
          decision: said('decision'),
          decision_id: said('decision_id'),
          reason: said('reason'),
          policy: said('policy'),
          rule: said('rule'),
          revision: said('revision'),
          principal: said('principal'),
        },
      },
    },
  };
}

function tracing(otlpPort: number | undefined): Json {
  if (otlpPort === undefined) return {};
  return {
    tracing: {
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
    },
  };
}

function cluster(name: string, address: Json, { http2 = false }: { readonly http2?: boolean }): Json {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...(http2 && {
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': `${API}.upstreams.http.v3.HttpProtocolOptions`,
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    }),
  };
}

function addressOf(authz: string): Json {
  if (authz.startsWith('unix:')) return { pipe: { path: authz.slice('unix:'.length) } };
  const [address, port] = [authz.slice(0, authz.lastIndexOf(':')), authz.slice(authz.lastIndexOf(':') + 1)];
  return { socket_address: { address, port_value: Number(port) } };
}

function loopback(port: number): Json {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
