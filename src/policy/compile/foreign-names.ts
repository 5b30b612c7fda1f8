import type { Advice } from '../../diagnostic/advice.ts';
import type { Range } from '../../diagnostic/range.ts';

/** Names of other products, dotted, with the name of this language. The longest that fits counts. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  // Open Policy Agent, with and without its plugin for Envoy.
  ['input.request', 'request'],
  ['input.attributes.request.http', 'request'],
  ['input.attributes.request.http.path', 'request.path'],
  ['input.attributes.request.time', 'request.time'],
  ['input.attributes.source', 'source'],
  ['input.attributes.destination', 'destination'],
  ['input.attributes.contextExtensions', 'context'],
  ['input.attributes.metadataContext.filterMetadata', 'metadata'],
  ['input.parsed_body', 'request.body'],
  ['input.parsed_query', 'request.query_params'],
  ['input.token', 'jwt'],
  ['input.token.payload', 'jwt.claims'],
  ['input.token.claims', 'jwt.claims'],
  ['input.claims', 'jwt.claims'],
  ['input.jwt', 'jwt'],
  ['input.user', 'jwt.subject'],
  ['input.user.roles', 'jwt.claims.roles'],
  ['input.subject', 'jwt.subject'],
  ['input.action', 'request.method'],
  ['input.principal', 'caller.principal'],
  ['attributes.request.http', 'request'],
  ['http_request', 'request'],
  ['token.payload', 'jwt.claims'],
  ['token.claims', 'jwt.claims'],
  ['token', 'jwt.claims'],
  ['claims', 'jwt.claims'],
  ['payload', 'jwt.claims'],
  // Istio.
  ['request.auth', 'jwt'],
  ['request.auth.principal', 'jwt.subject'],
  ['request.auth.presenter', 'jwt.claims.azp'],
  ['source.namespace', 'source.spiffe.namespace'],
  ['source.serviceAccount', 'source.spiffe.service_account'],
  ['source.service_account', 'source.spiffe.service_account'],
  ['remote.ip', 'source.ip'],
  ['connection.sni', 'connection.requested_server_name'],
  // Kubernetes.
  ['request.userInfo', 'jwt.claims'],
  ['request.userInfo.username', 'jwt.subject'],
  ['request.userInfo.groups', 'jwt.claims.groups'],
  ['request.verb', 'request.method'],
  ['request.operation', 'request.method'],
  // Cedar and Cerbos.
  ['principal', 'caller.principal'],
  ['principal.id', 'caller.principal'],
  ['principal.attr', 'jwt.claims'],
  ['principal.roles', 'jwt.claims.roles'],
  ['request.principal', 'caller.principal'],
  ['request.principal.id', 'caller.principal'],
  ['request.principal.attr', 'jwt.claims'],
  ['request.principal.roles', 'jwt.claims.roles'],
  ['request.auxData.jwt', 'jwt.claims'],
  ['request.aux_data.jwt', 'jwt.claims'],
  ['P.attr', 'jwt.claims'],
  ['P.id', 'caller.principal'],
  ['P.roles', 'jwt.claims.roles'],
  ['action', 'request.method'],
  // Envoy, proxies and web frameworks.
  ['req', 'request'],
  ['http.request', 'request'],
  ['request.http', 'request'],
  ['request.url.path', 'request.url_path'],
  ['request.url', 'request.path'],
  ['request.uri', 'request.path'],
  ['request.uri.path', 'request.url_path'],
  ['request.hostname', 'request.host'],
  ['request.header', 'request.headers'],
  ['request.user_agent', 'request.useragent'],
  ['request.timestamp', 'request.time'],
  ['request.params_map', 'request.params'],
  ['request.path_params', 'request.params'],
  ['request.pathParams', 'request.params'],
  ['request.path_parameters', 'request.params'],
  ['request.parameters', 'request.params'],
  ['request.args', 'request.query_params'],
  ['request.queryParams', 'request.query_params'],
  ['request.query_string', 'request.query'],
  ['request.json', 'request.body'],
  ['request.payload', 'request.body'],
  ['request.content', 'request.body'],
  ['request.content_length', 'request.size'],
  ['request.token', 'jwt'],
  ['request.jwt', 'jwt'],
  ['request.claims', 'jwt.claims'],
  ['request.scopes', 'jwt.scopes'],
  ['request.user', 'jwt.subject'],
  ['request.remote_addr', 'source.ip'],
  ['request.remoteAddr', 'source.ip'],
  ['request.remote_ip', 'source.ip'],
  ['request.client_ip', 'source.ip'],
  ['request.remoteIp', 'source.ip'],
  ['remote_ip', 'source.ip'],
  ['remoteIp', 'source.ip'],
  ['client_ip', 'source.ip'],
  ['client.ip', 'source.ip'],
  ['client.address', 'source.address'],
  ['client.principal', 'caller.principal'],
  ['client.id', 'caller.principal'],
  ['client', 'caller'],
  ['peer', 'caller'],
  ['user', 'jwt.claims'],
  ['user.id', 'jwt.subject'],
  ['user.name', 'jwt.subject'],
  ['user.sub', 'jwt.subject'],
  ['subject', 'jwt.subject'],
  ['sub', 'jwt.subject'],
  ['roles', 'jwt.claims.roles'],
  ['groups', 'jwt.claims.groups'],
  ['role', 'jwt.claims.role'],
  ['scope', 'jwt.scopes'],
  // Of the token and the caller.
  ['jwt.sub', 'jwt.subject'],
  ['jwt.iss', 'jwt.issuer'],
  ['jwt.aud', 'jwt.audiences'],
  ['jwt.audience', 'jwt.audiences'],
  ['jwt.scope', 'jwt.scopes'],
  ['jwt.scp', 'jwt.scopes'],
  ['jwt.role', 'jwt.roles'],
  ['jwt.exp', 'jwt.expires_at'],
  ['jwt.payload', 'jwt.claims'],
  ['jwt.body', 'jwt.claims'],
  ['jwt.kid', 'jwt.header.kid'],
  ['jwt.alg', 'jwt.header.alg'],
  ['caller.id', 'caller.principal'],
  ['caller.name', 'caller.principal'],
  ['caller.identity', 'caller.principal'],
  ['caller.claims', 'jwt.claims'],
  ['caller.roles', 'jwt.claims.roles'],
  ['caller.scopes', 'jwt.scopes'],
  ['caller.jwt', 'jwt'],
  ['caller.ip', 'source.ip'],
  ['caller.namespace', 'caller.spiffe.namespace'],
  ['caller.service_account', 'caller.spiffe.service_account'],
  ['caller.trust_domain', 'caller.spiffe.trust_domain'],
  ['source.identity', 'source.principal'],
  ['source.id', 'source.principal'],
  ['source.trust_domain', 'source.spiffe.trust_domain'],
]);

const ADMISSION =
  'these are not policies of Kubernetes admission: the request is `request`, such as `request.method`, and its body is `request.body`';
const SEGMENTS =
  'read the path as `request.url_path`, or name a segment in `paths` as `{name}` and read `request.params.name`';
const RESOURCE =
  'a policy knows no resources: read the path as `request.url_path`, a `{name}` segment as `request.params.name`, the body as `request.body`';

/** Names of other products without one name here, with help. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['object', ADMISSION],
  ['oldObject', ADMISSION],
  ['namespaceObject', ADMISSION],
  ['authorizer', ADMISSION],
  ['request.object', ADMISSION],
  ['input.review', ADMISSION],
  ['input.parsed_path', SEGMENTS],
  ['resource', RESOURCE],
  ['request.resource', RESOURCE],
  ['R', RESOURCE],
  ['input.resource', RESOURCE],
  ['input', 'the request is `request`, the token `jwt`, the peer `caller`; there is no `input`'],
  [
    'request.cookies',
    "read the cookies of `request.headers['cookie']`; a token in a cookie is verified by `from` of its Issuer",
  ],
  ['headers', 'read `request.headers`'],
]);

/**
 * Help for an unknown name by its meaning in another product. `at` is the unknown name or field in the source, and
 * `isDeclared` tells whether a dotted name, or the beginning of one, exists. Undefined if the meaning is not known.
 */
