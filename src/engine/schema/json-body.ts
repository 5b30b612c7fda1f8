import { parseJson } from '../request/json.ts';
import type { BodyReason, BodyResult, ReadJsonBody } from './body-schema.ts';
import { unreadableBody } from './readable-body.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body as JSON (RFC 8259, UTF-8): whole and not encoded, with content type `application/json`, `...+json` or
 * none, not empty, and well-formed without duplicate members. The first of these that fails gives the reason.
 */
export const readJsonBody: ReadJsonBody = (body, { type, encoding }) => {
  const unreadable = unreadableBody(body, encoding);
  if (unreadable !== undefined) return { denial: unreadable };
  if (type !== '' && !isJsonType(type))
    return denied('body_wrong_type', 'the body must be `application/json`');
  if (body.bytes.length === 0) return denied('body_missing', 'a JSON body is required');
  const text = decode(body.bytes);
  if (text === undefined) return denied('body_malformed', 'the body is not UTF-8');
  const { value, problem } = parseJson(text, { refusesAmbiguity: true });
  return problem === undefined ? { value } : denied('body_malformed', `the body is not JSON: ${problem}`);
};

/**
 * Compares the media type (RFC 6839 section 3.1). The service would read another charset than UTF-8 differently, and
 * also a second type after a comma, which is how a repeated header appears.
 */
function isJsonType(contentType: string): boolean {
  if (contentType.includes(',')) return false;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const name = type.trim();
  if (name !== 'application/json' && !(name.endsWith('+json') && /^[a-z]+\/[^\s,/]+$/.test(name)))
    return false;
  return parameters.every((parameter) => !parameter.includes('charset') || UTF8_CHARSET.test(parameter));
}

/**
 * Every other text with `charset` is refused, as parsers find one in `charset*=us-ascii''utf-7` and
 * `charset*0=utf-;charset*1=7` (RFC 2231, Python's `email`), and careless ones within other parameters.
 */
const UTF8_CHARSET = /^\s*charset\s*=\s*"?(?:utf-?8|us-ascii)"?\s*$/;

function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function denied(reason: BodyReason, detail: string): BodyResult {
  return { denial: { reason, detail } };
}
