import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificates, writeCertificates } from '../../../support/certificates.ts';
import { decodeCheckResponse } from '../../../support/check-messages.ts';
import { message } from '../../../support/http2-frames.ts';
import { type Lictor, startLictor } from '../../../support/lictor.ts';
import { officialCheckRequest } from '../../../support/official.ts';
import { writeOpenPolicy } from '../../../support/open-policy.ts';
import { freePort } from '../../../support/ports.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const CHECK_PATH = '/envoy.service.auth.v3.Authorization/Check';
const CHECK = officialCheckRequest.serialize({
  attributes: { request: { http: { method: 'GET', host: 'a.example', path: '/' } } },
});
const PYTHON = process.env['PYTHON'] ?? 'python3';
/** Milliseconds after which a program is ended. */
const PATIENCE = 60_000;

interface Ended {
  /** Undefined if the program does not exist, or did not end by itself. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with the bytes as its standard input. */
function run(command: string, args: readonly string[], input: Uint8Array = Buffer.alloc(0)): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout: PATIENCE }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve({ code: typeof code === 'number' ? code : undefined, stdout, stderr });
    });
    // A program that does not read its input may be gone before it is sent.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** True if a program runs with these arguments. Says in a line that its test has nothing to do otherwise. */
async function isInstalled(what: string, command: string, args: readonly string[]): Promise<boolean> {
  const { code } = await run(command, args);
  if (code !== 0) process.stdout.write(`${what} is not installed, so it is not tried\n`);
  return code === 0;
}

interface Served {
  readonly port: number;
  readonly lictor: Lictor;
}

const stack = new AsyncDisposableStack();
let folder: string;
let caFile: string;
let served: Readonly<Record<'TCP' | 'TLS', Served>>;

beforeAll(async () => {
  folder = await scratchFolder(stack);
  const policies = await writeOpenPolicy(folder);
  const certs = join(folder, 'certs');
  await writeCertificates(certs, await makeCertificates({ hosts: [], workloads: {} }));
  caFile = join(certs, 'ca.pem');
  const tls = ['--tls-cert', join(certs, 'server.pem'), '--tls-key', join(certs, 'server.key')];
  const serve = async (name: string, args: readonly string[]): Promise<Served> => {
    const port = await freePort();
    const options = { folder: join(folder, name), policies, listen: `127.0.0.1:${port}` };
    const lictor = await startLictor({ ...options, args: ['--transport', 'native', ...args] });
    stack.defer(() => lictor.stop());
    return { port, lictor };
  };
  served = { TCP: await serve('tcp', []), TLS: await serve('tls', tls) };
}, 60_000);

afterAll(() => stack.disposeAsync());

const KINDS = ['TCP', 'TLS'] as const;

test.each(KINDS)(
  'a check of grpcio over %s',
  async (kind) => {
    if (!(await isInstalled('grpcio of Python', PYTHON, ['-c', 'import grpc']))) return;
    const script = fileURLToPath(new URL('grpcio_client.py', import.meta.url));
    const address = `localhost:${served[kind].port}`;
    const { code, stdout, stderr } = await run(
      PYTHON,
      [script, address, ...(kind === 'TLS' ? [caFile] : [])],
      CHECK,
    );
    const lines = stdout.trim().split('\n');
    expect([code, lines.filter((line) => !line.startsWith('ok ')), stderr]).toEqual([
      0,
      [],
      expect.anything(),
    ]);
    expect(lines).toHaveLength(10);
  },
  90_000,
);

test.each(KINDS)(
  'a check of curl over %s',
  async (kind) => {
    if (!(await isInstalled('curl with HTTP/2', 'curl', ['--http2-prior-knowledge', '--version']))) return;
    const [request, answer, head] = ['request', 'answer', 'head'].map((name) =>
      join(folder, `curl-${kind}-${name}`),
    );
    if (request === undefined || answer === undefined || head === undefined)
      throw new Error('three paths are needed');
    await writeFile(request, message(CHECK));
    const secure = kind === 'TLS' ? ['--http2', '--cacert', caFile] : ['--http2-prior-knowledge'];
    const url = `${kind === 'TLS' ? 'https' : 'http'}://localhost:${served[kind].port}${CHECK_PATH}`;
    const fields = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
    const files = ['--data-binary', `@${request}`, '-o', answer, '-D', head];
    const { code, stderr } = await run('curl', ['-sS', ...secure, ...fields, ...files, url]);
    expect([code, stderr]).toEqual([0, '']);
    const fieldsOfAnswer = await readFile(head, 'utf8');
    expect(fieldsOfAnswer).toMatch(/^HTTP\/2 200/);
    expect(fieldsOfAnswer).toContain('grpc-status: 0');
    const { okResponse } = decodeCheckResponse((await readFile(answer)).subarray(5));
    expect(okResponse).toBeDefined();
  },
  90_000,
);

test.each(KINDS)(
  'two thousand checks of h2load over %s',
  async (kind) => {
    if (!(await isInstalled('h2load', 'h2load', ['--version']))) return;
    const request = join(folder, `h2load-${kind}`);
    await writeFile(request, message(CHECK));
    const load = ['-n', '2000', '-c', '4', '-m', '50', '-d', request];
    const fields = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
    const url = `${kind === 'TLS' ? 'https' : 'http'}://127.0.0.1:${served[kind].port}${CHECK_PATH}`;
    const { stdout } = await run('h2load', [...load, ...fields, url]);
    expect(stdout).toContain('2000 succeeded, 0 failed, 0 errored, 0 timeout');
    expect(stdout).toContain('status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx');
  },
  90_000,
);
