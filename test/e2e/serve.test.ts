import { once } from 'node:events';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codec, loadProto } from '../../src/node/protobuf.ts';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { makeCertificates, writeCertificates } from '../support/certificates.ts';
import { lictor as runLictor } from '../support/command.ts';
import { type ClientTls, call, connectTo, talk } from '../support/grpc.ts';
import { type Lictor, type LictorOptions, startLictor } from '../support/lictor.ts';
import { type DecisionRecord, readLines, recordOf } from '../support/log-lines.ts';
import { officialCheckRequest } from '../support/official.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { startHeldKeys } from './held-keys.ts';
import { WORKLOADS } from './mesh.ts';
import { openPolicy } from './open-policy.ts';

const POLICY = openPolicy();
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const ANY = { host: 'any.acme.svc', path: '/' } as const;
/** The check of Envoy's network filter. */
const CONNECTION = officialCheckRequest.serialize({
  attributes: { source: { principal: WORKLOADS.checkout } },
});
const health = loadProto('grpc/health/v1/health.proto');
const healthResponse = codec<{ readonly status?: number }>(health, 'grpc.health.v1.HealthCheckResponse');
const [SERVING, NOT_SERVING] = [1, 2];

let stack: AsyncDisposableStack;
let folder: string;
let policies: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
  policies = join(folder, 'policies');
});

afterEach(() => stack.disposeAsync());

/** A Lictor that serves `policies`, and a client of it. */
async function serve(
  options: Partial<LictorOptions> = {},
): Promise<{ readonly lictor: Lictor; readonly asker: Asker }> {
  const lictor = await startLictor({ folder: join(folder, 'own'), policies, ...options });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  return { lictor, asker };
}

async function writePolicies(
  files: Readonly<Record<string, string>> = { 'open.yaml': POLICY },
): Promise<void> {
  await mkdir(policies, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(policies, name), text);
}

async function get(
  lictor: Lictor,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(lictor.admin + path);
  return { status: response.status, text: await response.text() };
}

interface StatusPage {
  readonly last_reload: Readonly<Record<string, unknown>> | null;
}

async function statusOf(lictor: Lictor): Promise<StatusPage> {
  return JSON.parse((await get(lictor, '/v1/status')).text) as StatusPage;
}

function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  return waitFor(look, { what, timeout: 5000 });
}

const ready = (lictor: Lictor): Promise<true> =>
  until('readiness', async () => ((await get(lictor, '/readyz')).status === 200 ? true : undefined));

describe('settings that cannot be used end the process at once, with exit code 2', () => {
  test('mistakes in flags, environment and file', async () => {
    const config = [
      'policies: ""',
      'transprot: grpc-js',
      'audit: {a: b}',
      'drain-timeout: never',
      'deadline: 1s',
      '',
    ];
    await writeFile(join(folder, 'lictor.yaml'), config.join('\n'));
    const flags = [
      '--listen',
      'nonsense',
      '--max-inflight',
      'none',
      '--tls-client-ca',
      'ca.pem',
      '--config',
      'lictor.yaml',
    ];
    const ended = await runLictor(['serve', ...flags], {
      directory: folder,
      env: {
        LICTOR_REVISION: 'abc',
        LICTOR_DEADLINE: 'soon',
        // Both are ignored: a flag takes precedence over the environment, which takes precedence over the file.
        LICTOR_MAX_INFLIGHT: '-1',
        LICTOR_DRAIN_TIMEOUT: '5s',
      },
    });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.trimEnd().split('\n')).toEqual([
      'lictor serve: lictor.yaml:2:1: unknown setting `transprot`; did you mean `transport`?',
      'lictor serve: lictor.yaml:3:8: `audit` takes a text or a list of texts',
      'lictor serve: lictor.yaml: policies: `` is empty',
      'lictor serve: --listen: `nonsense` is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH',
      'lictor serve: LICTOR_REVISION: `abc` is not a full commit id of 40 or 64 hex digits',
      'lictor serve: LICTOR_DEADLINE: `soon` is not a duration above zero, such as `500ms`, `1s` or `5m`',
      'lictor serve: --max-inflight: `none` is not a whole number above zero',
      'lictor serve: --tls-client-ca: requires --tls-cert and --tls-key',
    ]);
  });

  test('a missing file of settings is named by its variable', async () => {
    const ended = await runLictor(['serve'], {
      directory: folder,
      env: { LICTOR_CONFIG: 'no.yaml' },
    });
    expect([ended.code, ended.stderr]).toEqual([
      2,
      'lictor serve: LICTOR_CONFIG: `no.yaml` cannot be read (ENOENT)\n',
    ]);
  });

  test('missing files', async () => {
    const flags = ['--tls-cert', 'no.pem', '--tls-key', 'no.key', '--audit', 'no/decisions.jsonl'];
    expect(await runLictor(['serve', ...flags], { directory: folder })).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'lictor serve: --tls-cert: `no.pem` cannot be read (ENOENT)',
        'lictor serve: --tls-key: `no.key` cannot be read (ENOENT)',
        'lictor serve: --audit: `no/decisions.jsonl` cannot be opened (ENOENT)',
        '',
      ].join('\n'),
    });
  });

  test('an unknown flag', async () => {
    const ended = await runLictor(['serve', '--polices', 'x'], { directory: folder });
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining("unknown option '--polices'"),
    });
  });
});

