import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Status } from '../../src/sidecar/server/status.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';
import { startLictor } from '../support/lictor.ts';
import { callHttp1, callHttp2, chunk, type RawAnswer, type RawCall } from '../support/raw-call.ts';
import { waitFor } from '../support/wait.ts';
import { type Mesh, startMesh } from './mesh.ts';

/** The buffer of Envoy in these tests. */
const LIMIT = 4000;
const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: payments}
spec:
  authenticate: {mtls: {}}
  rules: [{name: small, effect: allow, when: request.body.amount < 10}]
`;
const HOST = 'payments.acme.svc';

type Layout = 'partial' | 'whole' | 'text';
let mesh: Mesh;
/** One Envoy for each way to send bodies. */
let envoys: Readonly<Record<Layout, Envoy>>;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  mesh = await startMesh({
    policies: (folder) => writeFile(join(folder, 'policies.yaml'), POLICY),
    lictor: { args: ['--max-request-bytes', String(LIMIT)] },
    envoy: { maxBodyBytes: LIMIT, partialBodies: true, packAsBytes: true },
  });
  stack.defer(mesh.stop);
  const other = async (name: string, options: { partialBodies: boolean; packAsBytes: boolean }) => {
    const { certificates, upstream } = mesh;
    const authz = mesh.lictor().listen;
    const folder = join(mesh.folder, name);
    const envoy = await startEnvoy({
      folder,
      certificates,
      upstreamPort: upstream.port,
      authz,
      maxBodyBytes: LIMIT,
      ...options,
    });
    stack.defer(envoy.stop);
    return envoy;
  };
  envoys = {
    partial: mesh.envoy,
    whole: await other('whole', { partialBodies: false, packAsBytes: true }),
    text: await other('text', { partialBodies: false, packAsBytes: false }),
  };
}, 60_000);

afterAll(() => stack.disposeAsync());

/** A JSON body of so many bytes. */
function json(length: number): Buffer {
  const start = '{"amount":1';
  return Buffer.from(`${start}${' '.repeat(length - start.length - 1)}}`);
}

const FULL = json(LIMIT);
const REST = Buffer.alloc(262_144, 'x');
const END = chunk(Buffer.alloc(0));
const CHUNKED = 'transfer-encoding: chunked';
const declared = (length: number): string => `content-length: ${length}`;

function call(headers: readonly string[], body: RawCall['body']): RawCall {
  return {
    workload: 'checkout',
    host: HOST,
    headers: ['content-type: application/json', ...headers],
    body,
  };
}

/** Status, and the reason of a denial by Lictor or `envoy` for one by Envoy itself. */
function summary({ status, text }: RawAnswer): string {
  const reason = /"reason":"(\w+)"/.exec(text)?.[1];
  return `${status} ${status === 200 ? 'ok' : (reason ?? 'envoy')}`;
}

describe('with allow_partial_message, over HTTP/1.1', () => {
  test.each<[string, string[], RawCall['body'], string]>([
    ['a declared body', [declared(500)], [json(500)], '200 ok'],
    ['a declared body that fills the buffer', [declared(LIMIT)], [FULL], '200 ok'],
    ['a chunked body below the limit', [CHUNKED], [chunk(json(LIMIT - 1)), END], '200 ok'],
    ['a body after 100-continue', [declared(500), 'expect: 100-continue'], [json(500)], '200 ok'],
    [
      'a prefix that fills the buffer, declared',
      [declared(LIMIT + REST.length)],
      [FULL],
      '413 body_truncated',
    ],
    ['a prefix that fills the buffer, chunked', [CHUNKED], [chunk(FULL)], '413 body_truncated'],
    ['the same with its end', [CHUNKED], [chunk(FULL), END], '413 body_truncated'],
    ['a longer chunked body', [CHUNKED], [chunk(FULL), chunk(REST), END], '413 body_truncated'],
    ['a longer declared body', [declared(LIMIT + REST.length)], [FULL, REST], '413 body_truncated'],
    [
      'a longer body after 100-continue',
      [declared(LIMIT + REST.length), 'expect: 100-continue'],
      [FULL],
      '413 body_truncated',
    ],
    [
      'a longer body that its caller calls whole',
      [declared(LIMIT + REST.length), 'x-envoy-auth-partial-body: false'],
      [FULL, REST],
      '413 body_truncated',
    ],
    ['1.5 MiB, declared', [declared(1_572_864)], [json(1_572_864)], '413 body_truncated'],
    ['1.5 MiB, chunked', [CHUNKED], [chunk(json(1_572_864)), END], '413 body_truncated'],
  ])('%s', async (_, headers, body, expected) => {
    expect(summary(await callHttp1(envoys.partial, call(headers, body)))).toBe(expected);
  });
});

describe('with allow_partial_message, over HTTP/2', () => {
  test.each<[string, string[], Buffer[], boolean, string]>([
    ['a body of unknown length', [], [json(500)], true, '200 ok'],
    ['a declared body that fills the buffer', [declared(LIMIT)], [FULL], true, '200 ok'],
    ['a prefix that fills the buffer', [], [FULL], false, '413 body_truncated'],
    ['a prefix that fills the buffer, declared', [declared(LIMIT + 9)], [FULL], false, '413 body_truncated'],
    ['a longer body', [], [FULL, REST], true, '413 body_truncated'],
  ])('%s', async (_, headers, body, ends, expected) => {
    expect(summary(await callHttp2(envoys.partial, { ...call(headers, body), ends }))).toBe(expected);
  });
});

describe('without allow_partial_message', () => {
  test.each<[string, string[], RawCall['body'], string]>([
    ['a declared body that fills the buffer', [declared(LIMIT)], [FULL], '200 ok'],
    ['a chunked body below the limit', [CHUNKED], [chunk(json(LIMIT - 1)), END], '200 ok'],
    // Lictor cannot tell it from the beginning of a longer one.
    ['a chunked body that fills the buffer', [CHUNKED], [chunk(FULL), END], '413 body_truncated'],
    ['a longer chunked body', [CHUNKED], [chunk(FULL), chunk(REST), END], '413 envoy'],
    ['a longer declared body', [declared(LIMIT + REST.length)], [FULL, REST], '413 envoy'],
  ])('%s', async (_, headers, body, expected) => {
    expect(summary(await callHttp1(envoys.whole, call(headers, body)))).toBe(expected);
  });
});

describe('a compressed body', () => {
  const text = '{"amount":1}';
  test.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    // Text that is JSON without decoding.
    ['br', Buffer.from(text)],
  ])('with %s is refused by name', async (encoding, bytes) => {
    const headers = [declared(bytes.length), `content-encoding: ${encoding}`];
    const answer = await callHttp1(envoys.whole, call(headers, [bytes]));
    expect(summary(answer)).toBe('415 body_wrong_type');
    expect(answer.text).toContain(`content-encoding: ${encoding}`);
  });
});

describe('with pack_as_bytes: false', () => {
  const send = (body: Buffer) => callHttp1(envoys.text, call([declared(body.length)], [body]));

  test('a body that Envoy cannot have changed is read', async () => {
    expect(summary(await send(Buffer.from('{"amount":1,"name":"é"}')))).toBe('200 ok');
  });

  test.each([
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from('{"amount":1,"name":"'), 0xff, 0x22, 0x7d])],
    ['the character that Envoy puts in their place', Buffer.from('{"amount":1,"name":"!"}')],
  ])('a body with %s is refused with the setting that avoids it', async (_, body) => {
    const answer = await send(body);
    expect(summary(answer)).toBe('400 body_malformed');
    expect(answer.text).toContain('`pack_as_bytes: true`');
  });
});

test('a buffer of Envoy that differs from the setting is logged once and shown in the status', async () => {
  await using own = new AsyncDisposableStack();
  const folder = join(mesh.folder, 'default-limit');
  const lictor = await startLictor({ folder, policies: mesh.repository.folder });
  own.defer(lictor.stop);
  const { certificates, upstream } = mesh;
  const options = {
    certificates,
    upstreamPort: upstream.port,
    authz: lictor.listen,
    partialBodies: true,
    packAsBytes: true,
  };
  const envoy = await startEnvoy({ ...options, folder: join(folder, 'envoy'), maxBodyBytes: LIMIT });
  own.defer(envoy.stop);
  const longer = () => callHttp1(envoy, call([CHUNKED], [chunk(Buffer.concat([FULL, REST])), END]));
  for (let time = 0; time < 2; time++)
    for (let time = 0; time < 2; time++) expect(summary(await longer())).toBe('413 body_truncated');
  // Now the buffer is known: its first bytes are no longer taken for the whole.
  expect(summary(await callHttp1(envoy, call([CHUNKED], [chunk(FULL)])))).toBe('413 body_truncated');
  const status = (await (await fetch(`${lictor.admin}/v1/status`)).json()) as Status;
  expect(status.proxy.notices).toEqual([
    { notice: 'smaller_buffer', message: expect.stringContaining('`--max-request-bytes`') },
  ]);
  const logged = await waitFor(
    async () => {
      const lines = (await readFile(lictor.child.log, 'utf8')).split('\n');
      const found = lines.filter((line) => line.includes('"notice":"smaller_buffer"'));
      return found.length > 0 ? found : undefined;
    },
    { what: 'the notice in the process log', timeout: 5000 },
  );
  expect(logged).toHaveLength(1);
}, 60_000);
