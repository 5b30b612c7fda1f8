/** One place of a request that an expression can read, with the part of it, such as the name of a header. */
export type Field = {
  readonly [Kind in FieldKind]: { readonly kind: Kind; readonly path: readonly string[] };
}[FieldKind];

/** Kinds of places, in the order in which they are filled. `route` is a part of host, method or path. */
const FIELD_KINDS = [
  'principal',
  'via',
  'issuer',
  'claim',
  'scopes',
  'roles',
  'audiences',
  'header',
  'query',
  'param',
  'body',
  'address',
  'port',
  'size',
  'scheme',
  'protocol',
  'server_name',
  'destination',
  'context',
  'metadata',
  'route_metadata',
  'now',
  'host',
  'path',
  'method',
] as const;

type FieldKind = (typeof FIELD_KINDS)[number];

/** Declared names of expressions, by the place from which they come; what is not here has no place of its own. */
const NAMES: Readonly<Record<string, FieldKind>> = {
  'request.method': 'method',
  'request.path': 'path',
  'request.url_path': 'path',
  'request.host': 'host',
  'request.authority': 'host',
  'request.scheme': 'scheme',
  'request.protocol': 'protocol',
  'request.headers': 'header',
  'request.header_values': 'header',
  'request.query_params': 'query',
  'request.params': 'param',
  'request.size': 'size',
  'request.body': 'body',
  'source.address': 'address',
  'source.ip': 'address',
  'source.port': 'port',
  'source.principal': 'principal',
  'source.spiffe': 'principal',
  'caller.principal': 'principal',
  'caller.spiffe': 'principal',
  'destination.address': 'destination',
  'destination.ip': 'destination',
  'destination.port': 'destination',
  'destination.principal': 'destination',
  'destination.service': 'destination',
  'connection.requested_server_name': 'server_name',
  'jwt.claims': 'claim',
  'jwt.scopes': 'scopes',
  'jwt.roles': 'roles',
  'jwt.audiences': 'audiences',
  context: 'context',
  metadata: 'metadata',
  route_metadata: 'route_metadata',
  now: 'now',
  'request.time': 'now',
};

/** Names that are one member of another place. */
const MEMBERS: Readonly<Record<string, Field>> = {
  'request.referer': { kind: 'header', path: ['referer'] },
  'request.useragent': { kind: 'header', path: ['user-agent'] },
  'jwt.subject': { kind: 'claim', path: ['sub'] },
  'jwt.issuer': { kind: 'claim', path: ['iss'] },
};

/** Places of which a member must be named. */
const NEEDS_KEY: ReadonlySet<FieldKind> = new Set(['header', 'query', 'param', 'claim', 'context']);

/** The place that a dotted name with its keys reads; undefined if it has none, or reads a whole map. */
export function fieldOf(segments: readonly string[]): Field | undefined {
  for (let length = Math.min(2, segments.length); length > 0; length -= 1) {
    const name = segments.slice(0, length).join('.');
    const member = MEMBERS[name];
    if (member !== undefined) return member;
    const kind = NAMES[name];
    if (kind === undefined) continue;
    const keys = kind === 'destination' ? [segments[1] ?? ''] : segments.slice(length);
    const path = keysOf(kind, keys);
    return NEEDS_KEY.has(kind) && path.length === 0 ? undefined : { kind, path };
  }
  return undefined;
}

function keysOf(kind: FieldKind, keys: readonly string[]): readonly string[] {
  switch (kind) {
    case 'header':
    case 'query':
    case 'param':
    case 'context':
      return keys.slice(0, 1);
    case 'claim':
    case 'body':
    case 'metadata':
    case 'route_metadata':
    case 'destination':
      return keys;
    default:
      // The parts of a SPIFFE ID are in the principal.
      return kind === 'principal' && keys.length > 0 ? keys : [];
  }
}

export function keyOf({ kind, path }: Field): string {
  return [kind, ...path].join('\0');
}