describe('readiness', () => {
  test('without a folder at the start: denied as not ready until the folder exists, on all interfaces', async () => {
    const { lictor, asker } = await serve({ untilReady: false });
    expect((await get(lictor, '/healthz')).status).toBe(200);
    const unready = await get(lictor, '/readyz');
    expect([unready.status, JSON.parse(unready.text)]).toEqual([
      503,
      { ready: false, reason: 'no policy set is live' },
    ]);
    const denied = await asker.check(ANY);
    expect([said(denied, 'reason'), denied.deniedResponse?.status?.code]).toEqual(['not_ready', 503]);
    const watch = talk(asker.client, '/grpc.health.v1.Health/Watch');
    watch.on('error', () => undefined); // the stream ends with the test
    const next = async (): Promise<number | undefined> => {
      const [bytes = Buffer.alloc(0)] = (await once(watch, 'data')) as Buffer[];
      return healthResponse.decode(bytes).status;
    };
    const first = next();
    watch.write(Buffer.alloc(0));
    expect(await first).toBe(NOT_SERVING);
    const second = next();
    await writePolicies();
    expect(await second).toBe(SERVING);
    await ready(lictor);
    expect(said(await asker.check(ANY), 'reason')).toBe('allowed');
    watch.cancel();
  });

  test('a folder with mistakes, then without existence: the last good version stays active, and the mistake is shown', async () => {
    await writePolicies();
    const { lictor, asker } = await serve();
    const revision = said(await asker.check(ANY), 'revision');
    await writePolicies({ 'open.yaml': POLICY.replace('rules:', 'ruels:') });
    const failed = await until('a failed reload', async () => {
      const { last_reload } = await statusOf(lictor);
      return last_reload?.['result'] === 'failure' ? last_reload : undefined;
    });
    expect(failed).toMatchObject({
      errors: 1,
      diagnostics: [
        { file: 'open.yaml', line: 5, column: 3, code: 'unknown_field', help: 'did you mean `rules`?' },
      ],
    });
    await rm(policies, { recursive: true });
    await until('a second failed reload', async () =>
      (await get(lictor, '/metrics')).text.includes('lictor_policy_reloads_total{result="failure"} 2')
        ? true
        : undefined,
    );
    expect((await get(lictor, '/readyz')).status).toBe(200);
    expect(
      await asker.check(ANY).then((answer) => [said(answer, 'reason'), said(answer, 'revision')]),
    ).toEqual(['allowed', revision]);
    await writePolicies();
    await until('a recovery', async () => {
      const { last_reload } = await statusOf(lictor);
      return last_reload?.['result'] === 'success' ? true : undefined;
    });
  });
});

