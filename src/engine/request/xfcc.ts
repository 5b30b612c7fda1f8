import type { JsonObject, JsonValue } from './attributes.ts';
import { parseJson } from './json.ts';
import { isJsonList, isJsonObject } from './json-value.ts';
import { readXfccText, type XfccNames } from './xfcc-text.ts';

/** Client certificate as reported by one proxy. A field that the proxy does not report is empty. */
export interface XfccElement {
  /** Identity of the proxy itself. */
  readonly by: string;
  /** SHA-256 of the certificate, in hex. */
  readonly hash: string;
  /** RFC 4514, as Envoy prints it for a direct peer. */
  readonly subject: string;
  /** The only URI name: an element with several is not read. */
  readonly uri: string;
  readonly dns: readonly string[];
  /** The certificate and those of its issuers that the client has sent, in PEM, percent-encoded in the text form. */
  readonly chain: string;
}

export type ReadXfcc =
  | {
      readonly elements: readonly XfccElement[];
      readonly form: 'text' | 'json';
      readonly problem?: undefined;
    }
  /** The phrase completes "`x-forwarded-client-cert` …" and shows nothing of the header. */
  | { readonly problem: string; readonly elements?: undefined };

/** Maximum length of the header, in UTF-16 units: proxies limit headers to about this size. */
const MAX_LENGTH = 64 * 1024;

/**
 * The elements of `x-forwarded-client-cert` that `hops` trusted proxies added, the nearest last; none if the header is
 * empty. The header has the text form or, with `set_current_client_cert_details.format: JSON`, the JSON form; under
 * `APPEND_FORWARD` the proxy continues in the form of the header that it got, so that callers choose it.
 *
 * Envoy writes the names of a certificate into the text form as they are: a name can hold what looks like a further
 * pair or element. Whatever more than one certificate could lead to is a problem, not a guess:
 * - text in which a trusted element follows one that Envoy may have written, since Envoy alone writes digests: a name
 *   in the certificate of that one may go on as the other;
 * - an element that Envoy does not write, with another order of keys or text after its URI name;
 * - more than one URI name.
 *
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function readXfcc(header: string, hops: number): ReadXfcc {
  if (header.trim() === '') return { elements: [], form: 'text' };
  if (header.length > MAX_LENGTH) return { problem: 'is longer than 64 KiB' };
  const isJson = header.trimStart().startsWith('[');
  const all = isJson ? readJson(header, hops) : readXfccText(header);
  if (all === undefined) return { problem: 'is not in a form that Envoy writes' };
  const names = all.slice(-hops);
  if (!isJson && mayBeForged(all.slice(0, -hops), names)) {
    return { problem: 'has more elements than there are trusted proxies, or a name that looks like one' };
  }
  if (names.some(({ uris }) => uris.length > 1)) return { problem: 'has an element with several URI names' };
  const elements = names.map(({ uris, ...rest }) => ({ ...rest, uri: uris[0] ?? '' }));
  return { elements, form: isJson ? 'json' : 'text' };
}

/**
 * True if a trusted element may be a part of a name: if one with a digest is before the trusted ones, which are then too
 * many, or is among them beside one without, which Envoy has not written.
 */
function mayBeForged(others: readonly XfccNames[], trusted: readonly XfccNames[]): boolean {
  const hasDigest = ({ hash }: XfccNames): boolean => hash !== '';
  return others.some(hasDigest) || (trusted.some(hasDigest) && !trusted.every(hasDigest));
}

/** The last `hops` elements. Those before them are the caller's, and only have to be JSON. */
function readJson(header: string, hops: number): readonly XfccNames[] | undefined {
  const { value } = parseJson(header);
  if (!isJsonList(value) || value.length === 0) return undefined;
  const names = value.slice(-hops).map((element) => (isJsonObject(element) ? namesOf(element) : undefined));
  return names.every((each) => each !== undefined) ? names : undefined;
}

/** Envoy leaves out a member without a value; its spelling is exact. */
function namesOf(element: JsonObject): XfccNames | undefined {
  const member = (name: string, otherwise: JsonValue): JsonValue =>
    Object.hasOwn(element, name) ? (element[name] ?? null) : otherwise;
  const [hash, subject, chain] = [member('hash', ''), member('subject', ''), member('chain', [])];
  const [by, uris, dns] = ['by', 'uri', 'dns'].map((name) => textsOf(member(name, [])));
  if (typeof hash !== 'string' || !HASH.test(hash)) return undefined;
  if (typeof subject !== 'string' || !PRINTABLE.test(subject)) return undefined;
  if (by === undefined || uris === undefined || dns === undefined) return undefined;
  if (!isJsonList(chain) || !chain.every((each) => typeof each === 'string')) return undefined;
  const names = { subject, uris: uris.filter((uri) => uri !== ''), dns };
  return { by: by[0] ?? '', hash, ...names, chain: chain.join('') };
}

function textsOf(value: JsonValue): readonly string[] | undefined {
  if (!isJsonList(value)) return undefined;
  const texts = value.filter((each): each is string => typeof each === 'string' && PRINTABLE.test(each));
  return texts.length === value.length ? texts : undefined;
}

/** Envoy always writes the digest of the certificate, and so tells an element from a part of a name. */
const HASH = /^[0-9A-Fa-f]+$/;

/** Names in certificates are ASCII (IA5String), and Envoy escapes all else in subjects. */
const PRINTABLE = /^[ -~]*$/;
