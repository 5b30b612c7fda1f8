import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_FOLLOWERS } from '../../../src/sidecar/admin/follow.ts';
import {
  ADMIN_PATHS,
  type Admin,
  type AdminOptions,
  type AdminPath,
  type PageSources,
  PROBE_PATHS,
  startAdmin,
} from '../../../src/sidecar/admin/http.ts';
import { createRecentDecisions } from '../../../src/sidecar/audit/recent.ts';
import { toRecord } from '../../../src/sidecar/audit/record.ts';
import { aDecision } from '../../support/decision.ts';
import { QUIET_LISTENER } from '../../support/quiet-listener.ts';

const record = (id: string) => ({
  id,
  line: JSON.stringify(toRecord(aDecision({ id }), { traceId: '', spanId: '' })),
});

let admin: Admin;
let notReady: string | undefined;
let decisions: ReturnType<typeof createRecentDecisions>;

function sources(): PageSources {
  return {
    notReady: () => notReady,
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'lictor_inflight_checks 0\n' }),
    status: () => ({ version: '1.2.3' }),
    decisions,
  };
}

const PATHS = Object.keys(ADMIN_PATHS) as AdminPath[];

/** A listener with all pages, or other options. */
function start(options: Partial<AdminOptions> = {}, pages: Partial<PageSources> = {}): Promise<Admin> {
  const { observer } = QUIET_LISTENER;
  return startAdmin(
    { address: '127.0.0.1:0', paths: PATHS, hosts: [], observer, ...options },
    { ...sources(), ...pages },
  );
}

beforeEach(async () => {
  notReady = undefined;
  decisions = createRecentDecisions();
  admin = await start();
});

afterEach(async () => {
  await admin.close();
});

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function open(path: string, more: RequestOptions = {}): Promise<IncomingMessage> {
  const [host, port] = admin.address.split(':');
  return new Promise((resolve, reject) => {
    request({ host, port, path, agent: false, ...more }, resolve)
      .on('error', reject)
      .end();
  });
}

async function get(path: string, more: RequestOptions = {}): Promise<Got> {
  const response = await open(path, more);
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text };
}

describe('the pages', () => {
  test('health', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, text: '{"alive":true}\n' });
  });

  test('readiness, with the reason until then', async () => {
    notReady = 'no policy set is live';
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      text: '{"ready":false,"reason":"no policy set is live"}\n',
    });
    notReady = undefined;
    expect(await get('/readyz')).toMatchObject({ status: 200, text: '{"ready":true}\n' });
  });

  test('metrics', async () => {
    const { status, headers, text } = await get('/metrics');
    expect({ status, text }).toEqual({ status: 200, text: 'lictor_inflight_checks 0\n' });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4');
  });

  test('status', async () => {
    expect(await get('/v1/status?pretty')).toMatchObject({ status: 200, text: '{"version":"1.2.3"}\n' });
  });

  test('decisions, newest last', async () => {
    for (const id of ['a', 'b', 'c']) decisions.add(record(id), 0);
    const ids = async (path: string) => {
      const body = JSON.parse((await get(path)).text) as { decisions: { decision_id: string }[] };
      return body.decisions.map(({ decision_id: id }) => id);
    };
    expect(await ids('/v1/decisions')).toEqual(['a', 'b', 'c']);
    expect(await ids('/v1/decisions?limit=2')).toEqual(['b', 'c']);
  });

  test.each(['0', '-1', 'x', '', '1e3'])('a limit of %j is refused', async (limit) => {
    expect(await get(`/v1/decisions?limit=${limit}`)).toMatchObject({
      status: 400,
      text: '{"error":"`limit` is not a whole number above zero"}\n',
    });
  });

  test('an index page links the others', async () => {
    const { status, headers, text } = await get('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    for (const path of Object.keys(ADMIN_PATHS)) expect(text).toContain(`<a href="${path}">`);
  });

  test.each(['/nope', '/__proto__', '/v1/decisions/', '//', '/%00'])('%s is not found', async (path) => {
    const { status, text } = await get(path);
    expect(status).toBe(404);
    expect(JSON.parse(text)).toEqual({ error: 'no such page', paths: Object.keys(ADMIN_PATHS) });
  });
});

describe('a listener for probes', () => {
  beforeEach(async () => {
    await admin.close();
    admin = await start({ paths: PROBE_PATHS });
  });

  test.each(['/healthz', '/readyz', '/metrics'])('has %s', async (path) => {
    expect((await get(path)).status).toBe(200);
  });

  test.each(['/v1/status', '/v1/decisions'])('does not have %s', async (path) => {
    const { status, text } = await get(path);
    expect([status, JSON.parse(text)]).toEqual([404, { error: 'no such page', paths: [...PROBE_PATHS] }]);
  });

  test('does not stream decisions', async () => {
    const headers = { accept: 'text/event-stream' };
    expect((await get('/v1/decisions', { headers })).status).toBe(404);
  });

  test('links only its own pages', async () => {
    const links = (await get('/')).text.match(/href="[^"]*"/g);
    expect(links).toEqual(PROBE_PATHS.map((path) => `href="${path}"`));
  });
});

