/** A header, and who the caller is with it, or what the caller reads. */
export interface XfccCase {
  readonly name: string;
  readonly header: string;
  /** Trusted proxies. */
  readonly hops: number;
  readonly principal?: string;
  readonly refusal?: Refusal;
}

/** Reasons to refuse a header, each with its status and sentence. */
export type Refusal = keyof typeof REFUSALS;

const HEADER = '`x-forwarded-client-cert`';
const ambiguous = (problem: string) => ({
  reason: 'peer_ambiguous',
  status: 403,
  detail: `${HEADER} ${problem}`,
});

export const REFUSALS = {
  form: ambiguous('is not in a form that Envoy writes'),
  elements: ambiguous('has more elements than there are trusted proxies, or a name that looks like one'),
  uris: ambiguous('has an element with several URI names'),
  length: ambiguous('is longer than 64 KiB'),
  dns: ambiguous('has several DNS names in its text form, and no URI name'),
  spiffe: {
    reason: 'peer_untrusted',
    status: 403,
    detail: 'a SPIFFE ID must be the URI name of the certificate',
  },
  missing: {
    reason: 'peer_missing',
    status: 401,
    detail: 'this service takes calls from authenticated workloads only',
  },
} as const;

const WEB = 'spiffe://acme.example/ns/shop/sa/web';
const ADMIN = 'spiffe://acme.example/ns/shop/sa/admin';
const GATEWAY = 'spiffe://acme.example/ns/edge/sa/gateway';
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const C = 'c'.repeat(64);
const BY = `By=${GATEWAY}`;
const CERT = '"-----BEGIN%20CERTIFICATE-----%0AMIIB%2B%2F%3D%0A-----END%20CERTIFICATE-----%0A"';

const is = (name: string, header: string, principal: string, hops = 1): XfccCase => ({
  name,
  header,
  hops,
  principal,
});
const not = (refusal: Refusal, name: string, header: string, hops = 1): XfccCase => ({
  name,
  header,
  hops,
  refusal,
});

