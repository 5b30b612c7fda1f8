import { once } from 'node:events';
import { mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { type Certificates, makeCertificates, writeCertificates } from '../support/certificates.ts';
import { lictor as runLictor } from '../support/command.ts';
import { call, connectTo } from '../support/grpc.ts';
import { type Lictor, type LictorOptions, startLictor } from '../support/lictor.ts';
import { freePort } from '../support/ports.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { WORKLOADS } from './mesh.ts';
import { openPolicy } from './open-policy.ts';

const POLICY = openPolicy();
const ANY = { host: 'any.acme.svc', path: '/' } as const;
const HEALTH = '/grpc.health.v1.Health/Check';

let stack: AsyncDisposableStack;
let folder: string;
let policies: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
  policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'open.yaml'), POLICY);
});

afterEach(() => stack.disposeAsync());

async function serve(options: Partial<LictorOptions> = {}): Promise<Lictor> {
  const lictor = await startLictor({ folder: join(folder, 'own'), policies, ...options });
  stack.defer(lictor.stop);
  return lictor;
}

function ask(address: string): Asker {
  const asker = connectAsker(address);
  stack.defer(asker.close);
  return asker;
}

function logHas(lictor: Lictor, text: string): Promise<true> {
  const look = async (): Promise<true | undefined> =>
    (await readFile(lictor.child.log, 'utf8')).includes(text) ? true : undefined;
  return waitFor(look, { what: `\`${text}\` in the log`, timeout: 10_000, child: lictor.child });
}

/** Opens connections that send `bytes` and nothing more. */
async function openSilent(count: number, port: number, bytes = ''): Promise<void> {
  for (let done = 0; done < count; done += 50) {
    const batch = Array.from({ length: Math.min(50, count - done) }, async (): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      stack.defer(() => void socket.destroy());
      await once(socket, 'connect');
      socket.write(bytes);
      return socket;
    });
    await Promise.all(batch);
  }
}

const portOf = (url: string): number => Number(/:(\d+)$/.exec(url)?.[1]);

