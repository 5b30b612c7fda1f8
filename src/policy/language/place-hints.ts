import type { Advice } from '../../diagnostic/advice.ts';
import type { Cursor } from '../yaml/tree.ts';
import { besideFromHelp, inline, inMatchHelp, instead } from './caller-hints.ts';
import type { UnknownFieldHelp, WrittenField } from './fields.ts';

/** Help for fields of other products, and of other parts of this language, by the part in which they are written. */

const HEADER_HELP = "compare a header by `when: request.headers[?'x-tenant'] == optional.of('acme')`";
const PARAMETER_HELP = "compare a parameter by `when: request.query_params[?'page'] == optional.of('2')`";
const PORT_HELP = 'compare the port by `when: destination.port == 8443`';
const REGEX_HELP =
  "paths are compared segment by segment: write `/orders/{id}` in `paths`, and `when: request.params.id.matches('^[0-9]+$')`";

/** Fields of Envoy's route match, of Istio and of Kubernetes, in an entry of `match`. */
const OF_MATCH: ReadonlyMap<string, string> = new Map([
  ['headers', HEADER_HELP],
  ['header', HEADER_HELP],
  ['query', PARAMETER_HELP],
  ['queryParams', PARAMETER_HELP],
  ['queryParameters', PARAMETER_HELP],
  ['query_parameters', PARAMETER_HELP],
  ['port', PORT_HELP],
  ['ports', PORT_HELP],
  ['notPorts', PORT_HELP],
  ['regex', REGEX_HELP],
  ['safe_regex', REGEX_HELP],
  ['safeRegex', REGEX_HELP],
  ['notMethods', "exclude them by `when: !(request.method in ['PUT', 'DELETE'])`"],
  ['notPaths', "exclude them by `when: !request.url_path.startsWith('/admin/')`"],
  ['notHosts', "exclude them by `when: !(request.host in ['admin.acme.svc'])`"],
]);

/** Help for an unknown field in an entry of `match`. */
export function matchHelp(field: WrittenField): Advice | string | undefined {
  return prefixHelp(field) ?? valueOf(OF_MATCH, field) ?? operationHelp(field) ?? inMatchHelp(field);
}

/** Help for the `prefix` of Envoy. */
function prefixHelp({ name, value, lacks }: WrittenField): Advice | undefined {
  const prefix = ['prefix', 'pathPrefix', 'path_prefix', 'path_separated_prefix'].includes(name)
    ? textIn(value)
    : undefined;
  if (prefix === undefined || !/^\/[\w./~-]*$/.test(prefix)) return undefined;
  const text = `paths: ["${prefix.replace(/\/+$/, '')}/**"]`;
  const help = `write \`${text}\``;
  return lacks('paths') ? instead(value, help, text) : { help };
}

/** Help for `operation: {methods: [GET]}` of Istio, whose fields are those of an entry. */
function operationHelp({ name, value }: WrittenField): Advice | undefined {
  const own = name === 'operation' && value.tree.kind === 'mapping' ? inline(value) : undefined;
  const text = own?.replace(/^\{\s*|\s*\}$/g, '');
  const help = 'write its fields here, without `operation`';
  if (name !== 'operation') return undefined;
  return text === undefined || text === '' ? { help } : instead(value, help, text);
}

const ALWAYS_REQUIRED = 'remove it: `mtls` always requires a certificate';
const OPTIONAL_PEER =
  'remove it: `mtls` always requires a certificate; requests that need none are selected by a policy without `mtls`';

/** Help for an unknown field of `authenticate.mtls`. */
export function mtlsHelp({ name, value }: WrittenField): string | undefined {
  const { tree } = value;
  const written = tree.kind === 'scalar' ? tree.value : undefined;
  if (name === 'required' || name === 'enabled') return written === true ? ALWAYS_REQUIRED : OPTIONAL_PEER;
  if (name === 'optional') return OPTIONAL_PEER;
  if (name !== 'mode') return undefined;
  return typeof written === 'string' && /^strict$/i.test(written) ? ALWAYS_REQUIRED : OPTIONAL_PEER;
}

const OF_ISSUER = 'write it in the Issuer document that `issuers` names';
const BY_FROM = 'name callers by `from`, beside `authenticate`';