test.each([
  ['lictor.acme.svc', 200],
  ['LICTOR.acme.svc:9192', 200],
  ['a.lictor.acme.svc', 421],
  ['acme.svc', 421],
])('with the named host lictor.acme.svc, the answer to %s is %d', async (host, status) => {
  await admin.close();
  admin = await start({ hosts: ['lictor.acme.svc'] });
  expect((await get('/healthz', { headers: { host } })).status).toBe(status);
});

describe('every answer', () => {
  test.each(['/', '/healthz', '/nope'])('of %s forbids caches, frames and type sniffing', async (path) => {
    const { headers } = await get(path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('to HEAD has no body', async () => {
    expect(await get('/healthz', { method: 'HEAD' })).toMatchObject({
      status: 200,
      headers: { 'content-length': '15' },
      text: '',
    });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('to %s is 405', async (method) => {
    expect(await get('/healthz', { method })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  test.each([
    ['attacker.example', 421],
    ['attacker.example:9192', 421],
    ['127.0.0.1.attacker.example', 421],
    ['localhost:9192', 200],
    ['lictor.localhost', 200],
    ['10.1.2.3:9192', 200],
    ['[::1]:9192', 200],
  ])('to the host %s is %d', async (host, status) => {
    expect((await get('/healthz', { headers: { host } })).status).toBe(status);
  });

  test('does not reveal what failed', async () => {
    await admin.close();
    admin = await start(
      {},
      {
        status: () => {
          throw new Error('SECRET');
        },
      },
    );
    expect(await get('/v1/status')).toMatchObject({
      status: 500,
      text: '{"error":"this page failed, decisions are not affected"}\n',
    });
  });
});

describe('a stream of decisions', () => {
  const headers = { accept: 'text/event-stream' };

  async function follow(): Promise<IncomingMessage> {
    const stream = await open('/v1/decisions', { headers });
    await once(stream, 'data');
    return stream;
  }

  test('sends each decision at once, and ends with the server', async () => {
    const stream = await follow();
    expect(stream.headers['content-type']).toBe('text/event-stream');
    decisions.add(record('a'), 0);
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(String(chunk)).toBe(`id: a\ndata: ${record('a').line}\n\n`);
    const ended = once(stream, 'end');
    await admin.close();
    await ended;
  });

  test('that is not read misses records, which are not buffered', async () => {
    const stream = await follow();
    stream.pause();
    const large = { id: 'large', line: 'x'.repeat(1_000_000) };
    for (let i = 0; i < 50; i++) decisions.add(large, 0);
    let text = '';
    const caughtUp = new Promise<void>((resolve) => {
      stream.on('data', (chunk) => {
        text = `${text}${String(chunk)}`.slice(-200);
        if (text.includes('event: missed')) resolve();
      });
    });
    stream.resume();
    await caughtUp;
    expect(text).toMatch(/event: missed\ndata: \{"count":\d+\}\n\n$/);
    stream.destroy();
  });

  test('is open for a bounded number of clients', async () => {
    const streams = await Promise.all(Array.from({ length: MAX_FOLLOWERS }, follow));
    expect(await get('/v1/decisions', { headers })).toMatchObject({
      status: 503,
      text: '{"error":"16 clients already follow decisions"}\n',
    });
    for (const stream of streams) stream.destroy();
  });
});

describe('the address', () => {
  test('is named if it is in use', async () => {
    await expect(start({ address: admin.address })).rejects.toThrow(
      `cannot listen on \`${admin.address}\`: another process listens on it, stop that process or choose another port`,
    );
  });

  test.each(['', 'nonsense', '127.0.0.1', '127.0.0.1:70000', 'unix:', '::1:80'])(
    '%j is not valid',
    async (address) => {
      await expect(start({ address })).rejects.toThrow(
        `cannot listen on \`${address}\`: not an address, write HOST:PORT, [IPV6]:PORT or unix:PATH`,
      );
    },
  );

  test('can be a Unix socket, which accepts every host', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lictor-admin-'));
    const socketPath = join(folder, 'admin.sock');
    const socket = await start({ address: `unix:${socketPath}` });
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    expect(socket.address).toBe(`unix:${socketPath}`);
    expect(
      await get('/healthz', { host: undefined, port: undefined, socketPath, headers: { host: 'x.example' } }),
    ).toMatchObject({ status: 200 });
    await socket.close();
    await rm(folder, { recursive: true });
  });

  test('is free again after closing', async () => {
    const { address } = admin;
    await admin.close();
    const again = createServer().listen(Number(address.split(':')[1]), '127.0.0.1');
    await once(again, 'listening');
    again.close();
    admin = await start();
  });
});
