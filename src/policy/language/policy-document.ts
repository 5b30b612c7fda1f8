import { defaultBurst, MAX_COUNT } from '../../engine/limit/rate.ts';
import type { Cursor } from '../yaml/tree.ts';
import {
  exactlyOne,
  type Field,
  type Fields,
  later,
  mapping,
  misplaced,
  notSupported,
  oneOf,
  type Read,
} from './fields.ts';
import {
  boolean,
  child,
  integer,
  list,
  located,
  mapOf,
  nonEmptyText,
  report,
  someOf,
  text,
} from './reader.ts';
import type { Reader } from './shape.ts';
import { shaped } from './shape.ts';
import {
  changeableHeader,
  dnsLabel,
  type Expression,
  expression,
  headerValue,
  host,
  identifier,
  instant,
  method,
  path,
  principal,
  rate,
  refusalHeader,
  settableHeader,
  status,
} from './values.ts';

/** One entry of a `match`, at any level. */
export const MATCH_FIELDS = {
  hosts: { read: someOf(host), doc: 'hosts, `*.x` for one or more labels before `x`' },
  methods: { read: someOf(method), doc: 'HTTP methods in upper case' },
  paths: { read: someOf(path), doc: 'paths, `{name}` and `*` for one segment, `**` last for any number' },
  when: { read: expression, doc: 'CEL bool that must hold too' },
} as const satisfies Fields;

const match = someOf(mapping(MATCH_FIELDS));

export const PATHS_FIELDS = {
  ambiguous: {
    read: oneOf(['refuse', 'allow']),
    doc: 'whether a path that servers read differently may pass',
  },
} as const satisfies Fields;

export const MTLS_FIELDS = {
  principals: { read: someOf(principal), doc: 'who may call: SPIFFE IDs with `*` and `**`, or other names' },
  from: {
    read: oneOf(['connection', 'xfcc']),
    doc: '`xfcc`: the client that the nearest trusted proxy has seen (`serve --xfcc-trusted-hops`); default `connection`',
  },
} as const satisfies Fields;

export const JWT_FIELDS = {
  issuers: { read: someOf(located(nonEmptyText)), doc: 'names of Issuer documents', required: true },
  required: { read: boolean, doc: 'false: the token may be absent; default true' },
  bindToCertificate: { read: onlyFalse(), like: boolean, doc: 'RFC 8705; `true` is not in this version' },
} as const satisfies Fields;

export const AUTHENTICATE_FIELDS = {
  mtls: { read: mapping(MTLS_FIELDS), doc: 'the peer must be authenticated' },
  jwt: { read: mapping(JWT_FIELDS), doc: 'the request must carry a token' },
} as const satisfies Fields;

export const RULE_FIELDS = {
  name: { read: dnsLabel, doc: 'DNS label, unique in the policy', required: true },
  effect: { read: oneOf(['allow', 'deny']), doc: '`allow` or `deny`', required: true },
  match: { read: match, doc: 'narrows the policy’s own match' },
  when: { read: expression, doc: 'CEL bool; a missing one is true' },
  status: { read: status, doc: 'of a deny rule: the status to answer' },
  message: { read: nonEmptyText, doc: 'of a deny rule: shown to the caller' },
  expires: { read: instant, doc: 'RFC 3339; from this instant on the rule never matches' },
  reason: {
    read: nonEmptyText,
    doc: 'why there is such a rule, and who answers for it; needed beside `expires`',
  },
} as const satisfies Fields;

/** The largest `maxBytes`: 64 MiB, more than a proxy buffers. */
const MOST_BYTES = 64 * 1024 * 1024;

export const BODY_FIELDS = {
  jsonSchema: {
    read: located((at) => at.tree),
    doc: 'a schema: a file beside this one, or written here',
    required: true,
  },
  maxBytes: { read: integer(1, MOST_BYTES), doc: 'a longer body is refused' },
} as const satisfies Fields;

export const SCHEMA_FIELDS = {
  match: { read: match, doc: 'for which of the policy’s requests' },
  body: { read: mapping(BODY_FIELDS), doc: 'what the body must look like' },
  openapi: later('OpenAPI'),
  protobuf: later('protobuf messages'),
} as const satisfies Fields;

