import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configure } from '../../../src/sidecar/server/configuration.ts';
import { type StartResult, startServer } from '../../../src/sidecar/server/start.ts';
import { makeCertificates, writeCertificates } from '../../support/certificates.ts';
import { Collector } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { camelCaseKeys } from '../../support/snake-case.ts';
import { waitFor } from '../../support/wait.ts';

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await mkdir(join(directory, 'policies'));
});

afterEach(() => stack.disposeAsync());

/** Starts a sidecar on free ports, with further settings. */
async function start(settings: Readonly<Record<string, string>> = {}): Promise<StartResult> {
  const texts = { listen: '127.0.0.1:0', admin: '127.0.0.1:0', 'log-level': 'silent', ...settings };
  const { configuration } = configure([{ texts, nameOf: (name) => `--${name}` }]);
  if (configuration === undefined) throw new Error('the settings are not valid');
  const started = await startServer(configuration, { environment: {}, directory, stdout: new Collector() });
  if (started.server !== undefined) stack.defer(() => started.server.stop());
  return started;
}

async function statusOf({ server }: StartResult): Promise<string> {
  return (await fetch(`http://${server?.admin ?? ''}/v1/status`)).text();
}

test('the status of a folder with a mistake has keys in snake_case', async () => {
  await writeFile(join(directory, 'policies/a.yaml'), 'apiVersion: lictor/v1\nkind: Policy\n');
  const started = await start();
  const status = await waitFor(
    async () => {
      const text = await statusOf(started);
      return text.includes('missing_field') ? text : undefined;
    },
    { what: 'a status with a diagnostic', timeout: 40_000 },
  );
  expect(camelCaseKeys(status)).toEqual([]);
}, 60_000);

test('a sidecar that drains is not ready in its status', async () => {
  await writeFile(
    join(directory, 'policies/a.yaml'),
    'apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: a}\nspec: {rules: [{name: all, effect: allow}]}\n',
  );
  const started = await start({ 'drain-delay': '300ms' });
  const readyOf = async (): Promise<unknown> => {
    const { ready } = JSON.parse(await statusOf(started)) as { readonly ready: boolean };
    return ready;
  };
  await waitFor(async () => ((await readyOf()) === true ? true : undefined), {
    what: 'readiness',
    timeout: 40_000,
  });
  const stopped = started.server?.stop();
  expect(await readyOf()).toBe(false);
  await stopped;
}, 60_000);

test('an admin address in use closes the gRPC listener again', async () => {
  const first = await start();
  const address = first.server?.admin ?? '';
  const listen = `unix:${join(directory, 'a.sock')}`;
  expect(await start({ listen, admin: address })).toEqual({
    problems: [expect.stringContaining(`--admin: cannot listen on \`${address}\``)],
  });
  expect((await start({ listen })).server?.address).toBe(listen);
});

test('several files that cannot be opened are reported at once', async () => {
  const { problems } = await start({ 'tls-cert': 'no.pem', 'tls-key': 'no.key', audit: 'no/a.jsonl' });
  expect(problems).toEqual([
    '--tls-cert: `no.pem` cannot be read (ENOENT)',
    '--tls-key: `no.key` cannot be read (ENOENT)',
    '--audit: `no/a.jsonl` cannot be opened (ENOENT)',
  ]);
});

describe('TLS files', () => {
  const id = 'spiffe://acme.example/a';

  beforeEach(async () => {
    await writeCertificates(directory, await makeCertificates({ hosts: [], workloads: { a: id } }));
    await writeFile(join(directory, 'junk.pem'), 'junk');
  });

  const tls = (cert: string, key: string, ca = 'ca.pem'): Promise<StartResult> =>
    start({ 'tls-cert': cert, 'tls-key': key, 'tls-client-ca': ca });

  test('of one certificate are accepted', async () => {
    expect((await tls('server.pem', 'server.key')).problems).toBeUndefined();
  });

  test('that are not PEM are reported at once, each with its flag', async () => {
    expect((await tls('junk.pem', 'server.pem', 'junk.pem')).problems).toEqual([
      '--tls-cert: `junk.pem` is not a PEM certificate',
      '--tls-key: `server.pem` is not a PEM private key without a passphrase',
      '--tls-client-ca: `junk.pem` is not a PEM certificate',
    ]);
  });

  test('with the key of another certificate are reported', async () => {
    expect((await tls('server.pem', 'a.key')).problems).toEqual([
      '--tls-key: `a.key` is not the key of the certificate in `server.pem`',
    ]);
  });
});
