import { defaultBurst, MAX_COUNT, mostPer } from '../../engine/limit/rate.ts';
import type { Cursor } from '../yaml/tree.ts';
import { FROM_FIELDS, principals } from './caller-document.ts';
import { besideFromHelp, inAuthenticateHelp } from './caller-hints.ts';
import { exactlyOne, type Field, type Fields, mapping, misplaced, oneOf, type Read } from './fields.ts';
import { limitScope, withPeriod } from './limit-hints.ts';
import { match } from './match-document.ts';
import { openapi } from './openapi-document.ts';
import { allowedHelp, changesHelp, denialHelp, jwtHelp, mtlsHelp } from './place-hints.ts';
import { textOrCel } from './plain-or-cel.ts';
import { protobuf } from './protobuf-document.ts';
import { rate } from './rate-value.ts';
import {
  boolean,
  child,
  integer,
  list,
  located,
  mapOf,
  nonEmptyText,
  report,
  shape,
  someOf,
  text,
  written,
} from './reader.ts';
import { RECORD_FIELDS } from './record-document.ts';
import { type RuleDocument, ruleReader } from './rule-document.ts';
import type { Reader } from './shape.ts';
import { longFormAt } from './short-form.ts';
import {
  changeableHeader,
  denialHeader,
  dnsLabel,
  expression,
  headerValue,
  identifier,
  MOST_BYTES,
  queryName,
  queryParameter,
  queryValue,
  requestHeader,
  resourceUrl,
  settableHeader,
} from './values.ts';

const PATHS_FIELDS = {
  ambiguous: {
    read: oneOf(['refuse', 'allow']),
    doc: '`allow` accepts a path that servers read differently; default `refuse`',
  },
} as const satisfies Fields;

const PEER_SOURCE = oneOf(['connection', 'xfcc']);

const MTLS_FIELDS = {
  principals: {
    read: principals,
    doc: 'principals that may call: SPIFFE IDs with `*` and `**`, other names, or `{data: NAME}`',
  },
  from: {
    read: readPeerSource,
    like: PEER_SOURCE,
    doc: 'source of the peer: `xfcc` is the client that the nearest trusted proxy reports (`serve --xfcc-trusted-hops`); default `connection`',
  },
} as const satisfies Fields;

/** Principals in place of `mtls`. */
function peersIn({ tree }: Cursor): 'principals' | undefined {
  return tree.kind === 'list' || (tree.kind === 'scalar' && /[/.=]/.test(String(tree.value)))
    ? 'principals'
    : undefined;
}

export const JWT_FIELDS = {
  issuers: {
    read: someOf(located(nonEmptyText)),
    doc: 'names of Issuers whose tokens are accepted',
    required: true,
  },
  required: { read: boolean, doc: '`false`: the token may be absent; default `true`' },
  resourceMetadata: {
    read: resourceUrl,
    doc: 'the URL of the metadata of this service (RFC 9728), which refused callers get in `WWW-Authenticate`',
  },
  bind: {
    read: oneOf(['certificate']),
    doc: '`certificate`: tokens must be bound to the certificate of the caller (RFC 8705)',
  },
} as const satisfies Fields;

const AUTHENTICATE_FIELDS = {
  mtls: { read: mapping(MTLS_FIELDS, mtlsHelp, peersIn), doc: 'requires an authenticated peer' },
  jwt: { read: mapping(JWT_FIELDS, jwtHelp), doc: 'requires a token' },
} as const satisfies Fields;

const BODY_FIELDS = {
  jsonSchema: {
    read: located((at) => at.tree),
    doc: 'a JSON Schema: inline, or a file relative to this file',
    required: true,
  },
  maxBytes: { read: integer(1, MOST_BYTES), doc: 'largest size of the body; a larger body is denied' },
} as const satisfies Fields;

const SCHEMA_FIELDS = {
  match: { read: match, doc: 'narrows the `match` of the policy' },
  body: { read: mapping(BODY_FIELDS), doc: 'requirements for the body' },
  openapi: { read: openapi, doc: 'an OpenAPI document that requests must fit' },
  protobuf: {
    read: protobuf,
    doc: 'requirements for the messages of gRPC: a descriptor set, which also gives `request.body` its types',
  },
} as const satisfies Fields;

