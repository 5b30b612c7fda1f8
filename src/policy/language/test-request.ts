import { nearest } from '../../diagnostic/suggest.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject, jsonText } from '../../engine/request/json-value.ts';
import type { Cursor } from '../yaml/tree.ts';
import { plainJson } from '../yaml/tree.ts';
import { exactlyOne, type Fields, mapping, oneOf, type Read } from './fields.ts';
import { inline } from './inline.ts';
import {
  boolean,
  integer,
  type Located,
  list,
  located,
  mapOf,
  nonEmptyText,
  parsed,
  report,
  shape,
  someOf,
  text,
  written,
} from './reader.ts';
import type { Reader } from './shape.ts';
import { shaped, shapeOf, textual } from './shape.ts';
import { callerHelp, principalHelp, tokenHelp } from './test-hints.ts';
import { headerName, headerValue, instant, method, signedDuration } from './values.ts';

const jsonObject: Reader<JsonObject> = (at) => {
  const value = plainJson(at.tree);
  if (isJsonObject(value)) return value;
  return report(at, 'wrong_type', `expected a mapping, found ${shape(at)}`);
};

shaped(jsonObject, { kind: 'value', schema: { type: 'object' } });

/** Values of the filters of Envoy, by filter name. */
const filterMetadata = mapOf(jsonObject);

/** As Lictor writes serial numbers and digests: another form would be the certificate of no real peer. */
const hex: Reader<string> = parsed('unknown_value', (value) => {
  if (/^[0-9a-f]+$/.test(value)) return { value };
  const plain = value.toLowerCase().replace(/^0x/, '').replaceAll(/[: ]/g, '');
  const problem = `\`${value}\` is not lower-case hex without colons`;
  return /^[0-9a-f]+$/.test(plain) ? { problem, help: `write \`${plain}\`` } : { problem };
});

shaped(hex, textual({ pattern: '^[0-9a-f]+$' }));

const CERTIFICATE_FIELDS = {
  subject: { read: text, doc: 'the subject (RFC 4514); default: the principal, if it is a subject' },
  issuer: { read: text, doc: 'the issuer (RFC 4514)' },
  serial: { read: hex, doc: 'the serial number in lower-case hex; default 01' },
  notBefore: { read: instant, doc: 'start of the validity (RFC 3339); default 1970' },
  notAfter: { read: instant, doc: 'end of the validity (RFC 3339); default 9999' },
  uriSans: { read: list(nonEmptyText), doc: 'the URI names; default: the principal, if it is a URI' },
  dnsSans: { read: list(nonEmptyText), doc: 'the DNS names; default: the principal, if it is neither' },
  ipSans: { read: list(nonEmptyText), doc: 'the IP addresses' },
  emailSans: { read: list(nonEmptyText), doc: 'the e-mail addresses' },
  keyUsages: { read: list(nonEmptyText), doc: 'the key usages (RFC 5280); default digitalSignature' },
  extendedKeyUsages: {
    read: list(nonEmptyText),
    doc: 'the extended key usages (RFC 5280); default clientAuth and serverAuth',
  },
  sha256: {
    read: hex,
    doc: 'the digest of the DER in lower-case hex; default: derived from the other fields',
  },
} as const satisfies Fields;

const DESTINATION_FIELDS = {
  address: { read: nonEmptyText, doc: 'the IP address that received the request' },
  port: { read: integer(0, 65_535), doc: 'the port that received the request' },
  principal: { read: text, doc: 'the identity of the receiving proxy' },
  service: { read: text, doc: 'the service name of the receiving proxy' },
  labels: { read: mapOf(text), doc: 'the labels of the receiving proxy' },
} as const satisfies Fields;

export const TOKEN_FIELDS = {
  issuer: { read: located(nonEmptyText), doc: 'name of the Issuer of the token', required: true },
  claims: {
    read: jsonObject,
    doc: 'claims, in addition to the default claims or replacing them; `~` leaves one out',
  },
  header: {
    read: jsonObject,
    doc: 'header members, in addition to the default members or replacing them; `~` leaves one out',
  },
  key: {
    read: nonEmptyText,
    doc: 'name of the throwaway key that signs; default `current`, the only key in the key set of the issuer',
  },
  expiresIn: { read: signedDuration, doc: 'time from `now` to `exp`, may be negative; default 1h' },
  bind: {
    read: oneOf(['certificate']),
    doc: '`certificate`: the token has a `cnf` with the digest of the `certificate` of the caller (RFC 8705)',
  },
} as const satisfies Fields;

/** Reader of the text of a token. The claims of one belong under `jwt`. */
function tokenText(at: Cursor): string | undefined {
  if (at.tree.kind !== 'mapping') return nonEmptyText(at);
  const isToken = at.tree.entries.has('claims') || at.tree.entries.has('issuer');
  const own = inline(at) ?? '{sub: ...}';
  const meant = isToken ? own : `{issuer: ..., claims: ${own}}`;
  const help = `write the claims of a token under \`jwt\`: \`jwt: ${meant}\``;
  return report(at, 'wrong_type', 'expected the text of a token, found a mapping', help);
}

const CALLER_FIELDS = {
  principal: { read: text, doc: 'the identity of the peer; default: no client certificate' },
  certificate: {
    read: mapping(CERTIFICATE_FIELDS),
    doc: 'fields of the client certificate; default: Envoy does not send it',
  },
  address: { read: nonEmptyText, doc: 'the IP address of the peer; default 192.0.2.1' },
  port: { read: integer(0, 65_535), doc: 'the port of the peer; default 0' },
  service: { read: text, doc: 'the service name of the peer' },
  labels: { read: mapOf(text), doc: 'the labels of the peer' },
  jwt: {
    read: mapping(TOKEN_FIELDS, tokenHelp),
    doc: 'a token, which the test run signs with a temporary key',
  },
  token: { read: tokenText, like: nonEmptyText, doc: 'the text of a token, sent unchanged' },
} as const satisfies Fields;

