import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callThrough } from '../support/call.ts';
import { makeCertificates } from '../support/certificates.ts';
import { lictor as runLictor } from '../support/command.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { secret } from '../support/secrets.ts';
import { waitFor } from '../support/wait.ts';
import { startMesh } from './mesh.ts';
import { openPolicy } from './open-policy.ts';

let stack: AsyncDisposableStack;
let folder: string;
let policies: string;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await scratchFolder(stack);
  policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'open.yaml'), openPolicy());
});
afterEach(() => stack.disposeAsync());

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fault?: string;
}

/** Lines of the process log about Redis; each line is JSON. */
async function linesOf({ child }: Lictor): Promise<readonly Line[]> {
  const lines = (await readFile(child.log, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line).filter((line) => 'redis' in line);
}

function logged(lictor: Lictor, wanted: Partial<Line>): Promise<Line> {
  const look = async () =>
    (await linesOf(lictor)).find((line) =>
      Object.entries(wanted).every(([name, value]) => line[name as keyof Line] === value),
    );
  return waitFor(look, { what: JSON.stringify(wanted), timeout: 20_000, child: lictor.child });
}

/** Longer than the default, so that a busy machine does not make Redis late. */
const PATIENT = ['--redis-timeout', '500ms'];

const WITHOUT = 'shared limits are decided without Redis';
const COUNTED = 'shared limits are counted in Redis';

async function metric(lictor: Lictor, name: string): Promise<readonly string[]> {
  const text = await (await fetch(`${lictor.admin}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(name));
}

describeWithRedis('a sidecar with --redis', () => {
  test('tells once that Redis is away, why, and what to do; and that it is back', async () => {
    const redis = await startRedis(folder, stack);
    await redis.kill();
    const lictor = await startLictor({ folder, policies, args: ['--redis', redis.url, ...PATIENT] });
    stack.defer(lictor.stop);
    expect(await logged(lictor, { level: 'warn' })).toMatchObject({
      message: WITHOUT,
      fault: 'refused',
      cause: 'nothing listens at the address of Redis',
      help: 'start Redis, or correct the address in `--redis`',
      redis: redis.url,
    });
    expect(await metric(lictor, 'lictor_limit_store_fault_info')).toEqual([
      'lictor_limit_store_fault_info{fault="refused"} 1',
    ]);
    await redis.restart();
    await logged(lictor, { message: COUNTED });
    expect(await linesOf(lictor)).toHaveLength(2);
    expect(await metric(lictor, 'lictor_limit_store_fault_info')).toEqual([]);
  }, 60_000);

  test('uses a password file that has changed, and tells of one that Redis refuses', async () => {
    const [first, second] = [secret('first-of-redis'), secret('second-of-redis')];
    const redis = await startRedis(folder, stack);
    await redis.client.call('ACL', 'SETUSER', 'lictor', 'on', '~*', '+@all', `>${first}`, `>${second}`);
    const file = join(folder, 'password');
    const write = async (text: string) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    await write(`${first}\n`);
    const lictor = await startLictor({
      folder,
      policies,
      args: ['--redis', redis.url.replace('//', '//lictor@'), '--redis-password-file', file, ...PATIENT],
    });
    stack.defer(lictor.stop);
    await logged(lictor, { message: COUNTED });
    await write('');
    const unusable = 'the files for Redis have changed and cannot be used, the last good ones stay';
    const told = async () =>
      (await readFile(lictor.child.log, 'utf8')).includes(unusable) ? true : undefined;
    await waitFor(told, { what: 'an empty password file', timeout: 20_000 });
    await write('neither-of-redis');
    const refused =
      'the files for Redis have changed and do not connect, the connection with the last ones stays';
    await logged(lictor, { message: refused, fault: 'wrong_password' });
    await write(second);
    await logged(lictor, { message: 'the files for Redis have changed, the connection uses them' });
    const messages = (await linesOf(lictor)).map(({ message }) => message);
    expect(messages.slice(messages.indexOf(COUNTED))).not.toContain(WITHOUT);
  }, 60_000);
});

describeWithRedis('clients of Envoy', () => {
  test('are answered at once while Redis is away, and by Redis after it', async () => {
    const redis = await startRedis(folder, stack);
    const policy = `apiVersion: lictor/v1
kind: Policy
metadata: {name: shop}
spec:
  match: [{hosts: [shop.acme.svc]}]
  rules: [{allow: everybody}]
  limits:
    - {name: each, key: ["'one'"], rate: 100/h, scope: shared}
    - {name: paid, key: ["'one'"], rate: 100/h, scope: shared, onStoreFailure: deny, when: "request.path == '/paid'"}
`;
    const mesh = await startMesh({
      policies: (repository) => writeFile(join(repository, 'shop.yaml'), policy),
      lictor: { args: ['--redis', redis.url, '--redis-timeout', '200ms'] },
    });
    stack.defer(mesh.stop);
    const lictor = mesh.lictor();
    const ask = (path: string) => callThrough(mesh.envoy, { host: 'shop.acme.svc', path });
    await logged(lictor, { message: COUNTED });
    expect((await ask('/paid')).status).toBe(200);
    redis.pause();
    expect((await ask('/free')).status).toBe(200);
    const refused = await ask('/paid');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    redis.resume();
    const isBack = async () => ((await ask('/paid')).status === 200 ? true : undefined);
    await waitFor(isBack, { what: 'a limit that is counted in Redis', timeout: 30_000 });
    // A Redis that hangs does not hold the end of a sidecar.
    redis.pause();
    lictor.child.signal('SIGTERM');
    expect(await lictor.child.exited).toBe('exit code 0');
    redis.resume();
    expect(await readFile(lictor.child.log, 'utf8')).not.toContain('did not end in time');
  }, 90_000);
});

test('files for Redis that are not PEM, or a key of another certificate, are problems at the start', async () => {
  const { server, workloads } = await makeCertificates({ hosts: [], workloads: { web: 'spiffe://a/web' } });
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const args = [
    '--redis-ca',
    await write('ca.pem', 'nothing'),
    '--redis-cert',
    await write('own.pem', server.cert),
    '--redis-key',
    await write('own.key', workloads.get('web')?.key ?? ''),
  ];
  const serve = ['serve', '--policies', policies, '--redis', 'rediss://h', ...args];
  const { code, stderr } = await runLictor(serve, { directory: folder });
  expect(code).toBe(2);
  expect(stderr).toContain('--redis-ca: `');
  expect(stderr).toContain('is not a PEM certificate');
  expect(stderr).toContain('--redis-key: `');
  expect(stderr).toContain('is not the key of the certificate in `');
});
