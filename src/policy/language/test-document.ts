import { nearest } from '../../diagnostic/suggest.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import type { Cursor } from '../yaml/tree.ts';
import { plainJson } from '../yaml/tree.ts';
import { type Field, type Fields, mapping, oneOf, type Read } from './fields.ts';
import {
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
import type { Reader } from './shape.ts';
import { eitherOf, shaped } from './shape.ts';
import { dnsLabel, headerName, headerValue, instant, method, signedDuration, status } from './values.ts';

/** The most repetitions of one case. */
const MOST_REPEATS = 100_000;

const jsonObject: Reader<JsonObject> = (at) => {
  const value = plainJson(at.tree);
  if (isJsonObject(value)) return value;
  return report(at, 'wrong_type', `expected a mapping, found ${shape(at)}`);
};

export const TOKEN_FIELDS = {
  issuer: { read: located(nonEmptyText), doc: 'name of the Issuer document whose key signs', required: true },
  claims: { read: jsonObject, doc: 'claims besides, or instead of, those that every token gets' },
  header: { read: jsonObject, doc: 'header members besides, or instead of, those that every token gets' },
  expiresIn: { read: signedDuration, doc: 'from `now` to `exp`, may be negative; default 1h' },
} as const satisfies Fields;

export const CALLER_FIELDS = {
  principal: { read: text, doc: 'the peer’s identity; missing: no client certificate' },
  address: { read: nonEmptyText, doc: 'the peer’s IP address; default 192.0.2.1' },
  jwt: { read: mapping(TOKEN_FIELDS), doc: 'a token, signed by a throwaway key of the issuer' },
  token: { read: nonEmptyText, doc: 'what stands in the place of a token, as it is' },
} as const satisfies Fields;

export interface BodySpec {
  readonly text: string;
  /** The content type that goes with it unless another is written. */
  readonly type: string | undefined;
}

const BODY_FIELDS = {
  json: { read: (at) => ({ json: plainJson(at.tree) }), doc: 'any value, sent as JSON', required: true },
} as const satisfies Fields;

const readJsonBody = mapping(BODY_FIELDS);
const readBody: Reader<BodySpec> = (at) => {
  const { tree } = at;
  if (tree.kind === 'list' || (tree.kind === 'mapping' && !meansJson([...tree.entries.keys()]))) {
    const inline = written(at);
    const shown = inline.length <= 60 && /^[{[][^\n]*$/.test(inline) ? inline : '...';
    return report(
      at,
      'wrong_type',
      `expected text or \`{json: ...}\`, found ${shape(at)}`,
      `write \`body: {json: ${shown}}\``,
    );
  }
  if (tree.kind !== 'mapping') {
    const plain = text(at);
    return plain === undefined ? undefined : { text: plain, type: undefined };
  }
  const body = readJsonBody(at)?.json;
  return body === undefined ? undefined : { text: JSON.stringify(body.json), type: 'application/json' };
};

shaped(readBody, { kind: 'either', of: [text, readJsonBody] });

/** `json`, or the one key that is there is a misspelling of it. */
function meansJson(keys: readonly string[]): boolean {
  const [key = ''] = keys;
  return keys.includes('json') || (keys.length === 1 && nearest(key, ['json']) !== undefined);
}

/** Absent (`~`) takes a header away that a named request has. */
const headerOrNothing: Reader<string | null> = (at) =>
  at.tree.kind === 'scalar' && at.tree.value === null ? null : headerValue(at);

shaped(headerOrNothing, { kind: 'value', schema: { type: ['string', 'null'] } });
shaped(jsonObject, { kind: 'value', schema: { type: 'object' } });

export const REQUEST_FIELDS = {
  method: { read: method, doc: 'default GET' },
  scheme: { read: oneOf(['http', 'https']), doc: 'default https' },
  host: { read: nonEmptyText, doc: 'the authority' },
  path: { read: nonEmptyText, doc: 'as sent, with the query string; default /' },
  headers: { read: mapOf(headerOrNothing, headerName), doc: 'request headers' },
  body: { read: readBody, doc: 'text, or `{json: ...}`' },
} as const satisfies Fields;

const readRequest = mapping(REQUEST_FIELDS);
shaped(readNamedOrRequest, { kind: 'either', of: [nonEmptyText, readRequest] });
shaped(shadowVerdict, { kind: 'value', schema: { enum: ['allow', 'deny', null] } });

const expectedHeaders = {
  read: mapOf(headerOrNothing, headerName),
  doc: 'by name; `~` for a header that must not be there',
} as const satisfies Field<unknown>;

export const EXPECT_FIELDS = {
  decision: { read: oneOf(['allow', 'deny']), doc: '`allow` or `deny`' },
  reason: { read: located(nonEmptyText), doc: 'a reason of the reason table' },
  status: {
    read: (at: Cursor) => (at.tree.kind === 'scalar' && at.tree.value === 200 ? 200 : status(at)),
    like: integer(200, 599),
    doc: 'the HTTP status',
  },
  policy: { read: located(text), doc: 'the policy that decided' },
  rule: { read: located(text), doc: 'the rule or limit that decided, or `policy/rule`' },
  requestHeaders: expectedHeaders,
  responseHeaders: expectedHeaders,
  shadow: {
    read: mapOf(located(shadowVerdict)),
    doc: 'by shadow policy: what it would have said, `~` when it does not govern the request',
  },
  snapshot: {
    read: located(dnsLabel),
    doc: 'the whole answer is that of the file NAME.snapshot.json beside this one',
  },
} as const satisfies Fields;

const readExpect = mapping(EXPECT_FIELDS);

export const AFTER_FIELDS = {
  caller: { read: located(nonEmptyText), doc: 'name of a caller; missing: one without any identity' },
  request: {
    read: readNamedOrRequest,
    like: eitherOf(nonEmptyText, readRequest),
    doc: 'name of a request, or a request',
    required: true,
  },
  with: { read: readRequest, doc: 'fields that differ from the named request' },
  repeat: { read: integer(1, MOST_REPEATS), doc: 'how often it is sent; default 1' },
} as const satisfies Fields;

export const ROW_FIELDS = {
  name: { read: nonEmptyText, doc: 'what tells the row from the others; default its number' },
  caller: { read: located(nonEmptyText), doc: 'instead of the case’s' },
  request: {
    read: readNamedOrRequest,
    like: eitherOf(nonEmptyText, readRequest),
    doc: 'instead of the case’s',
  },
  with: { read: readRequest, doc: 'fields that differ from the request, over those of the case’s `with`' },
  repeat: { read: integer(1, MOST_REPEATS), doc: 'instead of the case’s' },
  expect: { read: readExpect, doc: 'fields besides, or instead of, those that the case expects' },
} as const satisfies Fields;

export const CASE_FIELDS = {
  name: { read: nonEmptyText, doc: 'what the case shows', required: true },
  after: {
    read: someOf(located(mapping(AFTER_FIELDS))),
    doc: 'what is sent before, and not judged: others who use a limit up, or do not',
  },
  caller: { read: located(nonEmptyText), doc: 'name of a caller; missing: one without any identity' },
  request: {
    read: readNamedOrRequest,
    doc: 'name of a request, or a request',
    required: true,
  },
  with: { read: readRequest, doc: 'fields that differ from the named request' },
  repeat: { read: integer(1, MOST_REPEATS), doc: 'how often it is sent, the last one is judged; default 1' },
  expect: {
    read: readSomeExpect,
    like: readExpect,
    doc: 'what must come out; only what is named is compared',
    required: true,
  },
  each: { read: someOf(located(mapping(ROW_FIELDS))), doc: 'rows, each a case with what it says instead' },
} as const satisfies Fields;

export const MATRIX_FIELDS = {
  callers: { read: someOf(located(nonEmptyText)), doc: 'names of callers', required: true },
  requests: { read: someOf(located(nonEmptyText)), doc: 'names of requests', required: true },
  expect: {
    read: located(mapOf(located(readShortExpect))),
    like: mapOf(eitherOf(EXPECT_FIELDS.decision.read, readExpect)),
    doc: 'by caller: allow, deny, or as in a case',
    required: true,
  },
} as const satisfies Fields;

export const TEST_FIELDS = {
  now: { read: instant, doc: 'RFC 3339; the clock stands still' },
  environment: {
    read: located(nonEmptyText),
    doc: 'name of an Environment document; needed where there are several',
  },
  xfccTrustedHops: {
    read: integer(0, 16),
    doc: 'how many elements of `x-forwarded-client-cert` count, as `serve --xfcc-trusted-hops`; default 0',
  },
  callers: { read: mapOf(located(mapping(CALLER_FIELDS))), doc: 'who calls, by name' },
  requests: { read: mapOf(located(readRequest)), doc: 'what is asked, by name' },
  cases: { read: list(located(mapping(CASE_FIELDS))), doc: 'one request each' },
  matrix: { read: list(located(mapping(MATRIX_FIELDS))), doc: 'every caller times every request' },
} as const satisfies Fields;

export type TestSpec = Read<typeof TEST_FIELDS>;
export type CallerSpec = Read<typeof CALLER_FIELDS>;
export type RequestSpec = Read<typeof REQUEST_FIELDS>;
export type ExpectSpec = Read<typeof EXPECT_FIELDS>;
export type CaseSpec = Read<typeof CASE_FIELDS>;
export type AfterSpec = Read<typeof AFTER_FIELDS>;
export type RowSpec = Read<typeof ROW_FIELDS>;
export type MatrixSpec = Read<typeof MATRIX_FIELDS>;

export const readTestSpec: Reader<TestSpec> = mapping(TEST_FIELDS);

function readNamedOrRequest(
  at: Cursor,
): { readonly at: Cursor; readonly request: string | RequestSpec } | undefined {
  const request = at.tree.kind === 'mapping' ? readRequest(at) : nonEmptyText(at);
  return request === undefined ? undefined : { at, request };
}

function readSomeExpect(at: Cursor): ExpectSpec | undefined {
  if (at.tree.kind === 'mapping' && at.tree.entries.size === 0) {
    return report(at, 'missing_field', 'nothing is expected, so the case could not fail', undefined, at.key);
  }
  return readExpect(at);
}

function shadowVerdict(at: Cursor): 'allow' | 'deny' | null | undefined {
  if (at.tree.kind === 'scalar' && at.tree.value === null) return null;
  return EXPECT_FIELDS.decision.read(at);
}

function readShortExpect(at: Cursor): ExpectSpec | undefined {
  if (at.tree.kind === 'mapping') return readSomeExpect(at);
  const decision = EXPECT_FIELDS.decision.read(at);
  if (decision === undefined) return undefined;
  return { ...NOTHING_EXPECTED, decision };
}

const NOTHING_EXPECTED = {
  decision: undefined,
  reason: undefined,
  status: undefined,
  policy: undefined,
  rule: undefined,
  requestHeaders: undefined,
  responseHeaders: undefined,
  shadow: undefined,
  snapshot: undefined,
} as const satisfies ExpectSpec;