export const LIMIT_FIELDS = {
  name: { read: dnsLabel, doc: 'DNS label, unique in the policy', required: true },
  key: { read: someOf(expression), doc: 'CEL; requests with equal keys share a bucket', required: true },
  rate: { read: rate, doc: '`N/s`, `N/m`, `N/h` or `N/d`', required: true },
  burst: { read: integer(1, MAX_COUNT), doc: 'requests at once; default the count of `rate`' },
  cost: { read: expression, doc: 'CEL int, default 1' },
  scope: {
    read: localOnly(),
    like: oneOf(['local']),
    doc: '`local`, counted by each process; `shared` is not in this version',
  },
  when: { read: expression, doc: 'CEL bool: which requests count' },
  phase: { read: oneOf(['first', 'last']), doc: '`first` counts before authentication; default `last`' },
  headers: { read: oneOf(['refusals', 'always']), doc: '`always`: RateLimit fields on every answer' },
  onStoreFailure: later('shared limits'),
} as const satisfies Fields;

const CEL_FIELDS = {
  cel: { read: expression, doc: 'CEL string', required: true },
} as const satisfies Fields;

const celValue = mapping(CEL_FIELDS);

/** Text, or `{cel: ...}`. */
function orCel(plain: Reader<string>): Reader<string | Expression> {
  const read: Reader<string | Expression> = (at) =>
    at.tree.kind === 'mapping' ? celValue(at)?.cel : plain(at);
  return shaped(read, { kind: 'either', of: [plain, celValue] });
}

const responseValue = orCel(headerValue);
const queryValue = orCel(text);
const metadataValue = orCel(text);
const bodyValue = orCel(text);

const SET_FIELD = {
  read: mapOf(responseValue, settableHeader),
  doc: 'headers to overwrite or add: text, or `{cel: ...}`',
} as const satisfies Field<unknown>;

const DENY_SET_FIELD = {
  read: mapOf(responseValue, refusalHeader),
  doc: SET_FIELD.doc,
} as const satisfies Field<unknown>;

export const REQUEST_HEADERS_FIELDS = {
  set: SET_FIELD,
  append: {
    read: mapOf(responseValue, settableHeader),
    doc: 'headers to add to those of the name: text, or `{cel: ...}`',
  },
  remove: { read: someOf(changeableHeader), doc: 'headers that the service must not see' },
} as const satisfies Fields;

export const RESPONSE_HEADERS_FIELDS = {
  set: SET_FIELD,
  append: {
    read: mapOf(responseValue, settableHeader),
    doc: 'headers to add to those of the name: text, or `{cel: ...}`',
  },
} as const satisfies Fields;

export const QUERY_FIELDS = {
  set: { read: mapOf(queryValue), doc: 'parameters to overwrite or add: text, or `{cel: ...}`' },
  remove: { read: someOf(nonEmptyText), doc: 'parameters that the service must not see' },
} as const satisfies Fields;

export const DENY_FIELDS = {
  headers: { read: mapping({ set: DENY_SET_FIELD }), doc: 'toward the caller' },
  body: { read: bodyValue, doc: 'instead of the problem document: text, or `{cel: ...}`' },
} as const satisfies Fields;

export const RESPOND_FIELDS = {
  allow: {
    read: mapping({
      requestHeaders: { read: mapping(REQUEST_HEADERS_FIELDS), doc: 'toward the service' },
      responseHeaders: { read: mapping(RESPONSE_HEADERS_FIELDS), doc: 'toward the caller' },
      query: { read: mapping(QUERY_FIELDS), doc: 'of the query string toward the service' },
      metadata: {
        read: mapOf(metadataValue),
        doc: 'dynamic metadata for other filters, under `values`: text, or `{cel: ...}` of any plain type',
      },
    }),
    doc: 'what an allowed request is changed by',
  },
  deny: {
    read: readDeny,
    like: mapping(DENY_FIELDS),
    doc: 'what a refusal carries besides',
  },
} as const satisfies Fields;

export const USES_FIELDS = {
  template: { read: located(nonEmptyText), doc: 'name of a PolicyTemplate document', required: true },
  with: { read: mapOf((at: Cursor) => at), doc: 'values for its parameters' },
} as const satisfies Fields;

