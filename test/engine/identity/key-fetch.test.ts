import { createServer, type RequestListener, type Server } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Fetch } from '../../../src/engine/identity/fetch-document.ts';
import { type FetchedKeys, fetchKeys } from '../../../src/engine/identity/key-fetch.ts';
import { keyUrlProblem } from '../../../src/engine/identity/key-url.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';
import { createHttpGet } from '../../../src/node/http-get.ts';
import { EC, jwks, publicJwk } from './tokens.ts';

const KEYS = JSON.stringify(jwks(publicJwk(EC, { kid: 'ec' })));
const IMPLEMENTATIONS: readonly [string, Fetch][] = [
  ['the global fetch', (url, init) => fetch(url, init)],
  ['the client of Node', createHttpGet({ allowsPrivate: () => false, settingsOf: async () => ({}) })],
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
  ): Promise<FetchedKeys> {
    const listening = createServer(listener);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const jwksUri = `http://127.0.0.1:${port}/jwks?tenant=secret`;
    return fetchKeys({ kind: 'uri', jwksUri }, { fetch, crypto: nodeCrypto }, signal);
  }

  test('keys that are not used are named', async () => {
    const set = KEYS.replace('[', '[{"kty":"XYZ"},');
    const fetched = await answered((_, response) => response.end(set));
    expect(fetched.set?.keys).toHaveLength(1);
    expect(fetched.set?.ignored).toEqual(['/keys/0: the kind of key (`kty`) is not supported']);
  });

  test('keys', async () => {
    const { set, error } = await answered((_, response) => response.end(KEYS));
    expect(error).toBeUndefined();
    expect(set?.keys.map(({ kid }) => kid)).toEqual(['ec']);
  });

  test.each<[string, string, RequestListener]>([
    [
      'a circle of redirects',
      'answered with more than 3 redirects, one after another',
      (_, response) => response.writeHead(302, { location: '/other' }).end(),
    ],
    [
      'a redirect without a place',
      'answered with a redirect to nowhere',
      (_, response) => response.writeHead(301, { location: 'https://' }).end(),
    ],
    [
      'a redirect to plain http',
      'answered with a redirect that is refused: plain `http` is accepted only for loopback addresses; use `https`',
      (_, response) => response.writeHead(307, { location: 'http://login.acme.example/jwks' }).end(),
    ],
    [
      'a redirect to a file',
      'answered with a redirect that is refused: its scheme must be `https`, or `http` for loopback addresses',
      (_, response) => response.writeHead(303, { location: 'file:///etc/passwd' }).end(),
    ],
    ['not modified without being asked', 'answered 304', (_, response) => response.writeHead(304).end()],
    ['10 MB', 'answered with more than 1 MiB', (_, response) => response.end(Buffer.alloc(10_000_000, ' '))],
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

  test('redirects are followed to the keys, three at most', async () => {
    const { set } = await answered((request, response) => {
      const at = Number(/\d$/.exec(request.url ?? '')?.[0] ?? 0);
      if (at === 3) response.end(KEYS);
      else response.writeHead(308, { location: `/${at + 1}` }).end();
    });
    expect(set?.keys).toHaveLength(1);
  });

  test('how long a response is fresh, and its version', async () => {
    const fetched = await answered((_, response) =>
      response
        .writeHead(200, { 'cache-control': 'public, max-age=600', age: '60', etag: 'W/"v1"' })
        .end(KEYS),
    );
    expect(fetched).toMatchObject({ maxAge: 540_000, version: { etag: 'W/"v1"' } });
  });

  test('nothing is known of a response with other directives and a broken version', async () => {
    const fetched = await answered((_, response) =>
      response.writeHead(200, { 'cache-control': 'no-cache, s-maxage=5', etag: 'x y' }).end(KEYS),
    );
    expect(fetched).toMatchObject({ maxAge: undefined, version: undefined });
  });

  test('a set that has not changed is not sent again', async () => {
    const asked: (string | undefined)[] = [];
    const listener: RequestListener = (request, response) => {
      asked.push(request.headers['if-none-match']);
      response.writeHead(request.headers['if-none-match'] === '"v1"' ? 304 : 200, { etag: '"v1"' }).end();
    };
    await answered(listener);
    const address = server?.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks`;
    const again = (version: { url: string; etag: string }): Promise<FetchedKeys> =>
      fetchKeys(
        { kind: 'uri', jwksUri: url },
        { fetch, crypto: nodeCrypto },
        new AbortController().signal,
        version,
      );
    expect(await again({ url, etag: '"v1"' })).toEqual({ unchanged: true, maxAge: undefined });
    // The version of another URL is not that of this one.
    await again({ url: `${url}2`, etag: '"v1"' });
    expect(asked).toEqual([undefined, '"v1"', undefined]);
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
    const { set, error } = await answered((_, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(compress(KEYS)),
    );
    expect(error).toBeUndefined();
    expect(set?.keys).toHaveLength(1);
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
      { kind: 'uri', jwksUri: `http://127.0.0.1:${port}/` },
      { fetch, crypto: nodeCrypto },
      new AbortController().signal,
    );
    expect(error).toMatch(/^cannot be reached: (ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/);
  });
});
