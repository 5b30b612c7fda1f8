import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, isIP } from 'node:net';
import { resolve as resolvePath } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { fetchDocument } from '../../src/engine/identity/fetch-document.ts';
import { createHttpGet, FetchRefusal, type OriginSettings } from '../../src/node/http-get.ts';
import { makeCertificates } from '../support/certificates.ts';

const PRIVATE = 'has a private address, which `--jwks-allow-private` must allow for its host';

let servers: Server[] = [];

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
});

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Settings {
  readonly resolves?: (name: string) => readonly string[];
  readonly allowed?: readonly string[];
  readonly origins?: Readonly<Record<string, OriginSettings>>;
}

/** The text of a document, or why it cannot be fetched. */
async function fetched(
  url: string,
  { allowed = [], origins = {}, resolves }: Settings = {},
): Promise<string> {
  const get = createHttpGet({
    allowsPrivate: (host) => allowed.includes(host),
    settingsOf: async (origin) => origins[origin] ?? {},
    ...(resolves === undefined
      ? {}
      : {
          resolve: (name, _, callback) =>
            callback(
              null,
              resolves(name).map((address) => ({ address, family: isIP(address) })),
            ),
        }),
  });
  const { signal } = new AbortController();
  const document = await fetchDocument(url, get, { accept: 'application/json', signal });
  return document.error ?? document.text ?? 'unchanged';
}

describe('addresses', () => {
  test.each([
    'https://10.0.0.1/jwks',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/jwks',
    'https://[::ffff:10.0.0.1]/jwks',
    'https://0x0a.0.0.1/jwks',
    'https://2852039166/latest/meta-data',
  ])('%s is not connected to', async (url) => {
    expect(await fetched(url)).toBe(PRIVATE);
  });

  test.each([['10.0.0.1'], ['169.254.169.254'], ['127.0.0.1'], ['::1'], ['10.0.0.1', 'fd00::1']])(
    'a name with the address %s is not connected to, and asked for once',
    async (...addresses) => {
      const asked: string[] = [];
      const resolves = (name: string): readonly string[] => {
        asked.push(name);
        // A resolver of an attacker has another address for whoever asks again.
        return asked.length === 1 ? addresses : ['1.1.1.1'];
      };
      expect(await fetched('https://keys.acme.example/jwks', { resolves })).toBe(PRIVATE);
      expect(asked).toEqual(['keys.acme.example']);
    },
  );

  test('of several addresses of a name, those that are allowed are connected to', async () => {
    const port = await listening(createServer((_, response) => response.end('here')));
    const resolves = (): readonly string[] => ['10.255.255.1', '127.0.0.1'];
    expect(await fetched(`http://localhost:${port}/`, { resolves })).toBe('here');
    const other = await listening(createServer((_, response) => response.end('here')));
    expect(await fetched(`http://localhost:${other}/`, { resolves: () => ['10.255.255.1'] })).toBe(PRIVATE);
  });

  test('loopback by its name is allowed, and leads to loopback alone', async () => {
    const port = await listening(createServer((_, response) => response.end('here')));
    expect(await fetched(`http://127.0.0.1:${port}/`)).toBe('here');
    expect(await fetched(`http://localhost:${port}/`)).toBe('here');
  });

  test('a redirect is looked at as the first URL', async () => {
    const port = await listening(
      createServer((_, response) => response.writeHead(302, { location: 'https://10.0.0.1/' }).end()),
    );
    expect(await fetched(`http://127.0.0.1:${port}/`)).toBe(PRIVATE);
  });

  test('a host that is allowed is connected to', async () => {
    const { ca, server } = await makeCertificates({ hosts: ['localhost'], workloads: {} });
    const port = await listening(createSecureServer(server, (_, response) => response.end('inside')));
    const url = `https://127.0.0.1:${port}/`;
    const origins = { [new URL(url).origin]: { ca } };
    expect(await fetched(url, { allowed: ['127.0.0.1'], origins })).toBe('inside');
  });
});

describe('certificates', () => {
  test('of an authority that Node does not trust are refused, and accepted by the file of the origin alone', async () => {
    const { ca, server } = await makeCertificates({ hosts: [], workloads: {} });
    const other = await makeCertificates({ hosts: [], workloads: {} });
    const port = await listening(createSecureServer(server, (_, response) => response.end('keys')));
    const url = `https://localhost:${port}/jwks`;
    const { origin } = new URL(url);
    expect(await fetched(url)).toMatch(/^cannot be reached: (SELF_SIGNED|UNABLE_TO)/);
    expect(await fetched(url, { origins: { [origin]: { ca: other.ca } } })).toMatch(/^cannot be reached: /);
    expect(await fetched(url, { origins: { [`https://127.0.0.1:${port}`]: { ca } } })).toMatch(
      /^cannot be reached: /,
    );
    expect(await fetched(url, { origins: { [origin]: { ca } } })).toBe('keys');
  });
});

test('credentials are sent to their origin, and not where it redirects to', async () => {
  const seen: (string | undefined)[] = [];
  const see = (request: IncomingMessage): void => void seen.push(request.headers.authorization);
  const other = await listening(
    createServer((request, response) => {
      see(request);
      response.end('other');
    }),
  );
  const port = await listening(
    createServer((request, response) => {
      see(request);
      response.writeHead(307, { location: `http://127.0.0.1:${other}/` }).end();
    }),
  );
  const origins = { [`http://127.0.0.1:${port}`]: { authorization: 'Bearer of-the-pod' } };
  expect(await fetched(`http://127.0.0.1:${port}/`, { origins })).toBe('other');
  expect(seen).toEqual(['Bearer of-the-pod', undefined]);
});

test('a refusal of the settings is the error', async () => {
  const get = createHttpGet({
    allowsPrivate: () => false,
    settingsOf: () => Promise.reject(new FetchRefusal('the file of `--jwks-token` cannot be read (ENOENT)')),
  });
  const { signal } = new AbortController();
  expect(await fetchDocument('https://localhost/', get, { accept: '*/*', signal })).toEqual({
    error: 'the file of `--jwks-token` cannot be read (ENOENT)',
  });
});

test('fetches go through the proxy of the environment, which resolves the name', async () => {
  const { ca, server } = await makeCertificates({ hosts: ['keys.acme.example'], workloads: {} });
  const keys = await listening(createSecureServer(server, (_, response) => response.end('by the proxy')));
  const asked: (string | undefined)[] = [];
  const proxy = createServer().on('connect', (request: IncomingMessage, socket: Duplex) => {
    asked.push(request.url);
    const upstream = connect(keys, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  const port = await listening(proxy);
  const program = `
    const { createHttpGet } = await import(${JSON.stringify(resolvePath('src/node/http-get.ts'))});
    const get = createHttpGet({ allowsPrivate: () => false, settingsOf: async () => ({ ca: process.env.CA }) });
    const { body } = await get('https://keys.acme.example/jwks', { headers: {}, signal: AbortSignal.timeout(20_000) });
    for await (const chunk of body) process.stdout.write(chunk);
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { CA: ca, NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: `http://127.0.0.1:${port}` },
    timeout: 30_000,
  });
  expect(stdout).toBe('by the proxy');
  expect(asked).toEqual(['keys.acme.example:443']);
}, 40_000);