export const POLICY_FIELDS = {
  match: { read: match, doc: 'which requests it governs; missing: every request' },
  paths: { read: mapping(PATHS_FIELDS), doc: 'how paths are treated' },
  mode: { read: oneOf(['enforce', 'shadow']), doc: '`shadow` is evaluated and reported, and never decides' },
  variables: {
    read: mapOf(expression, identifier),
    doc: 'CEL by name, evaluated when first used; may use earlier ones',
  },
  uses: { read: mapping(USES_FIELDS), doc: 'the PolicyTemplate that it adopts' },
  authenticate: { read: readAuthenticate, like: mapping(AUTHENTICATE_FIELDS), doc: 'who may send them' },
  rules: { read: list(readRule), like: list(mapping(RULE_FIELDS)), doc: 'allow and deny rules' },
  schemas: { read: list(readSchema), like: list(mapping(SCHEMA_FIELDS)), doc: 'what they must look like' },
  limits: { read: list(readLimit), like: list(mapping(LIMIT_FIELDS)), doc: 'how many' },
  respond: { read: mapping(RESPOND_FIELDS), doc: 'what is added to them and to refusals' },
} as const satisfies Fields;

export type PolicySpec = Read<typeof POLICY_FIELDS>;
export type MatchDocument = Read<typeof MATCH_FIELDS>;
export type RuleDocument = Read<typeof RULE_FIELDS> & { readonly at: Cursor };
export type SchemaDocument = Read<typeof SCHEMA_FIELDS>;
export type LimitDocument = Read<typeof LIMIT_FIELDS> & { readonly at: Cursor };

export const readPolicySpec: Reader<PolicySpec> = mapping(POLICY_FIELDS);

/** The content type of a refusal is that of the problem document, unless the policy writes a body of its own. */
function readDeny(at: Cursor): Read<typeof DENY_FIELDS> | undefined {
  const headers = child(at, 'headers');
  const set = headers && child(headers, 'set');
  if (set?.tree.kind === 'mapping' && child(at, 'body') === undefined) {
    for (const [name, { key }] of set.tree.entries) {
      if (name.toLowerCase() !== 'content-type') continue;
      const help = 'write the `body` that it is the type of, too';
      report(
        set,
        'invalid_header',
        `the header \`${name}\` of a problem document is Lictor's own`,
        help,
        key,
      );
    }
  }
  return mapping(DENY_FIELDS)(at);
}

/** One that asks for nothing looks like a requirement and is none. */
function readAuthenticate(at: Cursor): Read<typeof AUTHENTICATE_FIELDS> | undefined {
  if (at.tree.kind === 'mapping' && at.tree.entries.size === 0) {
    const help =
      '`mtls: {}` asks for any peer with a certificate; leave `authenticate` out to ask for nobody';
    return report(at, 'missing_field', 'neither `mtls` nor `jwt` is asked for', help, at.key);
  }
  return mapping(AUTHENTICATE_FIELDS)(at);
}

function readRule(at: Cursor): RuleDocument | undefined {
  const rule = mapping(RULE_FIELDS)(at);
  if (rule?.effect === 'allow') {
    const message = 'this belongs to a deny rule, and the rule allows';
    const help = 'leave it out, or write `effect: deny`';
    misplaced(at, 'status', message, help);
    misplaced(at, 'message', message, help);
  }
  const expires = child(at, 'expires');
  if (expires !== undefined && child(at, 'reason') === undefined) {
    const help = 'say why there is an exception and who answers for it: `reason: OPS-1432, owner team-data`';
    report(expires, 'missing_field', 'a rule that ends needs a `reason`', help, expires.key);
  }
  return rule === undefined ? undefined : { ...rule, at };
}

function readSchema(at: Cursor): SchemaDocument | undefined {
  if (at.tree.kind === 'mapping') exactlyOne(at, ['body', 'openapi', 'protobuf']);
  return mapping(SCHEMA_FIELDS)(at);
}

function readLimit(at: Cursor): LimitDocument | undefined {
  const limit = mapping(LIMIT_FIELDS)(at);
  return limit === undefined ? undefined : { ...limit, at };
}

/** How many requests at once when the author did not say. */
export function burstOf({ burst, rate: read }: LimitDocument): number {
  return burst ?? (read === undefined ? 1 : defaultBurst(read));
}

function onlyFalse(): Reader<boolean> {
  return (at) => {
    const value = boolean(at);
    return value === true ? notSupported(at, '`true`') : value;
  };
}

function localOnly(): Reader<'local'> {
  const read = oneOf(['local', 'shared']);
  return (at) => {
    const scope = read(at);
    return scope === 'shared' ? notSupported(at, '`shared`') : scope;
  };
}
