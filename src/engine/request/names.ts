/**
 * Every name that an expression may read, with its CEL type and meaning: the table for the checker's environment, the
 * reference page and the tests. Names follow Envoy's attribute vocabulary where Envoy has one.
 * `max` is the maximum length of a value, in characters, that the cost estimate of an expression assumes: a body as
 * proxies buffer it, a token of 16 KiB, a host name with its port, a SPIFFE ID. Without `max` the estimate assumes the
 * limit for the headers of a request. The step limit of an evaluation bounds requests that exceed these values.
 */
export const NAMES = {
  'request.id': { type: 'string', doc: "Envoy's `x-request-id`", max: 128 },
  'request.method': { type: 'string', doc: 'the HTTP method, as sent', max: 32 },
  'request.path': { type: 'string', doc: 'the path as sent, with the query string' },
  'request.url_path': {
    type: 'string',
    doc: 'the canonical path, without the query string and without a trailing slash; empty for CONNECT',
  },
  'request.query': { type: 'string', doc: 'the raw query string, without `?`' },
  'request.host': {
    type: 'string',
    doc: 'the host as `match` compares it: in lower case, without port and trailing dot',
    max: 260,
  },
  'request.authority': { type: 'string', doc: 'the authority (`host` header), as sent', max: 260 },
  'request.scheme': {
    type: 'string',
    doc: '`http` or `https`; by HTTP/2 the caller names it, unless Envoy overwrites it',
    max: 32,
  },
  'request.protocol': { type: 'string', doc: 'such as `HTTP/1.1` or `HTTP/2`', max: 32 },
  'request.referer': { type: 'string', doc: 'the `referer` header, empty when absent' },
  'request.useragent': { type: 'string', doc: 'the `user-agent` header, empty when absent' },
  'request.headers': {
    type: 'map(string, string)',
    doc: 'headers by lower-case name; one that is read and not a list must be sent once',
  },
  'request.header_values': {
    type: 'map(string, list(string))',
    doc: 'all values of each header, in the order in which they were sent',
  },
  'request.query_params': { type: 'map(string, list(string))', doc: 'query parameters, decoded once' },
  'request.params': {
    type: 'map(string, string)',
    doc: 'the `{name}` segments of the path pattern that matched, decoded once',
  },
  'request.time': { type: 'timestamp', doc: 'the time at which Envoy received the request' },
  'request.size': {
    type: 'int',
    doc: 'body size in bytes: `content-length`, else what Envoy has received; -1 if more may follow',
  },
  'request.body': {
    type: 'dyn',
    doc: 'the body, parsed as JSON, or the message of a gRPC call by the descriptor set of the policy; an unreadable body is an error',
    max: 65_536,
  },
  'request.body_bytes': {
    type: 'bytes',
    doc: 'the body as sent; a missing, truncated or compressed body is an error',
    max: 65_536,
  },
  'source.address': { type: 'string', doc: "the peer's IP address", max: 64 },
  'source.port': { type: 'int', doc: "the peer's port, 0 if unknown" },
  'source.ip': { type: 'string', doc: "the peer's IP address", max: 64 },
  'source.principal': {
    type: 'string',
    doc: 'the identity of the peer of the connection, empty without a certificate; with a proxy in front, that of the proxy',
    max: 2048,
  },
  'source.service': {
    type: 'string',
    doc: "the peer's service name, empty if Envoy does not know it",
    max: 260,
  },
  'source.labels': { type: 'map(string, string)', doc: "the peer's labels" },
  'source.spiffe.trust_domain': {
    type: 'string',
    doc: 'trust domain of the SPIFFE ID of the peer, else empty',
    max: 255,
  },
  'source.spiffe.path': {
    type: 'string',
    doc: 'path of the SPIFFE ID, with its leading slash, else empty',
    max: 2048,
  },
  'source.spiffe.namespace': { type: 'string', doc: 'the segment after `/ns/`, else empty', max: 2048 },
  'source.spiffe.service_account': { type: 'string', doc: 'the segment after `/sa/`, else empty', max: 2048 },
  'source.certificate.subject': {
    type: 'string',
    doc: "subject of the peer's certificate (RFC 4514), empty when Envoy does not send it (`include_peer_certificate`)",
    max: 2048,
  },
  'source.certificate.issuer': { type: 'string', doc: 'its issuer (RFC 4514), else empty', max: 2048 },
  'source.certificate.serial': {
    type: 'string',
    doc: 'its serial number in lower-case hex, else empty',
    max: 64,
  },
  'source.certificate.not_before': {
    type: 'timestamp',
    doc: 'start of its validity; 1970 without a certificate',
  },
  'source.certificate.not_after': {
    type: 'timestamp',
    doc: 'end of its validity; 1970 without a certificate',
  },
  'source.certificate.uri_sans': { type: 'list(string)', doc: 'its URI names' },
  'source.certificate.dns_sans': { type: 'list(string)', doc: 'its DNS names' },
  'source.certificate.ip_sans': { type: 'list(string)', doc: 'its IP addresses' },
  'source.certificate.email_sans': { type: 'list(string)', doc: 'its e-mail addresses' },
  'source.certificate.key_usages': {
    type: 'list(string)',
    doc: 'its key usages (RFC 5280), such as `digitalSignature`; empty if it has none, which restricts nothing',
  },
  'source.certificate.extended_key_usages': {
    type: 'list(string)',
    doc: 'its extended key usages, such as `clientAuth`, others as dotted numbers; likewise',
  },
  'source.certificate.sha256': {
    type: 'string',
    doc: 'digest of its DER in lower-case hex, else empty',
    max: 64,
  },
  'source.xfcc': {
    type: 'list(map(string, dyn))',
    doc: 'the certificates of clients that trusted proxies report (`by`, `hash`, `subject`, `uri`, and the lists `dns` and `issuers`), the nearest last; empty without `serve --xfcc-trusted-hops`',
  },
  'caller.principal': {
    type: 'string',
    doc: 'the peer that `authenticate.mtls` or the principals of rules require, of the connection or as a trusted proxy reports it; empty if no policy that applies requires one',
    max: 2048,
  },
  'caller.spiffe.trust_domain': {
    type: 'string',
    doc: 'trust domain of the SPIFFE ID of the caller, else empty',
    max: 255,
  },
  'caller.spiffe.path': {
    type: 'string',
    doc: 'path of the SPIFFE ID of the caller, with its leading slash, else empty',
    max: 2048,
  },
  'caller.spiffe.namespace': { type: 'string', doc: 'its segment after `/ns/`, else empty', max: 2048 },
  'caller.spiffe.service_account': { type: 'string', doc: 'its segment after `/sa/`, else empty', max: 2048 },
  'caller.via': {
    type: 'string',
    doc: '`connection` for the peer of the connection, `xfcc` for a client that a trusted proxy reports, else empty',
    max: 16,
  },
  'destination.address': { type: 'string', doc: 'the IP address that received the request', max: 64 },
  'destination.port': { type: 'int', doc: 'the port that received the request' },
  'destination.ip': { type: 'string', doc: 'the IP address that received the request', max: 64 },
  'destination.principal': { type: 'string', doc: 'identity of the receiving proxy', max: 2048 },
  'destination.service': { type: 'string', doc: 'service name of the receiving proxy', max: 260 },
  'destination.labels': { type: 'map(string, string)', doc: 'labels of the receiving proxy' },
  'connection.requested_server_name': { type: 'string', doc: 'the TLS SNI', max: 260 },
  'connection.mtls': { type: 'bool', doc: 'true if the peer presented a certificate that Envoy verified' },
  'jwt.present': { type: 'bool', doc: 'true if a token was verified' },
  'jwt.issuer': {
    type: 'string',
    doc: 'the `iss` claim; for a token without one, the `issuer` of the Issuer',
    max: 12_288,
  },
  'jwt.tenant': {
    type: 'string',
    doc: 'the tenant in the place of `{tenant}` of the `issuer`; empty for an Issuer without tenants',
    max: 12_288,
  },
  'jwt.subject': { type: 'string', doc: 'the `sub` claim', max: 12_288 },
  'jwt.audiences': {
    type: 'list(string)',
    doc: "the issuer's `audienceClaim`, which is `aud` by default, as a list",
    max: 12_288,
  },
  'jwt.scopes': {
    type: 'list(string)',
    doc: "the issuer's `scopesClaim`, split at spaces when it is text",
    max: 12_288,
  },
  'jwt.roles': {
    type: 'list(string)',
    doc: "the roles at the issuer's `rolesPath`; empty when the token has none",
    max: 12_288,
  },
  'jwt.expires_at': { type: 'timestamp', doc: 'the `exp` claim' },
  'jwt.claims': { type: 'map(string, dyn)', doc: 'all claims', max: 12_288 },
  'jwt.header': { type: 'map(string, dyn)', doc: 'the protected header', max: 12_288 },
  context: { type: 'map(string, string)', doc: "the route's `context_extensions`" },
  metadata: { type: 'map(string, dyn)', doc: 'dynamic metadata by filter name' },
  route_metadata: { type: 'map(string, dyn)', doc: 'route metadata by filter name' },
  'policy.name': { type: 'string', doc: 'name of the policy that the expression is in', max: 256 },
  'policy.revision': { type: 'string', doc: 'the revision of the policy set that decides', max: 256 },
  now: { type: 'timestamp', doc: 'the time of the decision' },
} as const satisfies Record<string, { readonly type: string; readonly doc: string; readonly max?: number }>;
