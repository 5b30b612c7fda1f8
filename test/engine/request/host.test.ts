import { compileHost, matchesHost, normalizeHost } from '../../../src/engine/request/host.ts';

function selects(text: string, authority: string): boolean {
  const { pattern, problem } = compileHost(text);
  if (pattern === undefined) throw new Error(problem);
  return matchesHost(pattern, normalizeHost(authority));
}

describe('a host is normalized', () => {
  test.each([
    ['orders.acme.svc', 'orders.acme.svc'],
    ['Orders.ACME.svc:8443', 'orders.acme.svc'],
    ['orders.acme.svc.', 'orders.acme.svc'],
    ['orders.acme.svc.:443', 'orders.acme.svc'],
    ['orders:', 'orders'],
    ['orders:http', 'orders:http'],
    ['[2001:DB8:0:0::1]:443', '[2001:db8::1]'],
    ['[::1]', '[::1]'],
    ['::1', '[::1]'],
    ['[::zz]:80', '[::zz]'],
    ['\u212Aey.example', '\u212Aey.example'],
    ['', ''],
  ])('%j is %j', (authority, host) => {
    expect(normalizeHost(authority)).toBe(host);
  });
});

describe('a pattern matches a host', () => {
  test.each([
    ['orders.acme.svc', 'ORDERS.acme.svc:80', true],
    ['Orders.Acme.Svc.', 'orders.acme.svc', true],
    ['orders.acme.svc', 'orders.acme.svc.evil', false],
    ['orders.acme.svc', 'user@orders.acme.svc', false],
    ['*.acme.svc', 'orders.acme.svc', true],
    ['*.acme.svc', 'v2.orders.acme.svc:443', true],
    ['*.acme.svc', 'acme.svc', false],
    ['*.acme.svc', '.acme.svc', false],
    ['*.acme.svc', 'a..acme.svc', false],
    ['*.acme.svc', 'evil.example/.acme.svc', false],
    ['*.acme.svc', 'xacme.svc', false],
    ['*', 'anything', true],
    ['[::1]', '[0:0::1]:9000', true],
    ['::1', '[::1]', true],
    ['10.0.0.7', '10.0.0.7:80', true],
    ['key.example', '\u212Aey.example', false],
  ])('%j on %j: %j', (text, authority, expected) => {
    expect(selects(text, authority)).toBe(expected);
  });
});

describe('an invalid pattern is reported', () => {
  test.each([
    ['', 'the host is empty'],
    ['https://orders', '`https://orders` is not a valid host: a host has no scheme and no path'],
    ['orders/api', '`orders/api` is not a valid host: a host has no scheme and no path'],
    ['or*.acme', '`or*.acme` is not a valid host: `*` must be the whole first label, as in `*.example.org`'],
    ['a.*.acme', '`a.*.acme` is not a valid host: `*` must be the whole first label, as in `*.example.org`'],
    ['**.acme', '`**.acme` is not a valid host: `*` must be the whole first label, as in `*.example.org`'],
    ['orders:9090', '`orders:9090` has a port, but hosts are compared without one'],
    ['*.acme.svc:443', '`*.acme.svc:443` has a port, but hosts are compared without one'],
    ['[::1]:443', '`[::1]:443` has a port, but hosts are compared without one'],
    ['orders:', '`orders:` has a port, but hosts are compared without one'],
    ['a..b', '`a..b` is not a valid host: it has an empty label'],
    ['*.', '`*.` is not a valid host: `*` must be the whole first label, as in `*.example.org`'],
    ['[::zz]', '`[::zz]` is not a valid IPv6 address'],
    ['[::1', '`[::1` is not a valid IPv6 address'],
    [`${'a'.repeat(64)}.b`, `\`${'a'.repeat(64)}.b\` has a label longer than 63 characters`],
    [
      'büro.example',
      '`büro.example` is not a valid host: a label may contain letters, digits, `-` and `_` (other alphabets as `xn--...`)',
    ],
  ])('%j', (text, problem) => {
    expect(compileHost(text)).toEqual({ problem });
  });
});