export function foreignNameHelp(
  source: string,
  at: Range,
  isDeclared: (name: string) => boolean,
): Advice | undefined {
  const [before = ''] = /(?:[A-Za-z_]\w*\.\??)*$/.exec(source.slice(0, at.start)) ?? [];
  const start = at.start - before.length;
  // A method is not part of the name.
  const [chain = ''] = /^[A-Za-z_]\w*(?:\.\??[A-Za-z_]\w*(?![\w(]))*/.exec(source.slice(start)) ?? [];
  const segments = chain.replaceAll('?', '').split('.');
  for (let length = segments.length; length > 0; length--) {
    const prefix = segments.slice(0, length).join('.');
    const rest = segments.slice(length);
    const meant = MEANINGS.get(prefix) ?? ownName(prefix, rest, isDeclared);
    if (meant !== undefined) return renamed(start, chain, length, meant);
    const elsewhere = ELSEWHERE.get(prefix);
    if (elsewhere !== undefined) return { help: elsewhere };
  }
  return undefined;
}

/** The name below a root of another product that has none here: `input.method`, `ctx.request.method`. */
function ownName(
  prefix: string,
  [first]: readonly string[],
  isDeclared: (name: string) => boolean,
): string | undefined {
  if (prefix !== 'input' || first === undefined) return undefined;
  return isDeclared(`request.${first}`) ? 'request' : undefined;
}

/** Help with the whole name, and the edit of its part before `length` segments. */
function renamed(start: number, chain: string, length: number, meant: string): Advice {
  const end = endOf(chain, length);
  return {
    help: `did you mean \`${meant}${chain.slice(end)}\`?`,
    edit: { start, end: start + end, text: meant },
  };
}

/** Offset of the end of a segment of a chain. */
function endOf(chain: string, length: number): number {
  let end = -1;
  for (let segment = 0; segment < length; segment++) {
    const next = chain.indexOf('.', end + 1);
    end = next === -1 ? chain.length : next;
  }
  return end;
}
