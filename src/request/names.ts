/**
 * Every name that an expression may read, with its CEL type and meaning: the one table behind the checker's
 * environment, the reference page and the tests. Names follow Envoy's attribute vocabulary where it has one.
 * `max` is how many characters a value is taken to have at most when the cost of an expression is estimated: a body
 * as proxies buffer it, a token of 16 KiB, a host name with its port, a SPIFFE ID. Everything else is bounded by the
 * headers of a request. A request that goes beyond it is bounded by the steps of an evaluation.
 */
export const NAMES = {
  'request.id': { type: 'string', doc: "Envoy's `x-request-id`", max: 128 },
  'request.method': { type: 'string', doc: 'the HTTP method, as sent', max: 32 },
  'request.path': { type: 'string', doc: 'the path as sent, with the query string' },
  'request.url_path': {
    type: 'string',
    doc: 'the canonical path, without the query string and without a slash at its end',
  },
  'request.query': { type: 'string', doc: 'the raw query string, without `?`' },
  'request.host': { type: 'string', doc: 'the authority, as sent', max: 260 },
  'request.scheme': { type: 'string', doc: '`http` or `https`', max: 32 },
  'request.protocol': { type: 'string', doc: 'such as `HTTP/1.1` or `HTTP/2`', max: 32 },
  'request.referer': { type: 'string', doc: 'the `referer` header, empty when absent' },
  'request.useragent': { type: 'string', doc: 'the `user-agent` header, empty when absent' },
  'request.headers': { type: 'map(string, string)', doc: 'headers by lower-case name' },
  'request.query_params': { type: 'map(string, list(string))', doc: 'query parameters, decoded once' },
  'request.params': {
    type: 'map(string, string)',
    doc: 'the `{name}` segments of the path pattern that matched, decoded once',
  },
  'request.time': { type: 'timestamp', doc: 'when Envoy received the request' },
  'request.size': { type: 'int', doc: 'body size in bytes, -1 unknown' },
  'request.body': {
    type: 'dyn',
    doc: 'the body, parsed as JSON; an unreadable body is an error',
    max: 65_536,
  },
  'request.body_bytes': { type: 'bytes', doc: 'the body as sent', max: 65_536 },
  'source.address': { type: 'string', doc: "the peer's IP address", max: 64 },
  'source.port': { type: 'int', doc: "the peer's port, 0 unknown" },
  'source.ip': { type: 'string', doc: "the peer's IP address", max: 64 },
  'source.principal': {
    type: 'string',
    doc: 'the authenticated peer identity, empty without a certificate',
    max: 2048,
  },
  'source.service': { type: 'string', doc: "the peer's service name, when Envoy knows it", max: 260 },
  'source.labels': { type: 'map(string, string)', doc: "the peer's labels" },
  'source.spiffe.trust_domain': {
    type: 'string',
    doc: 'trust domain of the SPIFFE ID, else empty',
    max: 255,
  },
  'source.spiffe.path': {
    type: 'string',
    doc: 'path of the SPIFFE ID, with its leading slash, else empty',
    max: 2048,
  },
  'source.spiffe.namespace': { type: 'string', doc: 'the segment after `/ns/`, else empty', max: 2048 },
  'source.spiffe.service_account': { type: 'string', doc: 'the segment after `/sa/`, else empty', max: 2048 },
  'destination.address': { type: 'string', doc: 'the IP address that received the request', max: 64 },
  'destination.port': { type: 'int', doc: 'the port that received the request' },
  'destination.ip': { type: 'string', doc: 'the IP address that received the request', max: 64 },
  'destination.principal': { type: 'string', doc: 'identity of the receiving proxy', max: 2048 },
  'destination.service': { type: 'string', doc: 'service name of the receiving proxy', max: 260 },
  'destination.labels': { type: 'map(string, string)', doc: 'labels of the receiving proxy' },
  'connection.requested_server_name': { type: 'string', doc: 'the TLS SNI', max: 260 },
  'connection.mtls': { type: 'bool', doc: 'whether the peer presented a certificate that Envoy verified' },
  'jwt.present': { type: 'bool', doc: 'whether a token was verified' },
  'jwt.issuer': { type: 'string', doc: 'the `iss` claim', max: 12_288 },
  'jwt.subject': { type: 'string', doc: 'the `sub` claim', max: 12_288 },
  'jwt.audiences': { type: 'list(string)', doc: 'the `aud` claim, as a list', max: 12_288 },
  'jwt.scopes': {
    type: 'list(string)',
    doc: "the issuer's `scopesClaim`, split at spaces when it is text",
    max: 12_288,
  },
  'jwt.expires_at': { type: 'timestamp', doc: 'the `exp` claim' },
  'jwt.claims': { type: 'map(string, dyn)', doc: 'all claims', max: 12_288 },
  'jwt.header': { type: 'map(string, dyn)', doc: 'the protected header', max: 12_288 },
  context: { type: 'map(string, string)', doc: "the route's `context_extensions`" },
  metadata: { type: 'map(string, dyn)', doc: 'dynamic metadata by filter name' },
  route_metadata: { type: 'map(string, dyn)', doc: 'route metadata by filter name' },
  'policy.name': { type: 'string', doc: 'name of the policy that holds the expression', max: 256 },
  'policy.revision': { type: 'string', doc: 'the revision that decides', max: 256 },
  now: { type: 'timestamp', doc: "the decision's clock" },
} as const satisfies Record<string, { readonly type: string; readonly doc: string; readonly max?: number }>;
