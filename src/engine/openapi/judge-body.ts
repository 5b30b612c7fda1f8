import type { Body } from '../request/attributes.ts';
import { utf8Text } from '../request/utf8.ts';
import type { BodyDenial, BodyResult } from '../schema/body-schema.ts';
import { MISSING_BODY, unreadableBody } from '../schema/readable-body.ts';
import { judgeForm } from './form-body.ts';
import { includes, isJson, isUtf8, type MediaType, readMediaType } from './media-type.ts';
import { judgeMultipart } from './multipart-body.ts';
import type { Content, RequestBody } from './operation.ts';

/** A request with a body, or without one. */
export interface BodySource {
  readonly method: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Body;
  /** Bytes of the body, -1 if unknown. */
  readonly size: number;
  /** The body as JSON, read once for all policies. */
  readonly json: () => BodyResult;
}

/** The denial of a body that the operation does not permit; undefined if it fits. */
export function judgeBody(wanted: RequestBody | undefined, source: BodySource): BodyDenial | undefined {
  if (wanted === undefined) return hasBytes(source) || mayHaveForm(source) ? UNEXPECTED : undefined;
  if (!hasBytes(source) && !announcesBody(source)) return wanted.isRequired ? MISSING_BODY : undefined;
  const { headers, body } = source;
  const unreadable = unreadableBody(body, headers.get('content-encoding') ?? '');
  if (unreadable !== undefined) return unreadable;
  if (body.bytes.length === 0) return MISSING_BODY;
  const type = readMediaType(headers.get('content-type') ?? '');
  const content = type && wanted.contents.find(({ range }) => includes(range, type));
  if (type === undefined || content === undefined || !isUtf8(type)) return wrongType(wanted);
  return judgeContent(content, type, source);
}

const UNEXPECTED: BodyDenial = { reason: 'schema_violation', detail: 'the operation takes no body' };

function hasBytes({ body, size }: BodySource): boolean {
  return body.bytes.length > 0 || size > 0 || body.defect === 'truncated';
}

/**
 * True if headers tell of a body that the proxy did not send to Lictor: an operation whose body is optional would
 * otherwise take any.
 */
function announcesBody({ headers, body }: BodySource): boolean {
  return body.defect === 'missing' && (headers.has('content-type') || headers.has('transfer-encoding'));
}

/**
 * True if headers tell of a form or another text that the proxy did not send to Lictor: services read the parameters of
 * an operation out of it as well. Many clients name JSON without a body, which the proxy would have sent.
 */
function mayHaveForm(source: BodySource): boolean {
  if (!announcesBody(source) || source.method === 'GET' || source.method === 'HEAD') return false;
  const type = readMediaType(source.headers.get('content-type') ?? '');
  return type === undefined || !isJson(type.name);
}

function judgeContent(content: Content, type: MediaType, source: BodySource): BodyDenial | undefined {
  const { bytes } = source.body;
  if (isJson(type.name)) return judgeJson(content, source);
  if (type.name === 'multipart/form-data') return judgeMultipart(content, type, bytes);
  const isForm = type.name === 'application/x-www-form-urlencoded';
  if (content.isOpaque && !isForm) return undefined;
  if (!isForm && !type.name.startsWith('text/')) {
    const detail = `bodies of the type \`${type.name}\` cannot be compared with the schema`;
    return { reason: 'body_wrong_type', detail };
  }
  const text = utf8Text(bytes);
  if (text === undefined) return { reason: 'body_malformed', detail: 'the body is not UTF-8' };
  return isForm ? judgeForm(content, text) : content.check?.denial(text);
}

function judgeJson({ check }: Content, source: BodySource): BodyDenial | undefined {
  const { value, denial } = source.json();
  return denial ?? check?.denial(value);
}

/** Most content types that a denial names. */
const MAX_NAMED = 5;

function wrongType({ contents }: RequestBody): BodyDenial {
  const names = contents.slice(0, MAX_NAMED).map(({ range }) => `\`${range.name}\``);
  return { reason: 'body_wrong_type', detail: `the body must be ${names.join(' or ')}, in UTF-8` };
}
