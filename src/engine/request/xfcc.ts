/** What one proxy says of the client certificate that it saw. Empty where it does not say. */
export interface XfccElement {
  /** Identity of the proxy itself. */
  readonly by: string;
  /** SHA-256 of the certificate, in hex. */
  readonly hash: string;
  /** RFC 2253. */
  readonly subject: string;
  /** The first URI name. */
  readonly uri: string;
  readonly dns: readonly string[];
}

/** The longest header that is read, in UTF-16 units: proxies cap headers at about that. */
const MAX_LENGTH = 64 * 1024;

/**
 * The elements of `x-forwarded-client-cert`, the nearest hop last. Elements stand between commas, pairs between
 * semicolons, a value in quotes may hold both (`\"` is a quote). Undefined for what is not of this form: half of it
 * proves nothing.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function parseXfcc(header: string): readonly XfccElement[] | undefined {
  if (header.trim() === '' || header.length > MAX_LENGTH) return undefined;
  const elements: XfccElement[] = [];
  let pairs: (readonly [string, string])[] = [];
  let at = 0;
  for (;;) {
    PAIR.lastIndex = at;
    const [all, key, quoted, plain = '', mark] = PAIR.exec(header) ?? [];
    if (all === undefined || key === undefined) return undefined;
    pairs.push([key.toLowerCase(), quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1')]);
    at += all.length;
    if (mark === ';') continue;
    elements.push(elementOf(pairs));
    pairs = [];
    if (mark !== ',') return at === header.length ? elements : undefined;
  }
}

/** A pair with the mark behind it, if there is one. */
const PAIR = /[ \t]*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"[ \t]*|([^",;]*))([,;]|$)/y;

function elementOf(pairs: readonly (readonly [string, string])[]): XfccElement {
  const all = (name: string): readonly string[] =>
    pairs.filter(([key, value]) => key === name && value !== '').map(([, value]) => value);
  return {
    by: all('by')[0] ?? '',
    hash: all('hash')[0] ?? '',
    subject: all('subject')[0] ?? '',
    uri: all('uri')[0] ?? '',
    dns: all('dns'),
  };
}

/** Who the client is: its URI name, else its first DNS name, else its subject, as Envoy takes a peer's principal. */
export function principalOf({ uri, dns, subject }: XfccElement): string {
  return uri || (dns[0] ?? '') || subject;
}
