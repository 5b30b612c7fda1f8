import { createServer, type RequestListener, type Server } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type Fetch, fetchKeys, keyUrlProblem } from '../../../src/engine/identity/key-fetch.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { httpGet } from '../../../src/node/http-get.ts';
import { EC, jwks, publicJwk } from './tokens.ts';

const KEYS = JSON.stringify(jwks(publicJwk(EC, { kid: 'ec' })));
const IMPLEMENTATIONS: readonly [string, Fetch][] = [
  ['the global fetch', (url, init) => fetch(url, init)],
  ['httpGet', httpGet],
];

describe('keyUrlProblem', () => {
  test.each([
    'https://login.acme.example/jwks',
    'https://10.0.0.1:8443/jwks',
    'http://localhost:8080/jwks',
    'http://127.0.0.1/jwks',
    'http://127.1/jwks',
    'http://[::1]:80/jwks',
  ])('%s is accepted', (url) => {
    expect(keyUrlProblem(url)).toBeUndefined();
  });

  test.each([
    ['http://login.acme.example/jwks', 'plain `http` is accepted only for loopback addresses; use `https`'],
    [
      'http://localhost.evil.example/jwks',
      'plain `http` is accepted only for loopback addresses; use `https`',
    ],
    [
      'http://127.0.0.1.evil.example/jwks',
      'plain `http` is accepted only for loopback addresses; use `https`',
    ],
    ['http://169.254.169.254/', 'plain `http` is accepted only for loopback addresses; use `https`'],
    ['https://user:secret@login.acme.example/jwks', 'it contains a user name or password'],
    ['file:///etc/passwd', 'its scheme must be `https`, or `http` for loopback addresses'],
    ['data:application/json,{}', 'its scheme must be `https`, or `http` for loopback addresses'],
    ['/jwks', 'it is not an absolute URL'],
    ['', 'it is not an absolute URL'],
  ])('%s: %s', (url, problem) => {
    expect(keyUrlProblem(url)).toBe(problem);
  });
});

describe.each(IMPLEMENTATIONS)('fetchKeys by %s from a real server', (_name, fetch) => {
  let server: Server | undefined;

  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });

  async function answered(
    listener: RequestListener,
    signal = new AbortController().signal,
  ): ReturnType<typeof fetchKeys> {
    const listening = createServer(listener);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    return fetchKeys(`http://127.0.0.1:${port}/jwks?tenant=secret`, { fetch, crypto: nodeCrypto }, signal);
  }

  test('keys that are not used are named', async () => {
    const set = KEYS.replace('[', '[{"kty":"XYZ"},');
    const { keys, ignored } = await answered((_, response) => response.end(set));
    expect(keys).toHaveLength(1);
    expect(ignored).toEqual(['/keys/0: the kind of key (`kty`) is not supported']);
  });

  test('keys', async () => {
    const { keys, error } = await answered((_, response) => response.end(KEYS));
    expect(error).toBeUndefined();
    expect(keys?.map(({ kid }) => kid)).toEqual(['ec']);
  });

  test.each<[string, string, RequestListener]>([
    [
      'a redirect',
      'answered with a redirect, which is not followed',
      (_, response) => response.writeHead(302, { location: '/other' }).end(),
    ],
    ['an error', 'answered 503', (_, response) => response.writeHead(503).end(KEYS)],
    [
      'an empty response',
      'answered with something that is not JSON: an unexpected end at line 1, column 1',
      (_, response) => response.end(),
    ],
    [
      'an HTML page',
      'answered with something that is not JSON: an unexpected character at line 1, column 1',
      (_, response) => response.end('<html>'),
    ],
    [
      'another document',
      'answered with no usable key: a key set must be an object with a list `keys`',
      (_, response) => response.end('{"issuer":"x"}'),
    ],
    [
      'an endless response',
      'answered with more than 1 MiB',
      (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(' '.repeat(65536)));
          response.once('drain', more);
        };
        more();
      },
    ],
    ['a broken connection', 'cannot be reached: LOST', (request) => request.socket.destroy()],
  ])('%s', async (_, error, listener) => {
    const found = await answered(listener);
    expect({ error: found.error?.replace(/UND_ERR_SOCKET|ECONNRESET/, 'LOST') }).toEqual({ error });
  });

  test('a response that is not read to its end does not keep its connection', async () => {
    const closed = Promise.withResolvers<void>();
    const { error } = await answered((request, response) => {
      request.socket.once('close', () => closed.resolve());
      response.writeHead(503);
      response.write('unfinished');
    });
    expect(error).toBe('answered 503');
    await closed.promise;
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('keys that are stored as %s', async (coding, compress) => {
    const { keys, error } = await answered((_, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(compress(KEYS)),
    );
    expect(error).toBeUndefined();
    expect(keys).toHaveLength(1);
  });

  test('compressed bytes that are broken', async () => {
    const broken = await answered((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    );
    expect(broken.error).toMatch(/^cannot be reached/);
  });

  test('compressed bytes that grow beyond the bound', async () => {
    const grown = await answered((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(' '.repeat(2 ** 24))),
    );
    expect(grown).toEqual({ error: 'answered with more than 1 MiB' });
  });

  test('a response that stops in the middle is aborted by the signal', async () => {
    const abort = new AbortController();
    const fetching = answered((_, response) => {
      response.write('{"keys":');
      setImmediate(() => abort.abort(new Error('timed out')));
    }, abort.signal);
    expect(await fetching).toEqual({ error: 'timed out' });
  });

  test('a closed port', async () => {
    await answered((_, response) => response.end(KEYS));
    const address = server?.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await new Promise((resolve) => server?.close(resolve));
    const { error } = await fetchKeys(
      `http://127.0.0.1:${port}/`,
      { fetch, crypto: nodeCrypto },
      new AbortController().signal,
    );
    expect(error).toMatch(/^cannot be reached: (ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/);
  });
});
