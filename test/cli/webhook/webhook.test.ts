import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { type Certificates, makeCertificates, writeCertificates } from '../../support/certificates.ts';
import { type Child, startChild } from '../../support/child.ts';
import { inProcess } from '../../support/in-process.ts';
import { freePort } from '../../support/ports.ts';
import { MAIN, PROGRAM_ENVIRONMENT } from '../../support/program.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { type WaitOptions, waitFor } from '../../support/wait.ts';

const REVIEW = readFileSync('test/tools/inject/reviews/deployment.json', 'utf8');
const BAD = readFileSync('test/tools/inject/reviews/bad-annotation.json', 'utf8');
const JSON_TYPE = { 'content-type': 'application/json' } as const;

async function until(look: () => boolean | Promise<boolean>, options: WaitOptions): Promise<void> {
  await waitFor(async () => ((await look()) ? true : undefined), options);
}

interface Webhook {
  readonly port: number;
  readonly probe: string;
  readonly folder: string;
  readonly certificates: Certificates;
  readonly child: Child;
}

const certificates = (): Promise<Certificates> =>
  makeCertificates({ hosts: ['lictor.lictor.svc'], workloads: { apiserver: { dns: ['kube-apiserver'] } } });

async function start(stack: AsyncDisposableStack, args: readonly string[] = []): Promise<Webhook> {
  const folder = await scratchFolder(stack);
  const made = await certificates();
  await writeCertificates(folder, made);
  const [port, probePort] = [await freePort(), await freePort()];
  const child = await startChild({
    name: 'webhook',
    command: process.execPath,
    args: [
      MAIN,
      'webhook',
      `--listen=127.0.0.1:${port}`,
      `--probe=127.0.0.1:${probePort}`,
      '--drain-delay=0s',
      `--tls-cert=${join(folder, 'server.pem')}`,
      `--tls-key=${join(folder, 'server.key')}`,
      ...args.map((each) => each.replace('FOLDER', folder)),
    ],
    env: { ...process.env, ...PROGRAM_ENVIRONMENT },
    log: join(folder, 'webhook.log'),
  });
  stack.defer(() => child.stop());
  const probe = `http://127.0.0.1:${probePort}`;
  const isReady = async (): Promise<boolean> =>
    (await fetch(`${probe}/readyz`).catch(() => undefined))?.ok === true;
  await until(isReady, { what: 'a webhook that is ready', timeout: 20_000, child });
  return { port, probe, folder, certificates: made, child };
}

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly agent?: Agent;
  readonly client?: { readonly cert: string; readonly key: string };
  /** Called with the request before its body is sent. */
  readonly onRequest?: (sent: ClientRequest) => void;
}

interface Got {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
  readonly serial: string;
}

function ask({ port, certificates: { ca } }: Webhook, options: Ask = {}, authority = ca): Promise<Got> {
  const { method = 'POST', path = '/inject?timeout=10s', headers = JSON_TYPE, body = REVIEW } = options;
  return new Promise((resolve, reject) => {
    const where = {
      host: '127.0.0.1',
      port,
      method,
      path,
      headers,
      ca: authority,
      servername: 'lictor.lictor.svc',
    };
    const sent = request({ ...where, ...options.client, agent: options.agent ?? new Agent() });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const serial = (response.socket as TLSSocket).getPeerCertificate().serialNumber;
      const { statusCode: status = 0, headers: got } = response;
      void text(response)
        .then((written) => resolve({ status, headers: got, serial, body: JSON.parse(written) }))
        .catch(reject);
    });
    options.onRequest?.(sent);
    sent.end(method === 'GET' ? undefined : body);
  });
}

const metricsOf = async ({ probe }: Webhook): Promise<string> => (await fetch(`${probe}/metrics`)).text();

