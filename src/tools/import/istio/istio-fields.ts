import { parseIp } from '../../../cel/value/ip.ts';
import { escapePattern, quote } from '../cel-text.ts';

/** A value that Istio compares: the facts of a request, and how CEL reads the same. */
export interface ComparedField {
  /** Texts of a request that are compared: the condition holds if one of them matches. */
  readonly of: (request: SampleRequest) => readonly string[];
  /** CEL that is true if one of the texts matches one of the values. */
  readonly cel: (values: readonly string[]) => string;
  /** True if the values are not patterns with a `*`, but blocks of addresses. */
  readonly isAddress?: true;
  /** True if only a token has the texts. */
  readonly isOfToken?: true;
}

/** A request as Istio sees it, for tests. */
export interface SampleRequest {
  /** Without `spiffe://`, as Istio writes it; empty without a certificate. */
  readonly principal: string;
  readonly address: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly port: number;
  readonly sni: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Undefined without a token. */
  readonly token: SampleToken | undefined;
}

interface SampleToken {
  readonly issuer: string;
  readonly claims: ReadonlyMap<string, string | readonly string[]>;
}

const SPIFFE = 'spiffe://';

const PRINCIPAL: ComparedField = {
  of: ({ principal }) => [principal],
  cel: (values) => anyText('source.principal', values, (value) => SPIFFE + value),
};

const NAMESPACE: ComparedField = {
  of: ({ principal }) => [/\/ns\/([^/]+)/.exec(principal)?.[1] ?? ''],
  cel: (values) => anyText('source.spiffe.namespace', values),
};

const ADDRESS: ComparedField = {
  of: ({ address }) => [address],
  cel: (values) => either(values.map((block) => `${blockOf(block)}.containsIP(source.ip)`)),
  isAddress: true,
};

const REQUEST_PRINCIPAL: ComparedField = {
  of: ({ token }) =>
    token === undefined ? [''] : [`${token.issuer}/${textOfClaim(token.claims.get('sub'))}`],
  cel: (values) => either(values.map(requestPrincipal)),
  isOfToken: true,
};

const SERVICE_ACCOUNT: ComparedField = {
  of: ({ principal }) => [/\/ns\/([^/]+)\/sa\/([^/]+)/.exec(principal)?.slice(1).join('/') ?? ''],
  cel: (values) =>
    either(
      values.map((value) => {
        const [namespace = '', account = ''] = value.split('/');
        return `source.spiffe.namespace == ${quote(namespace)} && source.spiffe.service_account == ${quote(account)}`;
      }),
    ),
};

const PORT: ComparedField = {
  of: ({ port }) => [String(port)],
  cel: (values) => equalOrIn('destination.port', values),
};

/** Fields of a `source`, without those that begin with `not`. */
export const SOURCE_FIELDS: Readonly<Record<string, ComparedField>> = {
  principals: PRINCIPAL,
  requestPrincipals: REQUEST_PRINCIPAL,
  namespaces: NAMESPACE,
  serviceAccounts: SERVICE_ACCOUNT,
  ipBlocks: ADDRESS,
};

/** Fields of an `operation`, without those that begin with `not`. */
export const OPERATION_FIELDS: Readonly<Record<string, ComparedField>> = {
  hosts: {
    of: ({ host }) => [host],
    cel: (values) => anyText('request.host', values.map(withoutPort), (value) => value.toLowerCase()),
  },
  methods: { of: ({ method }) => [method], cel: (values) => anyText('request.method', values) },
  // A path and the same path with a slash at its end are one, as for policies.
  paths: { of: ({ path }) => [path, `${path}/`], cel: (values) => either(values.map(pathCondition)) },
  ports: PORT,
};

/** The field that the key of a condition names; undefined if Lictor has no equivalent. */
export function fieldOfKey(key: string): ComparedField | undefined {
  const [, list = '', members = ''] =
    /^(request\.(?:headers|auth\.claims))((?:\[[^\]]+\])+)$/.exec(key) ?? [];
  const path = [...members.matchAll(/\[([^\]]+)\]/g)].map(([, name = '']) => name);
  if (list === 'request.headers' && path.length === 1) return headerField(path[0] ?? '');
  if (list !== '') return claimField(path);
  return KEYS[key];
}

const KEYS: Readonly<Record<string, ComparedField>> = {
  'source.ip': ADDRESS,
  'source.namespace': NAMESPACE,
  'source.principal': PRINCIPAL,
  'request.auth.principal': REQUEST_PRINCIPAL,
  'request.auth.audiences': {
    of: ({ token }) => [token?.claims.get('aud') ?? ''].flat(),
    cel: (values) => anyOfList('jwt.audiences', values),
    isOfToken: true,
  },
  'request.auth.presenter': claimField(['azp']),
  'destination.port': PORT,
  'connection.sni': {
    of: ({ sni }) => [sni],
    cel: (values) => anyText('connection.requested_server_name', values),
  },
};

function headerField(written: string): ComparedField {
  const name = written.toLowerCase();
  return {
    of: ({ headers }) => [headers.get(name) ?? ''],
    cel: (values) => anyText(`request.headers[?${quote(name)}].orValue('')`, values),
  };
}

