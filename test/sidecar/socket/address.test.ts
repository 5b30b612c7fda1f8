import { type Address, formatAddress, parseAddress } from '../../../src/sidecar/socket/address.ts';

test.each<[string, Address]>([
  ['127.0.0.1:9191', { kind: 'tcp', host: '127.0.0.1', port: 9191 }],
  ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
  ['[::1]:65535', { kind: 'tcp', host: '::1', port: 65535 }],
  ['unix:/run/lictor/authz.sock', { kind: 'unix', path: '/run/lictor/authz.sock' }],
  ['unix:authz.sock', { kind: 'unix', path: 'authz.sock' }],
])('%s is an address', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
  expect(formatAddress(address)).toBe(text);
});

test('the URL form of a socket path is accepted', () => {
  expect(parseAddress('unix:///run/a.sock')).toEqual({ kind: 'unix', path: '/run/a.sock' });
});

test.each([
  '',
  '9191',
  ':9191',
  'host:',
  'host:65536',
  'host:-1',
  '::1:9191',
  'http://host:80',
  'unix:',
  'unix:a\0b',
])('`%s` is not an address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});
