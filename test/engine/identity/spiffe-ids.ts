/**
 * URI names of certificates, each with the parts of the SPIFFE ID that it is, or with the rule of the SPIFFE-ID standard
 * (section 2) that it breaks.
 */
export interface UriName {
  readonly uri: string;
  readonly why: string;
  /** Trust domain, path, namespace and service account; undefined: it is not a SPIFFE ID. */
  readonly parts?: readonly [string, string, string, string];
  /** True: not even a text of a certificate, which is refused as a whole. */
  readonly isUnreadable?: true;
}

const D = 'acme.example';
const WORKLOAD = `spiffe://${D}/ns/shop/sa/web`;
/** `text`, filled up with `x` to a length in bytes. */
const upTo = (length: number, text: string): string => text.padEnd(length, 'x');

const id = (why: string, uri: string, ...parts: readonly string[]): UriName => {
  const [domain = D, path = '', namespace = '', account = ''] = parts;
  return { why, uri, parts: [domain, path, namespace, account] };
};
const not = (why: string, uri: string): UriName => ({ why, uri });
const unreadable = (why: string, uri: string): UriName => ({ why, uri, isUnreadable: true });

/** IDs of the trust domain `acme.example` and of others. */
const SPIFFE_IDS: readonly UriName[] = [
  id('a workload of Kubernetes', WORKLOAD, D, '/ns/shop/sa/web', 'shop', 'web'),
  id('one segment', `spiffe://${D}/web`, D, '/web'),
  id('no path: the ID of the trust domain', `spiffe://${D}`, D, ''),
  id('the scheme in upper case', `SPIFFE://${D}/web`, D, '/web'),
  id('the scheme in mixed case', `Spiffe://${D}/web`, D, '/web'),
  id('the trust domain in upper case', 'spiffe://ACME.EXAMPLE/web', D, '/web'),
  id(
    'the trust domain in mixed case',
    'spiffe://Acme.Example/ns/shop/sa/web',
    D,
    '/ns/shop/sa/web',
    'shop',
    'web',
  ),
  id('the path in upper case', `spiffe://${D}/ns/Shop/sa/Web`, D, '/ns/Shop/sa/Web', 'Shop', 'Web'),
  id('`NS` is not `ns`', `spiffe://${D}/NS/shop/SA/web`, D, '/NS/shop/SA/web'),
  id('a trust domain of one label', 'spiffe://acme/web', 'acme', '/web'),
  id('a trust domain of one letter', 'spiffe://a/web', 'a', '/web'),
  id('a trust domain of digits', 'spiffe://123/web', '123', '/web'),
  id('an IPv4 address as trust domain', 'spiffe://10.0.0.1/web', '10.0.0.1', '/web'),
  id('dashes and underscores', 'spiffe://a-b_c.d/web', 'a-b_c.d', '/web'),
  id('a trust domain that begins with a dash', 'spiffe://-a/web', '-a', '/web'),
  id('a trust domain that ends with a dot', `spiffe://${D}./web`, `${D}.`, '/web'),
  id('a trust domain that begins with a dot', `spiffe://.${D}/web`, `.${D}`, '/web'),
  id('a trust domain that is two dots', 'spiffe://../web', '..', '/web'),
  id('a trust domain of 255 bytes', `spiffe://${'a'.repeat(255)}/web`, 'a'.repeat(255), '/web'),
  id('a trust domain that begins as another', `spiffe://${D}.evil.test/web`, `${D}.evil.test`, '/web'),
  id('a trust domain that ends as another', `spiffe://evil-${D}/web`, `evil-${D}`, '/web'),
  id('a path of every sign', `spiffe://${D}/aZ09.-_`, D, '/aZ09.-_'),
  id('three dots', `spiffe://${D}/...`, D, '/...'),
  id('a dot before a name', `spiffe://${D}/.web`, D, '/.web'),
  id('a dot after a name', `spiffe://${D}/web.`, D, '/web.'),
  id('dots in a name', `spiffe://${D}/a..b`, D, '/a..b'),
  id(
    'a number',
    `spiffe://${D}/9eebccd2-12bf-40a6-b262-65fe0487d453`,
    D,
    '/9eebccd2-12bf-40a6-b262-65fe0487d453',
  ),
  id('1,000 segments', `spiffe://${D}${'/a'.repeat(1000)}`, D, '/a'.repeat(1000)),
  id('2,048 bytes', upTo(2048, `spiffe://${D}/`), D, upTo(2048 - 9 - D.length, '/')),
  id('a namespace alone', `spiffe://${D}/ns/shop`, D, '/ns/shop', 'shop'),
  id('a service account alone', `spiffe://${D}/sa/web`, D, '/sa/web'),
  id('`ns` alone', `spiffe://${D}/ns`, D, '/ns'),
  id('`ns` later in the path', `spiffe://${D}/region/eu/ns/shop/sa/web`, D, '/region/eu/ns/shop/sa/web'),
  id(
    'segments between namespace and account',
    `spiffe://${D}/ns/shop/pod/1/sa/web`,
    D,
    '/ns/shop/pod/1/sa/web',
    'shop',
    'web',
  ),
  id('segments after the account', `spiffe://${D}/ns/shop/sa/web/pod/1`, D, '/ns/shop/sa/web/pod/1', 'shop'),
  id('`sa` as the namespace', `spiffe://${D}/ns/sa/web`, D, '/ns/sa/web', 'sa'),
  id('`sa` without a name', `spiffe://${D}/ns/shop/sa`, D, '/ns/shop/sa', 'shop'),
  id('`sa` twice', `spiffe://${D}/ns/shop/sa/sa/sa`, D, '/ns/shop/sa/sa/sa', 'shop', 'sa'),
];