function claimField(path: readonly string[]): ComparedField {
  const [name = ''] = path;
  const read = `jwt.claims${path.map((each) => `[?${quote(each)}]`).join('')}.orValue('')`;
  return {
    // Istio splits a text at spaces.
    of: ({ token }) => [token?.claims.get(path.join('.')) ?? ''].flat().flatMap((text) => text.split(' ')),
    cel: (values) => {
      if (path.length === 1 && name === 'scope') return anyOfList('jwt.scopes', values);
      const texts = 'type(c) == list ? c : string(c).split(" ")'.replaceAll('"', "'");
      return `[${read}].exists(c, ${anyOfList(`(${texts})`, values)})`;
    },
    isOfToken: true,
  };
}

/** True if one of the texts matches one of the values of Istio. */
export function matchesAny(field: ComparedField, request: SampleRequest, values: readonly string[]): boolean {
  const texts = field.of(request);
  if (field.isAddress === true) return texts.some((text) => values.some((block) => isInBlock(text, block)));
  return texts.some((text) => values.some((value) => matchesText(value, text)));
}

function matchesText(value: string, text: string): boolean {
  if (value === '*') return text !== '';
  if (isTemplate(value)) return new RegExp(templatePattern(value)).test(text);
  if (value.endsWith('*')) return text.startsWith(value.slice(0, -1));
  return value.startsWith('*') ? text.endsWith(value.slice(1)) : text === value;
}

/** The samples of tests have addresses of IPv4 alone, of which a block has whole bytes or not. */
function isInBlock(address: string, block: string): boolean {
  const [start = '', prefix = '32'] = block.split('/');
  const bits = (text: string): string =>
    text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  return bits(address).slice(0, Number(prefix)) === bits(start).slice(0, Number(prefix));
}

/** CEL of one text against patterns of Istio: exact, `prefix*`, `*suffix` and `*`. */
function anyText(read: string, values: readonly string[], as = (value: string): string => value): string {
  const exact = values.filter((value) => !value.startsWith('*') && !value.endsWith('*')).map(as);
  const others = values.flatMap((value) => {
    if (value === '*') return [`${read} != ''`];
    if (value.endsWith('*')) return [`${read}.startsWith(${quote(as(value.slice(0, -1)))})`];
    return value.startsWith('*') ? [`${read}.endsWith(${quote(value.slice(1))})`] : [];
  });
  return either([...(exact.length === 0 ? [] : [equalOrIn(read, exact.map(quote))]), ...others]);
}

function anyOfList(list: string, values: readonly string[]): string {
  return either(
    values.map((value) =>
      value.includes('*') ? `${list}.exists(e, ${anyText('e', [value])})` : `${quote(value)} in ${list}`,
    ),
  );
}

function equalOrIn(read: string, values: readonly string[]): string {
  return values.length === 1 ? `${read} == ${values[0]}` : `${read} in [${values.join(', ')}]`;
}

function requestPrincipal(value: string): string {
  if (value === '*') return 'jwt.present';
  const slash = value.lastIndexOf('/');
  const [issuer, subject] = [value.slice(0, slash), value.slice(slash + 1)];
  if (!value.startsWith('*') && subject === '*') return `jwt.issuer == ${quote(issuer)}`;
  if (value.includes('*')) return anyText("(jwt.issuer + '/' + jwt.subject)", [value]);
  return `jwt.issuer == ${quote(issuer)} && jwt.subject == ${quote(subject)}`;
}

function blockOf(block: string): string {
  const isV6 = block.includes(':');
  return `cidr(${quote(block.includes('/') ? block : `${block}/${isV6 ? 128 : 32}`)})`;
}

/** True if the text is an address or a block of addresses. */
export function isBlock(text: string): boolean {
  return parseIp(text.replace(/\/\d+$/, '')) !== undefined;
}

function pathCondition(value: string): string {
  if (isTemplate(value)) return `request.url_path.matches(${quote(templatePattern(value))})`;
  // `request.url_path` has no slash at its end.
  const plain = value.length > 1 ? value.replace(/\/$/, '') : value;
  return plain.endsWith('/*')
    ? `request.url_path == ${quote(plain.slice(0, -2) || '/')} || request.url_path.startsWith(${quote(plain.slice(0, -1))})`
    : anyText('request.url_path', [plain]);
}

/** True for a path with the operators `{*}` and `{**}` of newer versions of Istio. */
export function isTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

function templatePattern(path: string): string {
  const parts = path.split(/(\{\*\*?\})/).map((part) => {
    if (part === '{*}') return '[^/]+';
    return part === '{**}' ? '.*' : escapePattern(part);
  });
  return `^${parts.join('')}$`;
}

/** Alternatives, in parentheses if there are several. */
function either(conditions: readonly string[]): string {
  return conditions.length === 1 ? String(conditions[0]) : `(${conditions.map(alternative).join(' || ')})`;
}

function alternative(condition: string): string {
  return condition.includes(' && ') || condition.includes(' || ') ? `(${condition})` : condition;
}

export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

function textOfClaim(claim: string | readonly string[] | undefined): string {
  return typeof claim === 'string' ? claim : '';
}
