import type { JsonValue } from '../../../engine/request/attributes.ts';
import { entriesOf, labelOf, listOf, member, textOf, textsOf } from '../json-reads.ts';
import { listShape, namedShape, textsShape } from '../shape.ts';

/** An operation of an OpenAPI document. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** With the base path of the server. */
  readonly path: string;
  /** Any of them must hold, each with all of its schemes; a requirement without schemes needs no credentials. */
  readonly security: readonly Requirement[];
  readonly isDeprecated: boolean;
}

/** Scopes by the name of their security scheme. */
export type Requirement = ReadonlyMap<string, readonly string[]>;

export interface SecurityScheme {
  readonly name: string;
  readonly kind: 'token' | 'mtls' | 'other';
  /** Type as written, for remarks. */
  readonly type: string;
  /** Issuer of the tokens, as far as the document tells. */
  readonly issuer: string;
  /** Remark on what the document does not tell. */
  readonly remark: string;
  /** True if the OpenID configuration of the issuer says where its keys are. */
  readonly isDiscovered: boolean;
}

export interface OpenApiDocument {
  readonly title: string;
  readonly hosts: readonly string[];
  readonly operations: readonly Operation[];
  readonly schemes: ReadonlyMap<string, SecurityScheme>;
  /** Paths that are written in another document. */
  readonly references: readonly string[];
}

/** A rule of the skeleton, with its operation. */
export interface OperationRule {
  readonly name: string;
  readonly operation: Operation;
  readonly path: string;
  /** The first requirement that Lictor can check; undefined if there is none, and the operation is denied. */
  readonly requirement: Requirement | undefined;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export function readOpenApi(document: JsonValue): OpenApiDocument {
  const servers = listOf(member(document, 'servers')).map((each) => serverOf(urlOf(each)));
  const [base] = [...new Set(servers.map(({ path }) => path))];
  const shared = requirementsOf(member(document, 'security')) ?? [new Map()];
  const operations = entriesOf(member(document, 'paths')).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = member(item, method);
      return operation === undefined
        ? []
        : [operationOf(operation, method, joined(base ?? '', path), shared)];
    }),
  );
  const schemes = entriesOf(member(member(document, 'components'), 'securitySchemes'));
  return {
    title: textOf(member(member(document, 'info'), 'title')) || 'api',
    hosts: [...new Set(servers.map(({ host }) => host).filter((host) => host !== ''))],
    operations,
    references: entriesOf(member(document, 'paths')).flatMap(([path, item]) =>
      member(item, '$ref') === undefined ? [] : [path],
    ),
    schemes: new Map(schemes.map(([name, scheme]) => [name, schemeOf(name, scheme)])),
  };
}

/** The address of a server with the defaults of its variables. */
function urlOf(server: JsonValue): string {
  const variables = member(server, 'variables');
  return textOf(member(server, 'url')).replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => {
    return textOf(member(member(variables, name), 'default')) || whole;
  });
}

/** Host and base path of the address of a server, which can be relative and have variables. */
function serverOf(url: string): { readonly host: string; readonly path: string } {
  const [, host = '', path = ''] = /^(?:[a-z{}]+:\/\/([^/:]*)(?::[^/]*)?)?(.*)$/i.exec(url) ?? [];
  const base = path.replace(/[?#].*$/, '').replace(/\/$/, '');
  return { host: host.includes('{') ? '' : host.toLowerCase(), path: base };
}

/**
 * The path below a base path, with a slash at its start and none at its end. Segments of dots are resolved as clients do
 * (RFC 3986, section 5.2.4): no request that is decided has one.
 */
function joined(base: string, path: string): string {
  const resolved: string[] = [];
  for (const segment of `${base}/${path}`.split('/')) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.' && segment !== '') resolved.push(segment);
  }
  return `/${resolved.join('/')}`;
}

function operationOf(
  operation: JsonValue,
  method: string,
  path: string,
  shared: readonly Requirement[],
): Operation {
  return {
    name: labelOf(
      textOf(member(operation, 'operationId')).replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2') ||
        `${method} ${path}`,
      method,
    ),
    method: method.toUpperCase(),
    path,
    security: requirementsOf(member(operation, 'security')) ?? shared,
    isDeprecated: member(operation, 'deprecated') === true,
  };
}

const SECURITY = listShape(namedShape(textsShape));

/** The first `security` that OpenAPI does not accept, as a sentence about the file. */
export function problemOfSecurity(document: JsonValue): string | undefined {
  const operations = entriesOf(member(document, 'paths')).flatMap(([path, item]) =>
    METHODS.map((method) => [`${method.toUpperCase()} ${path}`, member(item, method)] as const),
  );
  for (const [whose, part] of [['the document', document] as const, ...operations]) {
    const security = member(part, 'security');
    const problem = security === undefined ? undefined : SECURITY(security, 'security');
    if (problem !== undefined) return `has security of \`${whose}\` that OpenAPI does not accept: ${problem}`;
  }
  return undefined;
}

/** Requirements of `security`; undefined if it is not written. An empty list removes those of the document. */
function requirementsOf(security: JsonValue | undefined): readonly Requirement[] | undefined {
  if (security === undefined) return undefined;
  const all = listOf(security).map(
    (each) => new Map(entriesOf(each).map(([name, scopes]) => [name, textsOf(scopes)])),
  );
  return all.length === 0 ? [new Map()] : all;
}

function schemeOf(name: string, scheme: JsonValue): SecurityScheme {
  const type = textOf(member(scheme, 'type'));
  const is = (
    kind: SecurityScheme['kind'],
    issuer = '',
    remark = '',
    isDiscovered = false,
  ): SecurityScheme => ({
    name,
    kind,
    type,
    issuer,
    remark,
    isDiscovered,
  });
  switch (type) {
    case 'openIdConnect': {
      const url = textOf(member(scheme, 'openIdConnectUrl'));
      const issuer = url.replace(/\/?\.well-known\/.*$/, '');
      return isDiscovered(url) ? is('token', issuer, EXACT, true) : is('token', issuer, KEYS);
    }
    case 'oauth2':
      return is('token', originOf(flowUrl(scheme)), `${ISSUER} ${KEYS}`);
    case 'http':
      return textOf(member(scheme, 'scheme')).toLowerCase() === 'bearer'
        ? is('token', '', `${ISSUER} ${KEYS}`)
        : is('other');
    case 'mutualTLS':
      return is('mtls');
    default:
      return is('other');
  }
}

/** True for the URL of an OpenID configuration, which Lictor can find the keys by. */
function isDiscovered(url: string): boolean {
  return url.startsWith('https://') && /^[^?#]*\/\.well-known\/openid-configuration$/.test(url);
}

const EXACT = 'Check whether `issuer` has a slash at its end: it is compared with the claim `iss`.';
const KEYS = 'The document does not name the key set: check `jwksUri`.';
const ISSUER =
  'The document does not name the issuer: check `issuer`, which is compared with the claim `iss`.';

/** The first address of the flows of OAuth. */
function flowUrl(scheme: JsonValue): string {
  const urls = entriesOf(member(scheme, 'flows')).flatMap(([, flow]) => [
    textOf(member(flow, 'tokenUrl')),
    textOf(member(flow, 'authorizationUrl')),
  ]);
  return urls.find((url) => url !== '') ?? '';
}

function originOf(url: string): string {
  return /^https:\/\/[^/]+/.exec(url)?.[0] ?? '';
}
