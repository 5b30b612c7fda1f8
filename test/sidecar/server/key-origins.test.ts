import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileHost } from '../../../src/engine/request/host.ts';
import { keyOrigins } from '../../../src/sidecar/server/key-origins.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const ORIGIN = 'https://kubernetes.default.svc';

test('a token is read at each fetch, for its origin alone', async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  const settings = { jwksAllowPrivate: [], jwksToken: [{ origin: ORIGIN, path: 'token' }], jwksCa: [] };
  const { settingsOf } = keyOrigins(settings, directory);
  await writeFile(join(directory, 'token'), 'first.token-1_~+/==\n');
  expect(await settingsOf(ORIGIN)).toEqual({ authorization: 'Bearer first.token-1_~+/==', ca: undefined });
  await writeFile(join(directory, 'token'), 'second');
  expect((await settingsOf(ORIGIN)).authorization).toBe('Bearer second');
  expect(await settingsOf('https://kubernetes.default.svc.evil.example')).toEqual({
    authorization: undefined,
    ca: undefined,
  });
  await rm(join(directory, 'token'));
  await expect(settingsOf(ORIGIN)).rejects.toHaveProperty(
    'refusal',
    'the file of `--jwks-token` cannot be read (ENOENT)',
  );
});

test.each(['', 'a\r\nx-evil: 1', 'Bearer a', 'ü'])('a file with %j is not a token', async (content) => {
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  await writeFile(join(directory, 'token'), content);
  const settings = { jwksAllowPrivate: [], jwksToken: [{ origin: ORIGIN, path: 'token' }], jwksCa: [] };
  await expect(keyOrigins(settings, directory).settingsOf(ORIGIN)).rejects.toHaveProperty(
    'refusal',
    'the file of `--jwks-token` does not contain a bearer token',
  );
});

test('a CA is read at each fetch, and must be a certificate', async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  const { ca } = await makeCertificates({ hosts: [], workloads: {} });
  await writeFile(join(directory, 'ca.crt'), ca);
  const settings = { jwksAllowPrivate: [], jwksToken: [], jwksCa: [{ origin: ORIGIN, path: 'ca.crt' }] };
  const { settingsOf } = keyOrigins(settings, directory);
  expect(await settingsOf(ORIGIN)).toEqual({ authorization: undefined, ca });
  await writeFile(join(directory, 'ca.crt'), 'no certificate');
  await expect(settingsOf(ORIGIN)).rejects.toHaveProperty(
    'refusal',
    'the file of `--jwks-ca` does not contain a PEM certificate',
  );
});

test('hosts with private addresses are compared as in `match`', () => {
  const patterns = ['*.svc', '10.0.0.1', '[fd00::1]'].map((text) => {
    const { pattern } = compileHost(text);
    if (pattern === undefined) throw new Error(text);
    return pattern;
  });
  const { allowsPrivate } = keyOrigins({ jwksAllowPrivate: patterns, jwksToken: [], jwksCa: [] }, '/');
  const hosts = [
    'keys.svc',
    'KEYS.svc.',
    '10.0.0.1',
    '[fd00::1]',
    'svc',
    'keys.svc.evil.example',
    '10.0.0.2',
  ];
  expect(hosts.filter(allowsPrivate)).toEqual(['keys.svc', 'KEYS.svc.', '10.0.0.1', '[fd00::1]']);
});