const readCallerFields = mapping(CALLER_FIELDS, callerHelp);

/** Reader of a caller of a test. */
export const callerSpec: Reader<CallerSpec> = (at) => {
  const help = principalHelp(at);
  return help === undefined
    ? readCallerFields(at)
    : report(at, 'wrong_type', 'expected a mapping, found text', help);
};
shaped(callerSpec, shapeOf(readCallerFields));

export interface BodySpec {
  /** The text, or the messages of a call: one, or a list of them. */
  readonly content: string | Located<JsonValue>;
  /** Content type, unless the request names another. */
  readonly type: string | undefined;
  /** True: the proxy sends this part of a longer body. */
  readonly truncated: boolean;
}

/** A value in the JSON mapping of protobuf. */
function message(at: Cursor): JsonValue | undefined {
  return plainJson(at.tree);
}

const BODY_FIELDS = {
  json: { read: (at: Cursor) => ({ json: plainJson(at.tree) }), doc: 'a value that is sent as JSON' },
  text: { read: text, doc: 'a text' },
  protobuf: {
    read: located(message),
    doc: 'a message of the method of the path, or a list of them, sent as gRPC',
  },
  truncated: { read: boolean, doc: 'true: the proxy sends only this part of a longer body; default false' },
} as const satisfies Fields;

const readBodyFields = mapping(BODY_FIELDS);
const readBody: Reader<BodySpec> = (at) => {
  const { tree } = at;
  const isValue = tree.kind === 'mapping' && tree.entries.size > 0 && !meansFields([...tree.entries.keys()]);
  if (tree.kind === 'list' || isValue) {
    const inline = written(at);
    const shown = inline.length <= 60 && /^[{[][^\n]*$/.test(inline) ? inline : '...';
    const help = `write \`body: {json: ${shown}}\``;
    const edit = shown === '...' ? undefined : { ...tree.range, text: `{json: ${shown}}` };
    return report(at, 'wrong_type', `expected text or \`{json: ...}\`, found ${shape(at)}`, { help, edit });
  }
  if (tree.kind !== 'mapping') {
    const plain = text(at);
    return plain === undefined ? undefined : { content: plain, type: undefined, truncated: false };
  }
  const body = readBodyFields(at);
  // A misspelt field is reported already.
  if ([...tree.entries.keys()].every((key) => Object.hasOwn(BODY_FIELDS, key)))
    exactlyOne(at, ['json', 'text', 'protobuf']);
  const { json, protobuf, truncated = false } = body ?? {};
  if (json !== undefined) return { content: jsonText(json.json), type: 'application/json', truncated };
  if (protobuf !== undefined) return { content: protobuf, type: 'application/grpc', truncated };
  return body?.text === undefined ? undefined : { content: body.text, type: undefined, truncated };
};

shaped(readBody, { kind: 'either', of: [text, readBodyFields] });

/** True for a field of a body, or a single key that is a misspelling of one. */
function meansFields(keys: readonly string[]): boolean {
  const [key = ''] = keys;
  const fields = Object.keys(BODY_FIELDS);
  return (
    fields.some((field) => keys.includes(field)) || (keys.length === 1 && nearest(key, fields) !== undefined)
  );
}

/** A header value; null (`~`) removes a header of a named request. */
export const headerOrNothing: Reader<string | null> = (at) =>
  at.tree.kind === 'scalar' && at.tree.value === null ? null : headerValue(at);

/** As `headerOrNothing`, and a list for a header that is sent more than once. */
const sentHeader: Reader<readonly string[] | null> = (at) => {
  if (at.tree.kind === 'list') return headerValues(at);
  const value = headerOrNothing(at);
  return typeof value === 'string' ? [value] : value;
};

const headerValues = someOf(headerValue);
shaped(headerOrNothing, { kind: 'value', schema: { type: ['string', 'null'] } });
shaped(sentHeader, { kind: 'either', of: [headerOrNothing, headerValues] });

export const REQUEST_FIELDS = {
  method: { read: method, doc: 'the method; default GET, and POST with `body: {protobuf: ...}`' },
  scheme: { read: oneOf(['http', 'https']), doc: 'the scheme; default https' },
  host: { read: nonEmptyText, doc: 'the authority' },
  path: { read: text, doc: 'the path as sent, with the query string; default /, and none for CONNECT' },
  headers: {
    read: mapOf(sentHeader, headerName),
    doc: 'request headers; a list for a header that is sent more than once',
  },
  body: {
    read: readBody,
    doc: 'the body: text, `{json: ...}` or `{protobuf: ...}`, also with `truncated: true`',
  },
  protocol: { read: nonEmptyText, doc: 'the protocol, such as `HTTP/1.1`; default HTTP/2' },
  requestedServerName: { read: text, doc: 'the TLS SNI' },
  context: { read: mapOf(text), doc: 'the `context_extensions` of the route' },
  metadata: { read: filterMetadata, doc: 'dynamic metadata by filter name' },
  routeMetadata: { read: filterMetadata, doc: 'metadata of the route by filter name' },
  destination: { read: mapping(DESTINATION_FIELDS), doc: 'the receiving proxy' },
} as const satisfies Fields;

export type CallerSpec = Read<typeof CALLER_FIELDS>;
export type RequestSpec = Read<typeof REQUEST_FIELDS>;
