import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { configure } from '../../../src/sidecar/server/configuration.ts';
import { type StartResult, startServer } from '../../../src/sidecar/server/start.ts';
import { EC, jwks, publicJwk } from '../../engine/identity/tokens.ts';
import { Collector } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { waitFor } from '../../support/wait.ts';

const KEYS = JSON.stringify(jwks(publicJwk(EC, { kid: 'ec' })));

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await mkdir(join(directory, 'policies'));
});

afterEach(() => stack.disposeAsync());

async function start(settings: Readonly<Record<string, string | readonly string[]>>): Promise<StartResult> {
  const texts = { listen: '127.0.0.1:0', admin: '127.0.0.1:0', 'log-level': 'silent', ...settings };
  const { configuration } = configure([
    { texts: { ...texts, 'drain-delay': '0s' }, nameOf: (name) => `--${name}` },
  ]);
  if (configuration === undefined) throw new Error('the settings are not valid');
  const started = await startServer(configuration, { environment: {}, directory, stdout: new Collector() });
  if (started.server !== undefined) stack.defer(() => started.server.stop());
  return started;
}

async function keyServer(listener: RequestListener): Promise<{ server: Server; base: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => stop(server));
  const address = server.address();
  return { server, base: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Writes an Issuer with this issuer and these keys, and a policy that uses it. */
function writePolicies(issuer: string, keys: object): Promise<void> {
  const text = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "${issuer}", audiences: [orders], keys: ${JSON.stringify(keys)}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  authenticate: {jwt: {issuers: [acme]}}
  rules: [{name: all, effect: allow}]
`;
  return writeFile(join(directory, 'policies/a.yaml'), text);
}

/** The status of the issuer as soon as its last fetch has ended. */
function issuerStatus({ server }: StartResult): Promise<Readonly<Record<string, unknown>>> {
  return waitFor(
    async () => {
      const response = await fetch(`http://${server?.admin ?? ''}/v1/status`);
      const { issuers } = (await response.json()) as { issuers: readonly Record<string, unknown>[] };
      const [acme] = issuers;
      return acme === undefined || (acme['error'] === null && acme['keys'] === 0) ? undefined : acme;
    },
    { what: 'the end of a fetch', timeout: 40_000 },
  );
}

test('--jwks-cache: after a restart, the keys of a server that is down are there', async () => {
  const { server, base } = await keyServer((_, response) => response.end(KEYS));
  await writePolicies('https://login.acme.example', { jwksUri: `${base}/jwks` });
  const first = await start({ 'jwks-cache': 'keys' });
  expect(await issuerStatus(first)).toMatchObject({ source: 'uri', keys: 1, error: null });
  await waitFor(
    async () =>
      (await readdir(join(directory, 'keys'))).some((name) => name.endsWith('.json')) ? true : undefined,
    { what: 'the file', timeout: 5000 },
  );
  await first.server?.stop();
  await stop(server);
  const second = await start({ 'jwks-cache': 'keys' });
  const status = await waitFor(
    async () => {
      const found = await issuerStatus(second);
      return found['error'] === null ? undefined : found;
    },
    { what: 'the failure of the fetch', timeout: 10_000 },
  );
  expect(status).toMatchObject({ keys: 1, cached: true, error: 'cannot be reached: ECONNREFUSED' });
}, 90_000);

test('--jwks-cache that cannot be used is reported at the start', async () => {
  await writeFile(join(directory, 'keys'), 'a file');
  const { problems } = await start({ 'jwks-cache': 'keys' });
  expect(problems).toEqual(['--jwks-cache: `keys` cannot be opened (EEXIST)']);
});

test('--jwks-token and discovery: the token of the file is sent to both URLs of the issuer', async () => {
  const seen: string[] = [];
  const { base } = await keyServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    const configuration = JSON.stringify({ issuer: base, jwks_uri: `${base}/keys` });
    response.end(request.url === '/keys' ? KEYS : configuration);
  });
  await writeFile(join(directory, 'token'), 'of-the-pod\n');
  await writePolicies(base, { discovery: true });
  const started = await start({ 'jwks-token': [`${base}=token`] });
  expect(await issuerStatus(started)).toMatchObject({ source: 'discovery', keys: 1, error: null });
  expect(seen).toEqual(['/.well-known/openid-configuration Bearer of-the-pod', '/keys Bearer of-the-pod']);
}, 60_000);

test('--jwks-allow-private: other private addresses are not connected to', async () => {
  await writePolicies('https://login.acme.example', { jwksUri: 'https://10.255.255.1/jwks' });
  const started = await start({ 'jwks-allow-private': ['10.255.255.2'] });
  expect(await issuerStatus(started)).toMatchObject({
    keys: 0,
    error: 'has a private address, which `--jwks-allow-private` must allow for its host',
  });
}, 60_000);