describe('connections that say nothing', () => {
  test.each([
    ['at all', ''],
    ['after half a request', 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx: '],
  ])('%s do not keep probes out', async (_, bytes) => {
    const lictor = await serve();
    await openSilent(300, portOf(lictor.admin), bytes);
    // The connection of an earlier request, which `fetch` keeps, may be the one that has given way.
    const status = await waitFor(
      async () => (await fetch(`${lictor.admin}/healthz`, { signal: AbortSignal.timeout(10_000) })).status,
      { what: 'an answer to a probe', timeout: 10_000 },
    );
    expect(status).toBe(200);
    await logHas(lictor, 'too many connections');
  });

  test.each([
    ['at all', ''],
    ['after the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s do not keep proxies out', async (_, bytes) => {
    const port = await freePort();
    const lictor = await serve({ listen: `127.0.0.1:${port}` });
    const first = ask(lictor.listen);
    expect(said(await first.check(ANY), 'reason')).toBe('allowed');
    await openSilent(1100, port, bytes);
    // The client shares the connection of the first one, which may be the one that has given way.
    const answer = await waitFor(
      () =>
        ask(lictor.listen)
          .check(ANY)
          .catch(() => undefined),
      {
        what: 'an answer to a proxy',
        timeout: 10_000,
      },
    );
    expect(said(answer, 'reason')).toBe('allowed');
    await logHas(lictor, 'too many connections');
  });

  test('in the middle of a TLS handshake are ended', async () => {
    const certs = join(folder, 'certs');
    await writeCertificates(certs, await makeCertificates({ hosts: [], workloads: WORKLOADS }));
    const port = await freePort();
    const tls = ['--tls-cert', join(certs, 'server.pem'), '--tls-key', join(certs, 'server.key')];
    await serve({ listen: `127.0.0.1:${port}`, args: tls });
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => {});
    silent.resume();
    await once(silent, 'close');
  }, 20_000);
});

test('a compressed message that would be too large is never inflated as a whole', async () => {
  const lictor = await serve();
  const memory = async (): Promise<number> => {
    const status = await readFile(`/proc/${lictor.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024;
  };
  const before = await memory();
  const session = connectHttp2('http://localhost', {
    createConnection: () => connect(lictor.listen.slice('unix:'.length)),
  });
  stack.defer(() => session.destroy());
  const packed = gzipSync(Buffer.alloc(60 * 1024 * 1024));
  const head = Buffer.alloc(5);
  head.writeUInt8(1);
  head.writeUInt32BE(packed.length, 1);
  const message = Buffer.concat([head, packed]);
  const answers = Array.from({ length: 20 }, () => sendCompressed(session, message));
  // The method itself answers what is too large (`bad_check`); grpc-js accepts no compressed message at all.
  const status = process.env['LICTOR_TRANSPORT'] === 'grpc-js' ? '12' : '0';
  expect(await Promise.all(answers)).toEqual(answers.map(() => status));
  expect((await memory()) - before).toBeLessThan(100);
  expect(said(await ask(lictor.listen).check(ANY), 'reason')).toBe('allowed');
}, 60_000);

/** The gRPC status of a check with the message. */
async function sendCompressed(session: ClientHttp2Session, message: Buffer): Promise<string> {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/envoy.service.auth.v3.Authorization/Check',
    'content-type': 'application/grpc',
    'grpc-encoding': 'gzip',
    te: 'trailers',
  });
  const status = new Promise<string>((resolve) => {
    const read = (headers: IncomingHttpHeaders): void => {
      const { 'grpc-status': code } = headers;
      if (typeof code === 'string') resolve(code);
    };
    stream.on('response', read);
    stream.on('trailers', read);
  });
  stream.on('error', () => {});
  stream.resume();
  stream.end(message);
  return await status;
}

describe('certificates are read again when they change', () => {
  let certs: string;
  let port: number;

  /** A version of the files, and the link to it as Kubernetes makes it. */
  async function put(version: string, certificates: Certificates): Promise<void> {
    await writeCertificates(join(certs, version), certificates);
    await symlink(version, join(certs, '..data_tmp'));
    await rename(join(certs, '..data_tmp'), join(certs, '..data'));
  }

  async function serveTls(): Promise<Lictor> {
    port = await freePort();
    for (const name of ['server.pem', 'server.key', 'ca.pem']) {
      await symlink(join('..data', name), join(certs, name));
    }
    const at = (name: string): string => join(certs, name);
    const flags = [
      '--tls-cert',
      at('server.pem'),
      '--tls-key',
      at('server.key'),
      '--tls-client-ca',
      at('ca.pem'),
    ];
    return await serve({ listen: `127.0.0.1:${port}`, args: flags });
  }

  const makeMesh = (): Promise<Certificates> => makeCertificates({ hosts: [], workloads: WORKLOADS });

  /** The health of the sidecar as a caller sees it that trusts these certificates, over a connection of its own. */
  function asker(certificates: Certificates): () => Promise<Buffer> {
    const pair = certificates.workloads.get('checkout');
    const client = connectTo(`localhost:${port}`, { ca: certificates.ca, ...pair });
    stack.defer(() => client.close());
    return () => call(client, HEALTH, Buffer.alloc(0), { deadline: Date.now() + 2000 });
  }

  beforeEach(async () => {
    certs = join(folder, 'certs');
    await mkdir(certs);
  });

  test('for new connections, while open ones stay', async () => {
    const [old, next] = [await makeMesh(), await makeMesh()];
    await put('1', old);
    const lictor = await serveTls();
    const open = asker(old);
    await open();
    await put('2', next);
    await logHas(lictor, 'the TLS files have changed, new connections use them');
    await asker(next)();
    await open();
    await expect(asker(old)()).rejects.toMatchObject({ code: 14 });
  }, 30_000);

  test('files that cannot be used leave the last good ones, and are told once', async () => {
    const [old, next] = [await makeMesh(), await makeMesh()];
    await put('1', old);
    const lictor = await serveTls();
    await put('2', { ...next, server: { ...next.server, key: old.server.key } });
    await logHas(lictor, `is not the key of the certificate`);
    await asker(old)();
    await writeFile(join(certs, '2', 'server.key'), next.server.key);
    await logHas(lictor, 'new connections use them');
    await asker(next)();
    const log = await readFile(lictor.child.log, 'utf8');
    expect(log.match(/cannot be used/g)).toHaveLength(1);
    expect(log).not.toContain('PRIVATE KEY');
  }, 30_000);

  test('a drain with TLS connections ends in time', async () => {
    await put('1', await makeMesh());
    const lictor = await serveTls();
    // In the middle of a handshake, and after one that was rejected for want of a certificate.
    await openSilent(1, port);
    const rejected = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    stack.defer(() => void rejected.destroy());
    await once(rejected, 'error');
    const began = performance.now();
    lictor.child.signal('SIGTERM');
    expect(await lictor.child.exited).toBe('exit code 0');
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('the socket', () => {
  test('has the mode and the group of its flags', async () => {
    const group = process.getuid?.() === 0 ? 12_345 : (process.getgroups?.().at(-1) ?? 0);
    const lictor = await serve({ args: ['--socket-mode', 'ug=rw,o=w', '--socket-group', String(group)] });
    const { mode, gid } = await stat(lictor.listen.slice('unix:'.length));
    expect([mode & 0o777, gid]).toEqual([0o662, group]);
  });

  test.each([
    [
      ['--socket-mode', '0444'],
      '--socket-mode: `0444` lets nobody connect, which takes the permission to write',
    ],
    [['--socket-mode', 'rw'], '--socket-mode: `rw` is not a mode; write it as `0660` or `u=rw,g=rw,o=`'],
    [
      ['--socket-group', 'no-such-group'],
      '--socket-group: no group `no-such-group` in /etc/group, write its number',
    ],
    [['--listen', '127.0.0.1:0', '--socket-group', '0'], '--socket-group: requires `--listen unix:PATH`'],
    [
      ['--admin-host', 'http://a'],
      '--admin-host: `http://a` is not a host name; write it without a scheme, a port and a path',
    ],
  ])('%j is told', async (flags, problem) => {
    const listen = ['--listen', `unix:${join(folder, 'a.sock')}`, '--admin', '127.0.0.1:0'];
    const ended = await runLictor(['serve', ...listen, ...flags], { directory: folder });
    expect([ended.code, ended.stderr]).toEqual([2, `lictor serve: ${problem}\n`]);
  });
});

test('--probe has health, readiness and metrics alone, under the names of --admin-host', async () => {
  const port = await freePort();
  const lictor = await serve({ args: ['--probe', `127.0.0.1:${port}`, '--admin-host', 'Lictor.acme.svc'] });
  const probe = `http://127.0.0.1:${port}`;
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  const paths = ['/healthz', '/readyz', '/metrics', '/v1/status', '/v1/decisions'];
  expect(await Promise.all(paths.map((path) => statusOf(probe + path)))).toEqual([200, 200, 200, 404, 404]);
  expect(await Promise.all(paths.map((path) => statusOf(lictor.admin + path)))).toEqual([
    200, 200, 200, 200, 200,
  ]);
  const withHost = async (host: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end(`GET /readyz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text.split('\r\n')[0] ?? '';
  };
  expect(await withHost('lictor.acme.svc:9193')).toBe('HTTP/1.1 200 OK');
  expect(await withHost('evil.example')).toBe('HTTP/1.1 421 Misdirected Request');
});

test('at level debug, connections are logged without anything of their requests', async () => {
  const lictor = await serve({ args: ['--log-level', 'debug'] });
  const asker = connectAsker(lictor.listen);
  await asker.check({ ...ANY, path: '/?token=secret', headers: { authorization: 'Bearer secret' } });
  asker.close();
  await logHas(lictor, '"listener":"listen","peer":"","duration_ms"');
  const log = await readFile(lictor.child.log, 'utf8');
  for (const message of ['connection opened', 'decision', 'reading the policy folder']) {
    expect(log).toContain(`"message":"${message}"`);
  }
  expect(log).not.toContain('secret');
});
