import { createCertificateReader } from '../../../src/engine/identity/certificate.ts';
import { connectionPeer, forwardedPeer } from '../../../src/engine/identity/peer.ts';
import type { Peer } from '../../../src/engine/request/attributes.ts';
import { readXfcc } from '../../../src/engine/request/xfcc.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { CAPTURED } from './captured-xfcc.ts';
import { CERTIFICATES } from './certificates.ts';

const READER = createCertificateReader(nodeCrypto);
const WEB = 'spiffe://acme.example/ns/shop/sa/web';
const ADMIN = 'spiffe://acme.example/ns/shop/sa/admin';

function peer(known: Partial<Peer>): Peer {
  return { address: '', port: 0, principal: '', service: '', labels: new Map(), certificate: '', ...known };
}

/** The principal, or the reason of the denial in brackets. */
function forwarded(header: string, hops = 1, certificate = ''): string {
  const { principal, denial } = forwardedPeer(readXfcc(header, hops), peer({ certificate }), READER);
  return principal ?? `(${denial?.reason ?? ''})`;
}

/** Certificates that lead to the same text as another certificate, or to none that Envoy writes. */
const REFUSED_AS_TEXT: Readonly<Record<string, string>> = {
  'uri comma': 'a name with `,URI=`, as an element without digest',
  'uri semicolon': 'a name with `;URI=`, as two names',
  'uri quote': 'a quote outside of a value in quotes',
  'uri quoted': 'a name in quotes, which Envoy never writes',
  'uri by': 'a name with `,By=;Hash=…`',
  'uri by2': 'a name with a whole element of its own',
  'uri two': 'two URI names',
  'uri two first': 'two URI names',
  'dns one': 'a DNS name, or the URI name `;DNS=a.svc`',
  'dns spiffe': 'a DNS name is not a SPIFFE ID',
  'dns comma': 'a name with `,URI=`',
  'dns semicolon': 'a URI name after a DNS name',
  'dns two': 'two DNS names, or one with `;DNS=`',
  'dns quote': 'a quote outside of a value in quotes',
  'uri dns': 'a DNS name after a URI name, or a URI name with `;DNS=`',
};

const REFUSED_AS_JSON: Readonly<Record<string, string>> = {
  'uri two': 'two URI names',
  'uri two first': 'two URI names',
  'uri utf8': 'a name that is not ASCII',
  'dns spiffe': 'a DNS name is not a SPIFFE ID',
};

