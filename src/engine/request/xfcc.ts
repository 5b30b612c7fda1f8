/** Client certificate as reported by one proxy. A field that the proxy does not report is empty. */
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

/** Maximum length of the header, in UTF-16 units: proxies limit headers to about this size. */
const MAX_LENGTH = 64 * 1024;

/**
 * Elements of `x-forwarded-client-cert`, the nearest hop last. Commas separate elements, semicolons separate pairs, a
 * quoted value may contain both (`\"` is a quote). Undefined if any part is malformed: a partly readable header is not
 * trusted.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function parseXfcc(header: string): readonly XfccElement[] | undefined {
  if (header.trim() === '' || header.length > MAX_LENGTH) return undefined;
  const elements: XfccElement[] = [];
  let pairs: (readonly [string, string])[] = [];
  let at = 0;
  for (;;) {
    PAIR.lastIndex = at;
    const [all, key, quoted, plain = '', separator] = PAIR.exec(header) ?? [];
    if (all === undefined || key === undefined) return undefined;
    pairs.push([key.toLowerCase(), quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1')]);
    at += all.length;
    if (separator === ';') continue;
    elements.push(elementOf(pairs));
    pairs = [];
    if (separator !== ',') return at === header.length ? elements : undefined;
  }
}

/** A pair and the separator after it, if any. */
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

/** Principal of the client: its URI name, else its first DNS name, else its subject, as Envoy does for a peer. */
export function principalOf({ uri, dns, subject }: XfccElement): string {
  return uri || (dns[0] ?? '') || subject;
}