const NO_SPIFFE_IDS: readonly UriName[] = [
  not('no trust domain', 'spiffe:///web'),
  not('nothing after the scheme', 'spiffe://'),
  not('only a path', 'spiffe:/web'),
  not('no slashes', `spiffe:${D}/web`),
  not('one slash', `spiffe:/${D}/web`),
  not('three slashes', `spiffe:///${D}/web`),
  not('no scheme', `${D}/ns/shop/sa/web`),
  not('no scheme, and slashes', `//${D}/web`),
  not('http', `http://${D}/web`),
  not('https', `https://${D}/web`),
  not('a longer scheme', `spiffes://${D}/web`),
  not('a shorter scheme', `spiff://${D}/web`),
  not('text before the scheme', `x${WORKLOAD}`),
  not('a space before the scheme', ` ${WORKLOAD}`),
  not('a space at the end', `${WORKLOAD} `),
  not('a space in the scheme', `spiffe ://${D}/web`),
  not('a scheme in another scheme', `x:${WORKLOAD}`),
  not('backslashes', `spiffe:\\\\${D}\\web`),
  not('a backslash in the path', `spiffe://${D}/a\\web`),
  not('a trust domain that is a space', 'spiffe:// /web'),
  not('a port', `spiffe://${D}:443/web`),
  not('an empty port', `spiffe://${D}:/web`),
  not('user info', `spiffe://user@${D}/web`),
  not('empty user info', `spiffe://@${D}/web`),
  not('user and password', `spiffe://user:pass@${D}/web`),
  not('an IPv6 address', 'spiffe://[::1]/web'),
  not('a wildcard as trust domain', 'spiffe://*/web'),
  not('a percent-encoded trust domain', 'spiffe://acme%2eexample/web'),
  not('a comma in the trust domain', 'spiffe://acme,example/web'),
  not('a plus sign in the trust domain', 'spiffe://acme+example/web'),
  not('a tilde in the trust domain', 'spiffe://~acme/web'),
  not('a trust domain of 256 bytes', `spiffe://${'a'.repeat(256)}/web`),
  not('only a slash as path', `spiffe://${D}/`),
  not('a slash at the end', `${WORKLOAD}/`),
  not('two slashes', `spiffe://${D}//web`),
  not('two slashes in the path', `spiffe://${D}/ns//web`),
  not('two slashes at the end', `${WORKLOAD}//`),
  not('a dot segment', `spiffe://${D}/./web`),
  not('a dot segment at the end', `spiffe://${D}/web/.`),
  not('two dots as a segment', `spiffe://${D}/ns/../web`),
  not('two dots at the end', `spiffe://${D}/ns/shop/sa/web/..`),
  not('two dots at the start', `spiffe://${D}/../other.example/web`),
  not('an encoded slash', `spiffe://${D}/ns%2fshop`),
  not('encoded dots', `spiffe://${D}/%2e%2e/web`),
  not('an encoded letter', `spiffe://${D}/%77eb`),
  not('a percent sign', `spiffe://${D}/100%`),
  not('a query', `${WORKLOAD}?admin=1`),
  not('an empty query', `${WORKLOAD}?`),
  not('a fragment', `${WORKLOAD}#admin`),
  not('an empty fragment', `${WORKLOAD}#`),
  not('a query without a path', `spiffe://${D}?x`),
  not('a fragment without a path', `spiffe://${D}#x`),
  not('a wildcard', `spiffe://${D}/ns/shop/sa/*`),
  not('a comma', `${WORKLOAD},${WORKLOAD}`),
  not('a semicolon', `${WORKLOAD};v=1`),
  not('a plus sign', `spiffe://${D}/a+b`),
  not('a tilde', `spiffe://${D}/~web`),
  not('a colon', `spiffe://${D}/a:b`),
  not('an at sign', `spiffe://${D}/web@1`),
  not('an equals sign', `spiffe://${D}/a=b`),
  not('a dollar sign', `spiffe://${D}/$web`),
  not('a quote', `spiffe://${D}/"web"`),
  not('brackets', `spiffe://${D}/[web]`),
  not('braces', `spiffe://${D}/{web}`),
  not('2,049 bytes', upTo(2049, `spiffe://${D}/`)),
  unreadable('a line break at the end', `${WORKLOAD}\n`),
  unreadable('a tab', `spiffe://${D}/a\tb`),
  unreadable('a NUL', `${WORKLOAD}\0`),
  unreadable('a letter beyond ASCII', `spiffe://${D}/w\u00e9b`),
  unreadable('a trust domain beyond ASCII', 'spiffe://\u00e4cme.example/web'),
];

export const URI_NAMES: readonly UriName[] = [...SPIFFE_IDS, ...NO_SPIFFE_IDS];