export const LIMIT_FIELDS = {
  name: { read: dnsLabel, doc: 'DNS label, unique in the policy', required: true },
  key: {
    read: someOf(expression),
    doc: 'CEL values; requests with equal keys share a bucket',
    required: true,
  },
  rate: { read: rate, doc: '`N/PERIOD`, such as `100/s`, `30/min`, `10/5m` or `500/7d`', required: true },
  burst: { read: integer(1, MAX_COUNT), doc: 'most requests at once; default: the N of `rate`' },
  cost: { read: expression, doc: 'cost of a request (CEL int); default 1' },
  scope: {
    read: limitScope,
    like: oneOf(['local', 'shared']),
    doc: '`local`: counted by each process; `shared`: by all processes together, in the Redis of `serve --redis`; default `local`',
  },
  mode: {
    read: oneOf(['exact', 'leased']),
    doc: 'of a shared limit: `exact` asks Redis about each request, `leased` takes units ahead and decides from memory; default `exact`',
  },
  onStoreFailure: {
    read: oneOf(['local', 'deny']),
    doc: 'of a shared limit while Redis does not answer: `local` counts against the share of this process, `deny` denies with `limit_unavailable`; default `local`',
  },
  when: { read: expression, doc: 'the requests that count (CEL bool); default true' },
  phase: { read: oneOf(['first', 'last']), doc: '`first` counts before authentication; default `last`' },
  headers: {
    read: oneOf(['refusals', 'always']),
    doc: 'RateLimit fields on every answer (`always`) or on denials (`refusals`, the default)',
  },
} as const satisfies Fields;

const responseValue = textOrCel(headerValue);
const parameterValue = textOrCel(queryValue);
const metadataValue = textOrCel(text);
const bodyValue = textOrCel(text);

const SET_FIELD = {
  read: mapOf(responseValue, settableHeader),
  doc: 'headers to overwrite or add: text with `${...}`, or `{cel: ...}`',
} as const satisfies Field<unknown>;

const DENY_SET_FIELD = {
  read: mapOf(responseValue, denialHeader),
  doc: SET_FIELD.doc,
} as const satisfies Field<unknown>;

const REQUEST_HEADERS_FIELDS = {
  set: SET_FIELD,
  append: {
    read: mapOf(responseValue, settableHeader),
    doc: 'values to append to headers: text with `${...}`, or `{cel: ...}`',
  },
  remove: { read: someOf(changeableHeader), doc: 'headers to remove' },
} as const satisfies Fields;

const RESPONSE_HEADERS_FIELDS = {
  set: SET_FIELD,
  append: {
    read: mapOf(responseValue, settableHeader),
    doc: 'values to append to headers: text with `${...}`, or `{cel: ...}`',
  },
} as const satisfies Fields;

const QUERY_FIELDS = {
  set: {
    read: mapOf(parameterValue, queryName),
    doc: 'parameters to overwrite or add, under every spelling of their names: text with `${...}`, or `{cel: ...}`',
  },
  remove: { read: someOf(queryParameter), doc: 'parameters to remove, under every spelling of their names' },
} as const satisfies Fields;

const DENY_FIELDS = {
  headers: {
    read: mapping({ set: DENY_SET_FIELD }, changesHelp),
    doc: 'headers of the answer to the caller',
  },
  body: {
    read: bodyValue,
    doc: 'body in place of the problem document: text with `${...}`, or `{cel: ...}`',
  },
} as const satisfies Fields;

const denyFields = mapping(DENY_FIELDS, denialHelp);

const RESPOND_FIELDS = {
  allow: {
    read: mapping(
      {
        requestHeaders: {
          read: mapping(REQUEST_HEADERS_FIELDS, changesHelp),
          doc: 'headers of the request to the service',
        },
        responseHeaders: {
          read: mapping(RESPONSE_HEADERS_FIELDS, changesHelp),
          doc: 'headers of the response to the caller',
        },
        query: {
          read: mapping(QUERY_FIELDS, changesHelp),
          doc: 'the query string of the request to the service',
        },
        metadata: {
          read: mapOf(metadataValue),
          doc: 'dynamic metadata for other filters, under `values`: text with `${...}`, or `{cel: ...}` of any JSON type',
        },
      },
      allowedHelp,
    ),
    doc: 'changes to an allowed request and its response',
  },
  deny: {
    read: readDeny,
    like: denyFields,
    doc: 'headers and body of a denial',
  },
} as const satisfies Fields;

export const USES_FIELDS = {
  template: { read: located(nonEmptyText), doc: 'the name of a PolicyTemplate', required: true },
  with: { read: mapOf((at: Cursor) => at), doc: 'values of its parameters, by name' },
} as const satisfies Fields;

const rule: Reader<RuleDocument> = ruleReader((): object => POLICY_FIELDS);