/** Names that Envoy itself tells differently; none is a SPIFFE ID. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'uri empty': 'CN=uri_empty',
};

describe('a certificate has one principal, as a direct peer and forwarded', () => {
  test.each(CAPTURED)('$name, as text', ({ name, principal, text }) => {
    if (name in REFUSED_AS_TEXT) expect(forwarded(text)).toMatch(/^\(peer_(ambiguous|untrusted)\)$/);
    else expect(forwarded(text)).toBe(ELSEWHERE[name] ?? principal);
  });

  test.each(CAPTURED)('$name, as JSON', ({ name, principal, json }) => {
    if (name in REFUSED_AS_JSON) expect(forwarded(json)).toMatch(/^\(peer_(ambiguous|untrusted)\)$/);
    else expect(forwarded(json)).toBe(ELSEWHERE[name] ?? principal);
  });

  test('every refusal is of a certificate in the table', () => {
    const names = CAPTURED.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([REFUSED_AS_TEXT, REFUSED_AS_JSON, ELSEWHERE].flatMap(Object.keys)),
    );
  });
});

describe('forwardedPeer', () => {
  test.each([
    ['nothing', '', 1, ''],
    ['the only element', `By=spiffe://a/gw;Hash=ab;Subject="";URI=${WEB}`, 1, WEB],
    ['the nearest of two trusted elements', `Hash=ab;URI=${ADMIN},Hash=cd;URI=${WEB}`, 2, WEB],
    ['an element without names', 'Hash=ab', 1, ''],
    ['an element of a proxy that writes no digest', `By=spiffe://a/gw;URI=${WEB}`, 1, WEB],
    ['an element of the caller, which has no digest', `URI=${ADMIN},Hash=ab;URI=${WEB}`, 1, WEB],
    ['one DNS name', 'Hash=ab;Subject="CN=x";DNS=web.svc', 1, 'web.svc'],
    ['a subject', 'Hash=ab;Subject="CN=a\\"b\\,c,O=x"', 1, 'CN=a\\"b\\,c,O=x'],
    ['certificates and an issuer', 'Hash=ab;Cert="-%0A";Chain="-";Subject="CN=a";Issuer="CN=ca"', 1, 'CN=a'],
    ['several identities of the proxy', `By=spiffe://a/1;By=spiffe://a/2;Hash=ab;URI=${WEB}`, 1, WEB],
    ['keys in any case', `by=spiffe://a/1;HASH=ab;uri=${WEB}`, 1, WEB],
    [
      "JSON after the caller's elements",
      `[{"uri":["${ADMIN}"],"hash":1},7,{"hash":"ab","uri":["${WEB}"]}]`,
      1,
      WEB,
    ],
    ['unknown members of JSON', `[{"hash":"ab","URI":["${ADMIN}"],"uri":["${WEB}"],"x":{}}]`, 1, WEB],
  ])('%s', (_, header, hops, principal) => {
    expect(forwarded(header, hops)).toBe(principal);
  });

  test.each([
    ['more elements than trusted proxies', `Hash=ab;URI=${ADMIN},Hash=cd;URI=${WEB}`],
    ['an element without digest after one with a digest', `Hash=ab;URI=${WEB},URI=${ADMIN}`],
    ['an empty digest', `Hash=;URI=${WEB}`],
    ['an empty identity of the proxy', `By=;Hash=ab;URI=${WEB}`],
    ['a digest that is not hex', `Hash=xy;URI=${WEB}`],
    ['an unknown key', `Hash=ab;SAN=${WEB}`],
    ['a key without value', 'Hash'],
    ['a key twice', `Hash=ab;Hash=cd;URI=${WEB}`],
    ['another order of keys', `URI=${WEB};Hash=ab`],
    ['a space before a key', `Hash=ab; URI=${WEB}`],
    ['a pair after a URI name', `Hash=ab;URI=${WEB};DNS=a`],
    ['an issuer after a URI name', `Hash=ab;URI=${WEB};Issuer="CN=ca"`],
    ['a separator at the end', `Hash=ab;URI=${WEB};`],
    ['an element that is empty', `Hash=ab;URI=${WEB},`],
    ['an open quote', 'Hash=ab;Subject="CN=a'],
    ['text after a quote', 'Hash=ab;Subject="CN=a"b'],
    ['a quote that swallowed an element', `Hash=ab;Subject=",By=x;Hash=cd;URI=${WEB}"`],
    ['bytes that are not ASCII', 'Hash=ab;Subject="CN=ü"'],
    ['a DNS name that looks like a SPIFFE ID', `[{"hash":"ab","dns":["SPIFFE://acme.example/x"]}]`],
    ['a subject that looks like a SPIFFE ID', `[{"hash":"ab","subject":"${WEB}"}]`],
    ['JSON without elements', '[]'],
    ['JSON that began empty', `[,{"hash":"ab","uri":["${WEB}"]}]`],
    ['JSON that is cut', `[{"hash":"ab","uri":["${WEB}"]}`],
    ['JSON with a member twice', `[{"hash":"ab","uri":["${ADMIN}"],"uri":["${WEB}"]}]`],
    ['JSON without digest', `[{"uri":["${WEB}"]}]`],
    ['JSON with a name that is not a list', `[{"hash":"ab","uri":"${WEB}"}]`],
    ['JSON with a name that is not text', '[{"hash":"ab","uri":[1]}]'],
    ['JSON with two URI names', `[{"hash":"ab","uri":["${WEB}","${ADMIN}"]}]`],
    ['JSON before text', `[{"hash":"ab"}],Hash=cd;URI=${WEB}`],
    ['JSON that is an object', `{"hash":"ab","uri":["${WEB}"]}`],
    ['a list in an element place', '[[]]'],
    ['more than 64 KiB', `Hash=${'a'.repeat(70_000)}`],
  ])('%s is refused', (_, header) => {
    expect(forwarded(header)).toMatch(/^\(peer_(ambiguous|untrusted)\)$/);
  });

  test('of two trusted elements, both have a digest or none has', () => {
    expect(forwarded(`Hash=ab;URI=http://e/,URI=${ADMIN}`, 2)).toBe('(peer_ambiguous)');
    expect(forwarded(`URI=${ADMIN},URI=${WEB}`, 2)).toBe(WEB);
  });

  test('a name that looks like a further element is refused where the own proxy wrote the first', () => {
    const { sha256 = '' } = READER.read(CERTIFICATES.workload) ?? {};
    const header = `By=spiffe://a/gw;Hash=${sha256};URI=x,By=spiffe://a/gw;Hash=ab;URI=${ADMIN}`;
    expect(forwarded(header, 2, CERTIFICATES.workload)).toBe('(peer_ambiguous)');
    const own = `By=spiffe://a/gw;Hash=ab;URI=${ADMIN},By=spiffe://a/sc;Hash=${sha256};URI=${WEB}`;
    expect(forwarded(own, 2, CERTIFICATES.workload)).toBe(WEB);
    expect(forwarded(own, 2, 'not a certificate')).toBe('(certificate_malformed)');
  });

  test('long headers of separators are read in linear time', () => {
    for (const unit of ['a=,', 'Hash=a,', 'By=a;', 'Hash=a;Subject="', '"', '\\', 'a="', ' ', '[', '{"a":']) {
      const header = unit.repeat(Math.floor(60_000 / unit.length));
      const start = process.cpuUsage();
      forwarded(header, 100_000);
      expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
    }
  });
});

describe('connectionPeer', () => {
  const connected = (principal: string, certificate: string): string => {
    const result = connectionPeer(peer({ principal, certificate }), READER);
    return result.principal ?? `(${result.denial?.reason ?? ''})`;
  };

  test.each([
    ['no certificate is sent', WEB, ''],
    ['the peer has none', '', ''],
    ['its URI name', 'spiffe://acme.example/ns/shop/sa/checkout', CERTIFICATES.workload],
    ['its DNS name', 'api.acme.example', CERTIFICATES.dns],
  ])('%s', (_, principal, certificate) => {
    expect(connected(principal, certificate)).toBe(principal);
  });

  test.each([
    ['a certificate that cannot be read', WEB, 'text', 'certificate_malformed'],
    ['more than 64 KiB', WEB, CERTIFICATES.workload + ' '.repeat(65_536), 'certificate_malformed'],
    ['another name', WEB, CERTIFICATES.workload, 'peer_untrusted'],
    ['two URI names', WEB, CERTIFICATES.twoUris, 'peer_ambiguous'],
    ['a DNS name that looks like a SPIFFE ID', WEB, CERTIFICATES.spiffeDns, 'peer_untrusted'],
  ])('%s is refused', (_, principal, certificate, reason) => {
    expect(connected(principal, certificate)).toBe(`(${reason})`);
  });
});