describe('the revision', () => {
  test('--require-revision serves only policies with a commit', async () => {
    await writePolicies();
    const { lictor, asker } = await serve({ args: ['--require-revision'], untilReady: false });
    const status = await until('an attempt', async () => {
      const seen = await statusOf(lictor);
      return seen.last_reload === null ? undefined : seen;
    });
    expect(status).toMatchObject({
      ready: false,
      active: null,
      last_reload: {
        result: 'failure',
        diagnostics: [{ message: expect.stringContaining('--require-revision') }],
      },
    });
    expect(said(await asker.check(ANY), 'reason')).toBe('not_ready');
    await writeFile(join(policies, 'REVISION'), `${COMMIT}\n`);
    await ready(lictor);
    expect(said(await asker.check(ANY), 'revision')).toBe(COMMIT);
  });

  test('--revision names the commit of a folder without one', async () => {
    await writePolicies();
    const { lictor } = await serve({ args: ['--revision', COMMIT.toUpperCase()] });
    expect((await lictor.status()).active?.revision).toMatchObject({
      commit: COMMIT,
      source: 'flag',
      dirty: false,
    });
  });
});

test('records continue in a new file after SIGHUP, and none is lost', async () => {
  await writePolicies();
  const { lictor, asker } = await serve();
  const ask = async (): Promise<string> => said(await asker.check(ANY), 'decision_id');
  const before = await ask();
  await recordOf(lictor.records, before);
  const old = `${lictor.records}.1`;
  await rename(lictor.records, old);
  const between = await ask();
  lictor.child.signal('SIGHUP');
  await until('a new file', async () => ((await readFile(lictor.records)).length >= 0 ? true : undefined));
  const after = await ask();
  await recordOf(lictor.records, after);
  const ids = async (file: string): Promise<string[]> =>
    (await readLines<DecisionRecord>(file)).map(({ decision_id }) => decision_id);
  expect([await ids(old), await ids(lictor.records)]).toEqual([[before, between], [after]]);
  expect(await readFile(lictor.child.log, 'utf8')).toContain('reloading on request');
});

describe('checks that a correct proxy never causes are denied too', () => {
  test('deadline and capacity are exceeded, and the next check is decided', async () => {
    const keys = await startHeldKeys();
    stack.defer(keys.stop);
    await writePolicies({ 'open.yaml': POLICY, 'slow.yaml': keys.policies });
    const { lictor, asker } = await serve({ args: ['--deadline', '300ms', '--max-inflight', '1'] });
    await until('the first keys', async () =>
      (await lictor.status()).issuers[0]?.keys === 1 ? true : undefined,
    );
    const slow = {
      host: 'slow.acme.svc',
      path: '/',
      headers: { authorization: `Bearer ${await keys.token('next')}` },
    };
    keys.hold();
    const waiting = asker.check(slow);
    await keys.asked();
    expect(said(await asker.check(ANY), 'reason')).toBe('overloaded');
    const late = await waiting;
    expect([said(late, 'reason'), late.deniedResponse?.status?.code]).toEqual(['deadline_exceeded', 503]);
    keys.release('next');
    await until('room', async () =>
      said(await asker.check(ANY), 'reason') === 'allowed' ? true : undefined,
    );
    expect(said(await asker.check(slow), 'reason')).toBe('allowed');
  });

  test.each([
    ['bytes that are not a message', Buffer.from([0xff, 0xff]), 'bad_check', 400],
    ['a message that is too large', Buffer.alloc(17 * 1024 * 1024), 'bad_check', 400],
    ['a connection without a request', CONNECTION, 'not_http', 403],
  ])('%s', async (_, bytes, reason, status) => {
    await writePolicies();
    const { asker } = await serve();
    const denied = await asker.send(bytes);
    expect([said(denied, 'reason'), denied.deniedResponse?.status?.code]).toEqual([reason, status]);
    expect(said(await asker.check(ANY), 'reason')).toBe('allowed');
  });
});