const TEXT: readonly XfccCase[] = [
  is('all that Envoy writes by default', `${BY};Hash=${A};URI=${WEB}`, WEB),
  is('a subject and a URI', `${BY};Hash=${A};Subject="CN=web";URI=${WEB}`, WEB),
  is('every key', `${BY};Hash=${A};Cert=${CERT};Subject="CN=web";URI=${WEB}`, WEB),
  is('an issuer where no URI is reported', `${BY};Hash=${A};Subject="CN=web";Issuer="CN=ca"`, 'CN=web'),
  is('only a digest and a URI', `Hash=${A};URI=${WEB}`, WEB),
  is('only a URI, by a proxy that sends no digest', `URI=${WEB}`, WEB),
  is('several identities of the proxy', `${BY};By=http://gateway/;Hash=${A};URI=${WEB}`, WEB),
  is('a URI that is empty and a subject', `${BY};Hash=${A};Subject="CN=web";URI=`, 'CN=web'),
  is('a DNS name where no URI is reported', `${BY};Hash=${A};Subject="CN=web";DNS=web.svc`, 'web.svc'),
  is('an issuer after an empty URI', `${BY};Hash=${A};Subject="CN=web";URI=;Issuer="CN=ca"`, 'CN=web'),
  is('a DNS name', `${BY};Hash=${A};DNS=web.svc`, 'web.svc'),
  is('a subject', `${BY};Hash=${A};Subject="CN=web,O=acme"`, 'CN=web,O=acme'),
  is('a subject with an escaped comma', `Hash=${A};Subject="CN=web\\,O=acme"`, 'CN=web\\,O=acme'),
  is('a subject with an escaped quote', `Hash=${A};Subject="CN=a\\"b"`, 'CN=a\\"b'),
  is('a subject with an escaped semicolon', `Hash=${A};Subject="CN=a\\;b"`, 'CN=a\\;b'),
  is('a subject that ends with a backslash', `Hash=${A};Subject="CN=a\\\\"`, 'CN=a\\\\'),
  is('a subject that ends with a quote', `Hash=${A};Subject="CN=a\\""`, 'CN=a\\"'),
  is(
    'a subject that looks like pairs',
    `Hash=${A};Subject="CN=a\\"\\;URI=${ADMIN}\\;Subject=\\"b"`,
    `CN=a\\"\\;URI=${ADMIN}\\;Subject=\\"b`,
  ),
  is(
    'a subject that looks like an element',
    `Hash=${A};Subject="CN=a\\"\\,By=x\\;Hash=${B}\\;URI=${ADMIN}"`,
    `CN=a\\"\\,By=x\\;Hash=${B}\\;URI=${ADMIN}`,
  ),
  is('escaped bytes', `Hash=${A};Subject="CN=M\\C3\\BCller"`, 'CN=M\\C3\\BCller'),
  is('escaped spaces', `Hash=${A};Subject="CN=\\ a\\ "`, 'CN=\\ a\\ '),
  is('keys in lower case', `by=${GATEWAY};hash=${A};uri=${WEB}`, WEB),
  is('keys in upper case', `BY=${GATEWAY};HASH=${A};URI=${WEB}`, WEB),
  is('a digest in upper case', `Hash=${A.toUpperCase()};URI=${WEB}`, WEB),
  is('a URI with an equals sign', `Hash=${A};URI=http://a/?b=c`, 'http://a/?b=c'),
  is('a URI with spaces is another', `Hash=${A};URI= ${WEB} `, ` ${WEB} `),
  is('a URI with a percent sign', `Hash=${A};URI=http://a/%2c`, 'http://a/%2c'),
  is('two proxies', `${BY};Hash=${A};URI=${ADMIN},${BY};Hash=${B};URI=${WEB}`, WEB, 2),
  is('three proxies', `Hash=${A};URI=${ADMIN},Hash=${B};URI=${ADMIN},Hash=${C};URI=${WEB}`, WEB, 3),
  is('fewer elements than trusted proxies', `${BY};Hash=${A};URI=${WEB}`, WEB, 3),
  is('two proxies without digests', `URI=${ADMIN},URI=${WEB}`, WEB, 2),
  is(
    'a forged element that has no digest, before the trusted one',
    `URI=${ADMIN},${BY};Hash=${A};URI=${WEB}`,
    WEB,
  ),
  is(
    'as many elements as trusted proxies, with 20',
    Array(20).fill(`Hash=${A};URI=${WEB}`).join(','),
    WEB,
    20,
  ),
  not('missing', 'an empty header', ''),
  not('missing', 'spaces', '   '),
  not('missing', 'a tab', '\t'),
  not('missing', 'no trusted proxy', `${BY};Hash=${A};URI=${WEB}`, 0),
  not('missing', 'no trusted proxy and a header that cannot be read', ';;;', 0),
  not('missing', 'an element without names', `${BY};Hash=${A}`),
  not('missing', 'an element whose names are empty', `${BY};Hash=${A};Subject="";URI=`),
  not(
    'elements',
    'a forged element before the trusted one',
    `${BY};Hash=${A};URI=${ADMIN},${BY};Hash=${B};URI=${WEB}`,
  ),
  not(
    'elements',
    'a forged element after the trusted one',
    `${BY};Hash=${A};URI=${WEB},${BY};Hash=${B};URI=${ADMIN}`,
  ),
  not('elements', 'the same element twice', `Hash=${A};URI=${WEB},Hash=${A};URI=${WEB}`),
  not(
    'elements',
    'three elements and two trusted proxies',
    `Hash=${A};URI=${ADMIN},Hash=${B};URI=${ADMIN},Hash=${C};URI=${WEB}`,
    2,
  ),
  not('elements', 'a URI that goes on as an element without digest', `Hash=${A};URI=${WEB},URI=${ADMIN}`),
  not('elements', 'a digest beside none among two proxies', `Hash=${A};URI=http://e/,URI=${ADMIN}`, 2),
  not('elements', 'none beside a digest among two proxies', `URI=${ADMIN},Hash=${A};URI=${WEB}`, 2),
  not(
    'elements',
    'a URI with an element in it',
    `Hash=${A};URI=x,${BY};Hash=${B};Subject="CN=z";URI=${ADMIN}`,
  ),
  not('uris', 'two URIs', `Hash=${A};URI=${WEB};URI=${ADMIN}`),
  not('uris', 'the same URI twice', `Hash=${A};URI=${WEB};URI=${WEB}`),
  not('uris', 'a URI with a semicolon', `Hash=${A};URI=http://e/;URI=${ADMIN}`),
  not(
    'uris',
    'two URIs of the farther of two proxies',
    `Hash=${A};URI=${WEB};URI=${ADMIN},Hash=${B};URI=${WEB}`,
    2,
  ),
  not('dns', 'two DNS names', `Hash=${A};DNS=web.svc;DNS=admin.svc`),
  not('dns', 'a DNS name with a semicolon', `Hash=${A};DNS=admin.svc;DNS=x`),
  not('form', 'a URI name that begins as a DNS name', `Hash=${A};URI=;DNS=admin.svc`),
  not('form', 'a URI name that begins as two DNS names', `Hash=${A};URI=;DNS=admin.svc;DNS=x`),
  not('uris', 'a URI name that begins as another', `Hash=${A};URI=;URI=${ADMIN}`),
  not('uris', 'two URI names, the second of which is empty', `Hash=${A};URI=${WEB};URI=`),
  not('uris', 'two empty URI names', `Hash=${A};URI=;URI=`),
  not('spiffe', 'a DNS name like a SPIFFE ID', `Hash=${A};DNS=${WEB}`),
  not('spiffe', 'a DNS name like a SPIFFE ID in upper case', `Hash=${A};DNS=SPIFFE://acme.example/web`),
  not('spiffe', 'a subject like a SPIFFE ID', `Hash=${A};Subject="${WEB}"`),
];

