/** A part of a configuration of Envoy. */
export type Part = Record<string, unknown>;
type Path = readonly (string | number)[];

/** A change of one configuration. */
export type Change = (configuration: Part) => void;

const MANAGER: Path = ['static_resources', 'listeners', 0, 'filter_chains', 0, 'filters', 0, 'typed_config'];
const FILTER: Path = [...MANAGER, 'http_filters', 0, 'typed_config'];
const SIDECAR: Path = ['static_resources', 'clusters', 0];
const PROTOCOL: Path = [
  ...SIDECAR,
  'typed_extension_protocol_options',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'explicit_http_config',
  'http2_protocol_options',
];

/** Sets or replaces fields of the ext_authz filter. */
export function filterFields(fields: Part): Change {
  return (configuration) => Object.assign(partAt(configuration, FILTER), fields);
}

/** Removes a field of the ext_authz filter. */
export function withoutFilterField(name: string): Change {
  return (configuration) => void delete partAt(configuration, FILTER)[name];
}

/** Sets options of HTTP/2 between Envoy and the sidecar. */
export function sidecarProtocol(options: Part): Change {
  return (configuration) => Object.assign(partAt(configuration, PROTOCOL), options);
}

/** Other filters in place of ext_authz. */
export function filtersInstead(filters: readonly Part[]): Change {
  return (configuration) => {
    const manager = partAt(configuration, MANAGER);
    const [, router] = manager['http_filters'] as readonly Part[];
    manager['http_filters'] = [...filters, router];
    const host = partAt(configuration, [...MANAGER, 'route_config', 'virtual_hosts', 0]);
    host['routes'] = [{ match: { prefix: '/' }, route: { cluster: 'service' } }];
  };
}

/** No access log, which costs as much as a filter. */
export const withoutAccessLog: Change = (configuration) => {
  partAt(configuration, MANAGER)['access_log'] = [];
};

function partAt(configuration: Part, path: Path): Part {
  let part: unknown = configuration;
  for (const step of path) part = (part as Record<string | number, unknown> | undefined)?.[step];
  if (typeof part !== 'object' || part === null)
    throw new Error(`deploy/envoy.yaml has no ${path.join('.')}`);
  return part as Part;
}