/** Fields of Istio and Envoy in `authenticate.jwt`. */
const OF_JWT: ReadonlyMap<string, string> = new Map([
  ...[
    'preset',
    'audiences',
    'audience',
    'aud',
    'algorithms',
    'keys',
    'clockSkew',
    'maxAge',
    'scopesClaim',
    'requireClaims',
  ].map((name) => [name, OF_ISSUER] as const),
  ...['jwks', 'jwksUri', 'jwks_uri', 'jwksFile', 'remote_jwks', 'local_jwks'].map(
    (name) => [name, `${OF_ISSUER}, under \`keys\``] as const,
  ),
  ...['from', 'fromHeaders', 'from_headers', 'fromParams', 'from_params', 'fromCookies', 'header'].map(
    (name) => [name, `${OF_ISSUER}, as \`from: [{header: x-token}]\``] as const,
  ),
  ['claims', `${BY_FROM}: \`from: [{claims: {tenant: acme}}]\``],
  ['scopes', `${BY_FROM}: \`from: [{scopes: [orders:read]}]\``],
  ['scope', `${BY_FROM}: \`from: [{scopes: [orders:read]}]\``],
]);

/** Help for an unknown field of `authenticate.jwt`. */
export function jwtHelp(field: WrittenField): Advice | string | undefined {
  return field.name === 'bindToCertificate' ? bindHelp(field) : valueOf(OF_JWT, field);
}

/** Help for the former name of `bind`. */
function bindHelp({ value }: WrittenField): Advice | string {
  if (value.tree.kind === 'scalar' && value.tree.value === false)
    return 'remove it: a token need not be bound unless `bind: certificate` is written';
  const text = 'bind: certificate';
  return instead(value, `write \`${text}\``, text);
}

/** Help for words for callers, and for conditions and callers that a rule leaves out. */
function wordHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  if (name === 'who' || name === 'whom') return lacks('from') ? 'did you mean `from`?' : NAME_IN_FROM;
  if (name !== 'not' && name !== 'unless') return undefined;
  if (value.tree.kind !== 'scalar') return lacks('except') ? 'did you mean `except`?' : NAME_IN_EXCEPT;
  const own = textIn(value);
  const negated = own === undefined || /["\\\n]/.test(own) ? undefined : `!(${own})`;
  if (!lacks('when')) return `add the negation to \`when\`: \`&& ${negated ?? '!(...)'}\``;
  const text = `when: "${negated ?? '!(...)'}"`;
  const help = `write the negation as the condition: \`${text}\``;
  return negated === undefined ? { help } : instead(value, help, text);
}

const LIMITS_OF_POLICY =
  'limits belong to the policy, beside `rules`: `limits: [{name: each-caller, key: [caller.principal], rate: 10/s}]`';
const NAME_IN_FROM = 'write these callers in `from`, which the rule has already';
const NAME_IN_EXCEPT = 'write these callers in `except`, which the rule has already';

/** Help for an unknown field of a rule. `policyFields` are the fields of the policy around it. */
export function ruleHelp(policyFields: () => object): UnknownFieldHelp {
  return (field) => {
    const own = besideFromHelp(field) ?? wordHelp(field);
    if (own !== undefined) return own;
    if (!Object.hasOwn(policyFields(), field.name))
      return /^(?:rate_?)?limits?$/i.test(field.name) ? LIMITS_OF_POLICY : undefined;
    const callers = field.name === 'authenticate' ? '; a rule names its callers by `from`' : '';
    return `\`${field.name}\` belongs to the policy, beside \`rules\`${callers}`;
  };
}

/** Help for a header or parameter that is written where `set` is expected: `{x-tenant: acme}`. */
export function changesHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  const own = value.tree.kind === 'scalar' ? inline(value) : undefined;
  if (own === undefined || ['add', 'headers', 'header'].includes(name)) return undefined;
  const text = `set: {${name}: ${own}}`;
  const help = `name and value belong under \`set\`: \`${text}\``;
  return lacks('set') ? instead(value, help, text) : help;
}

/** Help for the `url` of a request in a test. */
export function requestHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  if (!['url', 'uri', 'target'].includes(name)) return undefined;
  const [, host, path = ''] = /^[a-z]+:\/\/([\w.:-]+)(\/[^\s"'#,{}[\]]*)?$/i.exec(textIn(value) ?? '') ?? [];
  if (host === undefined) return 'write it as `host` and `path`';
  const text = path === '' ? `host: ${host}` : `host: ${host}, path: ${path}`;
  const help = `write it as \`${text}\``;
  const isInFlow = lacks('host') && lacks('path') && inline(value) !== undefined && isFlow(value);
  return isInFlow ? instead(value, help, text) : help;
}

/** True for a field of a mapping in brackets, where a comma separates two fields. */
function isFlow({ context, tree }: Cursor): boolean {
  return /^\s*[,}]/.test(context.lines.text.slice(tree.range.end));
}

function textIn({ tree }: Cursor): string | undefined {
  return tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
}

function valueOf(helps: ReadonlyMap<string, string>, { name }: WrittenField): string | undefined {
  return helps.get(name);
}