const BROKEN_TEXT: readonly XfccCase[] = [
  ['a key without a value', 'Hash'],
  ['a value without a key', `=${A}`],
  ['text alone', 'hello'],
  ['a separator alone', ';'],
  ['a comma alone', ','],
  ['a separator at the start', `;Hash=${A};URI=${WEB}`],
  ['a comma at the start', `,Hash=${A};URI=${WEB}`],
  ['a separator at the end', `Hash=${A};URI=${WEB};`],
  ['a comma at the end', `Hash=${A};URI=${WEB},`],
  ['two separators', `Hash=${A};;URI=${WEB}`],
  ['two commas', `Hash=${A};URI=${ADMIN},,Hash=${B};URI=${WEB}`],
  ['a space after a separator', `Hash=${A}; URI=${WEB}`],
  ['a space before the first key', ` Hash=${A};URI=${WEB}`],
  ['a space after a comma', `Hash=${A};URI=${ADMIN}, Hash=${B};URI=${WEB}`],
  ['a space before an equals sign', `Hash =${A};URI=${WEB}`],
  ['an unknown key', `Hash=${A};SAN=${WEB}`],
  ['a key of another product', `Hash=${A};Uris=${WEB}`],
  ['a digest twice', `Hash=${A};Hash=${B};URI=${WEB}`],
  ['a subject twice', `Hash=${A};Subject="CN=web";Subject="CN=admin"`],
  ['a URI before the digest', `URI=${WEB};Hash=${A}`],
  ['a DNS name before the URI', `Hash=${A};DNS=web.svc;URI=${WEB}`],
  ['a URI before the subject', `Hash=${A};URI=${WEB};Subject="CN=web"`],
  ['the identity of the proxy last', `Hash=${A};URI=${WEB};${BY}`],
  ['a DNS name after a URI', `Hash=${A};URI=${WEB};DNS=web.svc`],
  ['an issuer after a URI', `Hash=${A};URI=${WEB};Issuer="CN=ca"`],
  ['an empty identity of the proxy', `By=;Hash=${A};URI=${WEB}`],
  ['an empty digest', `Hash=;URI=${WEB}`],
  ['a digest that is not hex', `Hash=${'x'.repeat(64)};URI=${WEB}`],
  ['a digest in quotes', `Hash="${A}";URI=${WEB}`],
  ['a digest with colons', `Hash=${A.replace(/(..)(?=.)/g, '$1:')};URI=${WEB}`],
  ['a URI in quotes', `Hash=${A};URI="${WEB}"`],
  ['a URI with a quote in it', `Hash=${A};URI=http://e/"a`],
  ['a URI with a comma', `Hash=${A};URI=http://e/,x`],
  ['a subject without quotes', `Hash=${A};Subject=CN=web`],
  ['a subject in single quotes', `Hash=${A};Subject='CN=web'`],
  ['a subject that is not closed', `Hash=${A};Subject="CN=web`],
  ['a subject whose end is escaped', `Hash=${A};Subject="CN=web\\"`],
  ['text after a subject', `Hash=${A};Subject="CN=web"x`],
  [
    'a quote of a caller that swallows the element of the proxy',
    `Hash=${A};Subject=",${BY};Hash=${B};URI=${WEB}"`,
  ],
  ['an unescaped semicolon in a subject', `Hash=${A};Subject="CN=a;b"`],
  ['a certificate without quotes', `Hash=${A};Cert=MIIB;URI=${WEB}`],
  ['a certificate with a separator', `Hash=${A};Cert="a;b";URI=${WEB}`],
  ['bytes beyond ASCII in a subject', `Hash=${A};Subject="CN=M\u00fcller"`],
  ['bytes beyond ASCII in a URI', `Hash=${A};URI=http://\u00fc/`],
  ['a tab in a URI', `Hash=${A};URI=${WEB}\t`],
  ['a NUL', `Hash=${A};URI=${WEB}\0`],
  ['a line break', `Hash=${A}\n;URI=${WEB}`],
  ['a forged element that cannot be read', `x,${BY};Hash=${A};URI=${WEB}`],
  ['a forged quote before the element of the proxy', `",${BY};Hash=${A};URI=${WEB}`],
  ['a forged element with a key alone', `URI,${BY};Hash=${A};URI=${WEB}`],
  ['percent-encoded separators', `Hash%3D${A}%3BURI%3D${WEB}`],
].map(([name = '', header = '']) => not('form', name, header));

const LONG = `Hash=${A};URI=`.padEnd(65_536, 'x');

const HUGE: readonly XfccCase[] = [
  is('a long subject', `Hash=${A};Subject="CN=${'x'.repeat(60_000)}"`, `CN=${'x'.repeat(60_000)}`),
  is('exactly 64 KiB', LONG, LONG.slice(`Hash=${A};URI=`.length)),
  not('length', 'one character more than 64 KiB', `Hash=${A};URI=`.padEnd(65_537, 'x')),
  not('elements', 'very many elements', Array(900).fill(`Hash=${A}`).join(',')),
  not('form', 'very many commas', ','.repeat(65_000)),
  not('form', 'very many quotes', '"'.repeat(65_000)),
  not('form', 'very many backslashes in a subject', `Hash=${A};Subject="${'\\'.repeat(60_000)}`),
  not('form', 'very many open brackets', '['.repeat(65_000)),
];

export const TEXT_CASES: readonly XfccCase[] = [...TEXT, ...BROKEN_TEXT, ...HUGE];