export const POLICY_FIELDS = {
  match: { read: match, doc: 'the requests that the policy applies to; default: every request' },
  paths: { read: mapping(PATHS_FIELDS), doc: 'treatment of paths' },
  requireHeaders: {
    read: someOf(requestHeader),
    doc: 'headers that every request must have, each with a value; a request without one is denied with `header_missing`',
  },
  mode: {
    read: oneOf(['enforce', 'shadow']),
    doc: '`shadow`: evaluated and recorded, never decides; default `enforce`',
  },
  variables: {
    read: mapOf(expression, identifier),
    doc: 'CEL by name, evaluated on first use; each may use the ones before it',
  },
  uses: { read: mapping(USES_FIELDS), doc: 'the PolicyTemplate that the policy adopts' },
  authenticate: {
    read: readAuthenticate,
    like: mapping(AUTHENTICATE_FIELDS),
    doc: 'the proof of identity that callers must give',
  },
  ...FROM_FIELDS,
  rules: { read: list(rule), doc: 'allow and deny rules' },
  schemas: {
    read: list(readSchema),
    like: list(mapping(SCHEMA_FIELDS)),
    doc: 'requirements for the content of requests',
  },
  limits: { read: list(readLimit), like: list(mapping(LIMIT_FIELDS)), doc: 'rate limits' },
  respond: { read: mapping(RESPOND_FIELDS), doc: 'changes to allowed requests, and to denials' },
  record: {
    read: mapping(RECORD_FIELDS),
    doc: 'the decisions that are recorded, and what their records have',
  },
} as const satisfies Fields;

export type PolicySpec = Read<typeof POLICY_FIELDS>;
export type SchemaDocument = Read<typeof SCHEMA_FIELDS>;
export type LimitDocument = Read<typeof LIMIT_FIELDS> & { readonly at: Cursor };

const fields = mapping(POLICY_FIELDS, besideFromHelp);

/** Reads the `spec` of a policy, its short forms as their long forms. */
export const readPolicySpec: Reader<PolicySpec> = (at) => fields(longFormAt(at));

/**
 * Reads `respond.deny`. Its `content-type` may be set only with a `body`, since the problem document has a type of its
 * own.
 */
function readDeny(at: Cursor): Read<typeof DENY_FIELDS> | undefined {
  const headers = child(at, 'headers');
  const set = headers && child(headers, 'set');
  if (set?.tree.kind === 'mapping' && child(at, 'body') === undefined) {
    for (const [name, { key }] of set.tree.entries) {
      if (name.toLowerCase() !== 'content-type') continue;
      const message = `the header \`${name}\` cannot be set without a \`body\``;
      const help = 'write the `body` of that type as well; the default body is a problem document';
      report(set, 'invalid_header', message, help, key);
    }
  }
  return denyFields(at);
}

/** Reads `authenticate`. An empty one is a mistake: it looks like a requirement and requires nothing. */
function readAuthenticate(at: Cursor): Read<typeof AUTHENTICATE_FIELDS> | undefined {
  if (at.tree.kind === 'mapping' && at.tree.entries.size === 0) {
    const help = 'require any peer with a certificate by `mtls: {}`, or remove `authenticate`';
    return report(at, 'missing_field', '`authenticate` requires neither `mtls` nor `jwt`', help, at.key);
  }
  return mapping(AUTHENTICATE_FIELDS, inAuthenticateHelp)(at);
}

/** Reads `mtls.from`, which is not the `from` of callers. */
function readPeerSource(at: Cursor): 'connection' | 'xfcc' | undefined {
  if (at.tree.kind === 'scalar') return PEER_SOURCE(at);
  const help = 'callers are named by `from` beside `authenticate`, and peers by `principals` here';
  return report(at, 'wrong_type', `expected \`connection\` or \`xfcc\`, found ${shape(at)}`, help);
}

function readSchema(at: Cursor): SchemaDocument | undefined {
  if (at.tree.kind === 'mapping') exactlyOne(at, ['body', 'openapi', 'protobuf']);
  return mapping(SCHEMA_FIELDS)(at);
}

function readLimit(at: Cursor): LimitDocument | undefined {
  const limit = mapping(LIMIT_FIELDS)(withPeriod(at));
  if (limit?.scope !== 'shared')
    for (const name of ['mode', 'onStoreFailure'])
      misplaced(
        at,
        name,
        `\`${name}\` has no meaning without \`scope: shared\``,
        'add `scope: shared`, or remove it',
      );
  const burst = child(at, 'burst');
  const most = limit?.rate === undefined ? MAX_COUNT : mostPer(limit.rate.period);
  if (burst !== undefined && (limit?.burst ?? 0) > most) {
    const help = `write at most \`${most}\`: a bucket counts exactly up to that many in this period`;
    report(
      burst,
      'out_of_range',
      `\`${written(burst)}\` is more than a limit of this period can count`,
      help,
    );
  }
  return limit === undefined ? undefined : { ...limit, at };
}

/** The burst of a limit: the written one, else the count of its rate. */
export function burstOf({ burst, rate: read }: LimitDocument): number {
  return burst ?? (read === undefined ? 1 : defaultBurst(read));
}
