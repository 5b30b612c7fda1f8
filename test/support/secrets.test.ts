import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signed } from '../engine/identity/tokens.ts';
import { scratchFolder } from './scratch-folder.ts';
import { refuseSecrets, refuseSecretsInFile, secret, secretIn } from './secrets.ts';

test('a token is found in every place of a text, whole or cut', async () => {
  const token = await signed();
  expect(secretIn(`{"path": "/orders?access_token=${token}"}`)).toContain('a token at character 31');
  expect(secretIn(token.slice(0, 60))).toContain('a token');
  expect(secretIn(`GET /orders of spiffe://acme.example/ns/shop/sa/checkout`)).toBeUndefined();
});

test.each([
  ['-----BEGIN PRIVATE KEY-----\nMIIE', 'a private key'],
  ['-----BEGIN EC PRIVATE KEY-----\nMHcC', 'a private key'],
  ['{"kty": "EC", "d": "0g5vAEKzugrXaRbgKG0Tj2qJ5lMP4Bezds1"}', 'a private key'],
  ['authorization: Bearer mF_9.B5f-4.1JqMabc', 'credentials'],
  ['authorization: basic Y2hlY2tvdXQ6c2VjcmV0', 'credentials'],
])('%s is a secret', (text, name) => {
  expect(secretIn(text)).toContain(name);
});

test.each([
  'WWW-Authenticate: Bearer error="invalid_token"',
  'Bearer, Basic and others',
  '-----BEGIN PUBLIC KEY-----',
])('%s is no secret', (text) => {
  expect(secretIn(text)).toBeUndefined();
});

test('a registered secret needs no form of its own', () => {
  const own = secret('mellon-7');
  expect(() => refuseSecrets('the log', `speak ${own} and enter`)).toThrow(
    'the log contains the secret `mellon-7`',
  );
});

test('a file is searched', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const file = join(folder, 'log');
  await writeFile(file, `first\n{"token": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"}\n`);
  expect(() => refuseSecretsInFile(file)).toThrow(`${file} contains a token`);
  expect(() => refuseSecretsInFile(join(folder, 'absent'))).not.toThrow();
  expect(() => refuseSecretsInFile('/dev/zero')).not.toThrow();
});