describe('gRPC beside Check', () => {
  beforeEach(() => writePolicies());

  test('health, with and without a service name', async () => {
    const { asker } = await serve();
    const request = codec<object>(health, 'grpc.health.v1.HealthCheckRequest');
    const ask = async (service: string): Promise<number | undefined> =>
      healthResponse.decode(
        await call(asker.client, '/grpc.health.v1.Health/Check', request.encode({ service })),
      ).status;
    expect(await ask('')).toBe(SERVING);
    expect(await ask('envoy.service.auth.v3.Authorization')).toBe(SERVING);
    await expect(ask('acme.Orders')).rejects.toMatchObject({ code: 5 });
  });

  test('reflection lists the services', async () => {
    const { asker } = await serve();
    const definition = loadProto('grpc/reflection/v1/reflection.proto');
    const request = codec<object>(definition, 'grpc.reflection.v1.ServerReflectionRequest');
    const response = codec<{ listServicesResponse?: { service?: { name: string }[] } }>(
      definition,
      'grpc.reflection.v1.ServerReflectionResponse',
    );
    const stream = talk(asker.client, '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo');
    stream.end(Buffer.from(request.encode({ listServices: '' })));
    const [bytes = Buffer.alloc(0)] = (await stream.toArray()) as Buffer[];
    const names = response.decode(bytes).listServicesResponse?.service?.map(({ name }) => name);
    expect(names).toEqual([
      'envoy.service.auth.v3.Authorization',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ]);
  });

  test('with --tls-client-ca only clients with a certificate of it are served', async () => {
    const certificates = await makeCertificates({ hosts: [], workloads: WORKLOADS });
    const certs = join(folder, 'certs');
    await writeCertificates(certs, certificates);
    const at = (name: string): string => join(certs, name);
    const tls = [
      '--tls-cert',
      at('server.pem'),
      '--tls-key',
      at('server.key'),
      '--tls-client-ca',
      at('ca.pem'),
    ];
    const { lictor } = await serve({ listen: '127.0.0.1:0', args: tls });
    const port = /"address":"127.0.0.1:(\d+)"/.exec(await readFile(lictor.child.log, 'utf8'))?.[1];
    const own = certificates.workloads.get('checkout');
    const askAs = (who: ClientTls): Promise<Buffer> => {
      const client = connectTo(`localhost:${port}`, who);
      stack.defer(() => client.close());
      return call(client, '/grpc.health.v1.Health/Check', Buffer.alloc(0), { deadline: Date.now() + 2000 });
    };
    expect(healthResponse.decode(await askAs({ ca: certificates.ca, ...own })).status).toBe(SERVING);
    await expect(askAs({ ca: certificates.ca })).rejects.toMatchObject({ code: 14 });
  });
});

test('the admin pages show the active commit and the decisions', async () => {
  await writePolicies({ 'open.yaml': POLICY, REVISION: COMMIT });
  const { lictor, asker } = await serve();
  const stream = await fetch(`${lictor.admin}/v1/decisions`, { headers: { accept: 'text/event-stream' } });
  const events = stream.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  expect((await events?.next())?.value).toMatch(/^: /);

  const id = said(await asker.check({ ...ANY, path: '/a?secret=1' }), 'decision_id');
  const record = await recordOf(lictor.records, id);
  expect((await events?.next())?.value).toBe(`id: ${id}\ndata: ${JSON.stringify(record)}\n\n`);
  await events?.return?.();
  expect(JSON.parse((await get(lictor, '/v1/decisions?limit=1')).text)).toEqual({ decisions: [record] });
  expect(await statusOf(lictor)).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    ready: true,
    active: { revision: { commit: COMMIT, dirty: false, source: 'file' }, policies: 1, rules: 1 },
    last_reload: { result: 'success', errors: 0, diagnostics: [] },
    issuers: [],
    limits: { store: 'local', healthy: true, used: [] },
  });
  const metrics = (await get(lictor, '/metrics')).text.split('\n');
  expect(metrics).toContain(
    `lictor_policy_info{revision="${COMMIT}",digest="${record.revision.digest}",source="file"} 1`,
  );
  expect(metrics).toContain(
    'lictor_decisions_total{decision="allow",reason="allowed",policy="open",rule="everybody",mode="enforce"} 1',
  );
  expect((await get(lictor, '/healthz')).status).toBe(200);
  const changed = await fetch(`${lictor.admin}/v1/status`, { method: 'POST' });
  expect(changed.status).toBe(405);
});
