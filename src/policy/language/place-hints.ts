import type { Advice } from '../../diagnostic/advice.ts';
import type { Cursor } from '../yaml/tree.ts';
import { besideFromHelp, inMatchHelp } from './caller-hints.ts';
import type { UnknownFieldHelp, WrittenField } from './fields.ts';
import { inline, instead } from './inline.ts';

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

const NAME_IN_FROM = 'write these callers in `from`, which the rule has already';
const NAME_IN_EXCEPT = 'write these callers in `except`, which the rule has already';

/** Help for an unknown field of a rule. `policyFields` are the fields of the policy around it. */
export function ruleHelp(policyFields: () => object): UnknownFieldHelp {
  return (field) => {
    const own = besideFromHelp(field) ?? wordHelp(field) ?? limitInRuleHelp(field);
    if (own !== undefined || !Object.hasOwn(policyFields(), field.name)) return own;
    const callers = field.name === 'authenticate' ? '; a rule names its callers by `from`' : '';
    return `\`${field.name}\` belongs to the policy, beside \`rules\`${callers}`;
  };
}

/** Help for a rate limit in a rule. */
function limitInRuleHelp({ name, value }: WrittenField): string | undefined {
  if (!/^(?:rate)?_?(?:limits?|rate|throttle)$/i.test(name) || name === 'limits') return undefined;
  const own = textIn(value);
  const rate = own !== undefined && /^[0-9]+\/[0-9a-z]+$/.test(own) ? own : '10/s';
  const limit = `limits: [{name: each-caller, key: [caller.principal], rate: ${rate}}]`;
  return `limits belong to the policy, beside \`rules\`, such as \`${limit}\``;
}

/** Parts of a deny rule by the words that people write for them, each with an example of its value. */
const OF_DENY_RULE: ReadonlyMap<string, readonly [field: string, example: string]> = new Map(
  (
    [
      ['status', '404', ['status', 'statusCode', 'status_code', 'code']],
      ['message', '"the order is closed"', ['message', 'reason', 'detail']],
    ] as const
  ).flatMap(([field, example, names]) => names.map((name) => [name, [field, example]] as const)),
);

/** Help for fields of a deny rule, and for a redirect, in `respond.deny`. */
export function denialHelp({ name, value }: WrittenField): string | undefined {
  if (/^(?:redirect|location)(?:_?(?:to|url|uri))?$/i.test(name))
    return 'remove it: a denial has a status from 400 on, which no client follows; write the URL into the `body`, or let a route of the proxy redirect';
  const [field, example] = OF_DENY_RULE.get(name) ?? [];
  if (field === undefined) return undefined;
  return `each deny rule has its own \`${field}\`, such as \`{deny: NAME, ${field}: ${inline(value) ?? example}}\``;
}

/** Help for fields of an answer in `respond.allow`. */
export function allowedHelp({ name }: WrittenField): string | undefined {
  return ['status', 'statusCode', 'body', 'message', 'redirect'].includes(name)
    ? 'remove it: the service answers an allowed request; only headers can be changed'
    : undefined;
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
