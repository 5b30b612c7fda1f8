import { NAMES } from '../../../src/engine/request/names.ts';
import { KNOWLEDGE } from '../../../src/policy/lint/known-values.ts';
import { seenOf } from '../../support/request-context.ts';
import { pick, seeded } from '../../support/seeded.ts';

const SCRAPS = [
  '/',
  '/',
  'a',
  'B',
  '.',
  '..',
  '%2F',
  '%3F',
  '?',
  '*',
  '//',
  '%2e',
  'http://x',
  ';',
  'é',
] as const;

/** The `url_path` of a request for this path. */
function urlPath(path: string): string {
  const { request } = seenOf({ path }) as { request: { url_path: string } };
  return request.url_path;
}

describe('known values', () => {
  test('a path that a request can have is never reported as impossible', () => {
    const random = seeded(20260603);
    const seen = new Set<string>();
    for (let round = 0; round < 5000; round++) {
      const length = Math.floor(random() * 6);
      const path = urlPath(Array.from({ length }, () => pick(random, SCRAPS)).join(''));
      seen.add(path);
      expect([path, KNOWLEDGE.whyNever('request.url_path', 'equals', path)]).toEqual([path, undefined]);
      for (let cut = 0; cut <= path.length; cut++) {
        const before = KNOWLEDGE.whyNever('request.url_path', 'startsWith', path.slice(0, cut));
        expect([path, cut, before]).toEqual([path, cut, undefined]);
        const after = KNOWLEDGE.whyNever('request.url_path', 'endsWith', path.slice(cut));
        if (path !== '/' || after?.except === undefined)
          expect([path, cut, after]).toEqual([path, cut, undefined]);
      }
    }
    expect(seen.size).toBeGreaterThan(500);
    expect(seen).toContain('*');
  });

  test('a method that HTTP does not define may be in lower case', () => {
    expect(KNOWLEDGE.whyNever('request.method', 'equals', 'get')).toMatchObject({ help: 'write `GET`' });
    for (const method of ['GET', 'purge', 'Report', '']) {
      expect(KNOWLEDGE.whyNever('request.method', 'equals', method)).toBeUndefined();
    }
  });

  test('a caller has one of two ways, or none', () => {
    const why = (text: string) => KNOWLEDGE.whyNever('caller.via', 'equals', text)?.help;
    for (const text of ['connection', 'xfcc', '']) expect(why(text)).toBeUndefined();
    for (const text of ['header', 'XFCC', 'mtls']) expect(why(text)).toBe('write `connection` or `xfcc`');
  });

  test('a host is as `match` compares it', () => {
    const why = (test: 'equals' | 'startsWith' | 'endsWith', text: string) =>
      KNOWLEDGE.whyNever('request.host', test, text)?.help;
    expect(why('equals', 'Orders.acme.svc.:8443')).toBe('write `orders.acme.svc`');
    expect(why('startsWith', 'Orders')).toBe('write `orders`');
    expect(why('endsWith', '.svc:8443')).toBe('read `request.authority` or `destination.port`');
    for (const test of ['equals', 'startsWith', 'endsWith'] as const) {
      for (const text of ['', 'orders.acme.svc', '[::1]', '10.0.0.1', '.acme.svc']) {
        expect([test, text, why(test, text)]).toEqual([test, text, undefined]);
      }
    }
  });

  test('an address is never equal to a block of addresses', () => {
    for (const name of ['source.ip', 'source.address', 'destination.ip', 'destination.address']) {
      const why = (text: string) => KNOWLEDGE.whyNever(name, 'equals', text)?.reason;
      for (const text of ['10.0.0.0/8', '10.*', '2001:db8::/32', '::/0', '192.168.1.0/024'])
        expect([text, why(text)]).toEqual([text, 'the value is one address']);
      for (const text of ['10.0.0.1', '::1', '', '/run/a.sock/8', '@lictor/8', 'run/1', '10.'])
        expect([text, why(text)]).toEqual([text, undefined]);
    }
  });

  test('a trust domain has no scheme and no upper-case letter', () => {
    for (const name of ['source.spiffe.trust_domain', 'caller.spiffe.trust_domain']) {
      const why = (text: string) => KNOWLEDGE.whyNever(name, 'equals', text)?.help;
      expect(why('spiffe://Acme.example')).toBe('write `acme.example`');
      expect(why('Acme.example')).toBe('write `acme.example`');
      for (const text of ['acme.example', '']) expect(why(text)).toBeUndefined();
    }
  });

  test('Envoy sends no host among the headers', () => {
    for (const key of ['host', 'Host', ':authority']) {
      for (const map of ['request.headers', 'request.header_values']) {
        expect(KNOWLEDGE.whyNoKey(map, key)?.help).toContain('read `request.host`');
      }
    }
  });

  test('header names are in lower case, keys of other maps in any case', () => {
    expect(KNOWLEDGE.whyNoKey('request.headers', 'X-A')).toMatchObject({ help: 'write `x-a`' });
    expect(KNOWLEDGE.whyNoKey('request.headers', 'x-a')).toBeUndefined();
    expect(KNOWLEDGE.whyNoKey('jwt.claims', 'X-A')).toBeUndefined();
  });

  test('every declared name except bodies has a value without a token or certificate', () => {
    const activation = seenOf({});
    const valueOf = (name: string): unknown =>
      name.split('.').reduce<unknown>((value, part) => Reflect.get(Object(value), part), activation);
    const names = Object.keys(NAMES).filter((name) => KNOWLEDGE.isAlwaysThere(name));
    expect(names.filter((name) => valueOf(name) === undefined || valueOf(name) === null)).toEqual([]);
    expect(Object.keys(NAMES).filter((name) => !names.includes(name))).toEqual([
      'request.body',
      'request.body_bytes',
    ]);
  });
});