describe('a webhook', () => {
  const stack = new AsyncDisposableStack();
  let webhook: Webhook;
  beforeAll(async () => {
    webhook = await start(stack, [
      '--set',
      'image=registry.acme.example/lictor:1.0.0',
      '--log-level',
      'debug',
    ]);
  }, 30_000);
  afterAll(() => stack.disposeAsync());

  test('answers a review with a patch, with the options of its command line', async () => {
    const { status, body, headers } = await ask(webhook);
    const response = body['response'] as Record<string, string>;
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/json' });
    expect(response).toMatchObject({ uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: true });
    const patch = Buffer.from(response['patch'] ?? '', 'base64').toString();
    expect(patch).toContain('registry.acme.example/lictor:1.0.0');
    expect(patch).toContain('orders-policies');
  });

  test('refuses a pod with a bad annotation, counts it and logs it without its text', async () => {
    const before = await metricsOf(webhook);
    const { body } = await ask(webhook, { body: BAD });
    expect(body['response']).toMatchObject({ allowed: false, status: { code: 422, reason: 'Invalid' } });
    const counted = (metrics: string): number => Number(/result="refused"} (\d+)/.exec(metrics)?.[1]);
    expect(counted(await metricsOf(webhook))).toBe(counted(before) + 1);
    await until(async () => (await readFile(webhook.child.log, 'utf8')).includes('a pod was refused'), {
      what: 'a line of the log',
      timeout: 5000,
    });
    const line = (await readFile(webhook.child.log, 'utf8'))
      .split('\n')
      .find((each) => each.includes('refused'));
    expect(JSON.parse(line ?? '')).toMatchObject({ level: 'warn', namespace: 'shop', pod: 'orders-5c-*' });
  });

  test.each([
    [{ method: 'GET' }, 405, 'only POST is supported'],
    [{ path: '/' }, 404, 'no such page; reviews go to /inject'],
    [{ headers: { 'content-type': 'text/plain' } }, 415, 'the body is not `application/json`'],
    [{ body: '{' }, 400, 'the body is not JSON'],
    [{ body: '{}' }, 400, 'the body is not an AdmissionReview'],
    [{ body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'the body is not valid UTF-8'],
    [{ body: `"${'x'.repeat(5 * 1024 * 1024)}"` }, 413, 'the body has more than 4 MiB'],
  ])('%# is refused with a status', async (options, status, error) => {
    // A refusal of a long body may arrive as a reset, since the rest is not read.
    const got = await ask(webhook, options).catch((reset: unknown) => ({
      status: 413,
      body: { error, reset },
    }));
    expect(got).toMatchObject({ status, body: { error } });
  });

  test('survives bodies that are deep, and keys of the prototype', async () => {
    const deep = REVIEW.replace('"spec": {', `"spec": {"x": ${'['.repeat(50_000)}${']'.repeat(50_000)},`);
    expect((await ask(webhook, { body: deep })).status).toBeGreaterThanOrEqual(200);
    const polluted = REVIEW.replace(
      '"annotations": {',
      '"annotations": {"__proto__": {"lictor.dev/inject": "false"},',
    );
    expect((await ask(webhook, { body: polluted })).body['response']).toMatchObject({ allowed: true });
    expect((await ask(webhook)).status).toBe(200);
  });

  test('a caller that leaves in the middle of its body does not disturb others', async () => {
    const left = ask(webhook, {
      headers: { ...JSON_TYPE, 'content-length': '1000000' },
      onRequest: (sent) => {
        sent.flushHeaders();
        sent.on('socket', (socket) => socket.on('secureConnect', () => socket.destroy()));
      },
    });
    await expect(left).rejects.toThrow(/hang up|disconnected|reset|aborted/i);
    expect((await ask(webhook)).status).toBe(200);
  });

  test('asks the API server to come again while others hold the memory for bodies', async () => {
    const length = 4 * 1024 * 1024;
    const held: ClientRequest[] = [];
    const hold = (sent: ClientRequest): void => {
      held.push(sent);
      // One byte is missing, so that the body is held.
      sent.write(Buffer.alloc(length - 1, ' '));
      sent.end = () => sent;
    };
    const headers = { ...JSON_TYPE, 'content-length': `${length}` };
    const left = Array.from({ length: 8 }, () => ask(webhook, { headers, onRequest: hold }).catch(() => {}));
    const asked = async (status: number): Promise<Got | undefined> => {
      const got = await ask(webhook, { body: `${REVIEW}${' '.repeat(100_000)}` });
      return got.status === status ? got : undefined;
    };
    const busy = await waitFor(() => asked(503), { what: 'a review that is not read', timeout: 20_000 });
    expect([busy.headers['retry-after'], busy.body]).toEqual([
      '1',
      { error: 'too many bytes of reviews at once' },
    ]);
    expect(await metricsOf(webhook)).toMatch(/^lictor_webhook_reviews_total{result="busy"} [1-9]/m);
    for (const sent of held) sent.destroy();
    await Promise.all(left);
    await waitFor(() => asked(200), { what: 'a review that is answered', timeout: 20_000 });
  }, 60_000);

  test('has health, readiness, and the end of its certificate', async () => {
    expect(await (await fetch(`${webhook.probe}/healthz`)).json()).toEqual({ alive: true });
    const [, seconds = '0'] =
      /^lictor_webhook_certificate_expiry_seconds (\d+)$/m.exec(await metricsOf(webhook)) ?? [];
    expect(Number(seconds)).toBeGreaterThan(Date.now() / 1000);
    for (const path of ['/v1/status', '/v1/decisions'])
      expect((await fetch(`${webhook.probe}${path}`)).status).toBe(404);
  });

  test('uses a new certificate without a restart', async () => {
    const first = await ask(webhook);
    const next = await certificates();
    await writeFile(join(webhook.folder, 'server.key'), next.server.key);
    await writeFile(join(webhook.folder, 'server.pem'), next.server.cert);
    const isNew = async (): Promise<boolean> => {
      const got = await ask(webhook, {}, `${webhook.certificates.ca}\n${next.ca}`);
      return got.serial !== first.serial;
    };
    await until(isNew, { what: 'the new certificate', timeout: 10_000, child: webhook.child });
  }, 20_000);
});

test('a drain answers what has begun, fails readiness and ends with code 0', async () => {
  await using stack = new AsyncDisposableStack();
  const webhook = await start(stack, ['--drain-delay', '60s', '--drain-timeout', '5s']);
  const agent = new Agent({ keepAlive: true });
  stack.defer(() => agent.destroy());
  expect((await ask(webhook, { agent })).headers.connection).toBe('keep-alive');
  process.kill(webhook.child.pid, 'SIGTERM');
  const isDraining = async (): Promise<boolean> => (await fetch(`${webhook.probe}/readyz`)).status === 503;
  await until(isDraining, { what: 'a readiness of 503', timeout: 10_000, child: webhook.child });
  const during = await ask(webhook, { agent });
  expect({ status: during.status, connection: during.headers.connection }).toEqual({
    status: 200,
    connection: 'close',
  });
  // A second signal ends it at once.
  process.kill(webhook.child.pid, 'SIGTERM');
  await until(() => webhook.child.ended() !== undefined, { what: 'the end', timeout: 10_000 });

  const short = await start(stack);
  process.kill(short.child.pid, 'SIGTERM');
  await until(() => short.child.ended() !== undefined, { what: 'the end', timeout: 10_000 });
  expect(short.child.ended()).toBe('exit code 0');
}, 60_000);

test('with --tls-client-ca, only callers with a certificate of that authority are answered', async () => {
  await using stack = new AsyncDisposableStack();
  const webhook = await start(stack, ['--tls-client-ca', 'FOLDER/ca.pem']);
  await expect(ask(webhook)).rejects.toThrow(/certificate required|reset|hang up/i);
  const client = webhook.certificates.workloads.get('apiserver');
  if (client === undefined) throw new Error('no certificate');
  expect((await ask(webhook, { client })).status).toBe(200);
}, 40_000);

test('what cannot start is wrong usage, with all problems', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  await writeCertificates(folder, await certificates());
  const tls = ['--tls-cert', 'server.pem', '--tls-key', 'server.key'];
  expect(
    await inProcess(['webhook', '--tls-cert', 'x.pem', '--tls-key', 'server.key', '--set', 'cpu=x'], folder),
  ).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'lictor webhook: --set cpu: `x` is not an amount of CPU; write it as `100m` or `0.5`\nlictor webhook: --tls-cert: `x.pem` cannot be read (ENOENT)\n',
  });
  expect(await inProcess(['webhook', ...tls, '--listen', '192.0.2.1:1'], folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot listen on `192.0.2.1:1`'),
  });
  expect(await inProcess(['webhook'], folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--tls-cert'),
  });
});
