import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificates, makeCertificates, writeCertificates } from '../support/certificates.ts';
import { type Envoy, startEnvoy } from '../support/envoy.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { makeRepository, type Repository } from '../support/repository.ts';
import { envoyBinary, redisBinary } from '../support/tools.ts';
import { startUpstream } from '../support/upstream.ts';
import { waitFor } from '../support/wait.ts';
import type { Ports } from './ports.ts';
import {
  AUDIENCE,
  BODIES,
  CLIENTS,
  HOSTS,
  LOGIN,
  PARTNER_LOGIN,
  PARTNERS,
  PROXY,
  WORKLOADS,
} from './shop.ts';

const EXAMPLE = join(import.meta.dirname, '../../policies');

/** The running parts of the demo and their addresses. */
export interface Mesh {
  readonly folder: string;
  readonly ports: Ports;
  readonly certificates: Certificates;
  readonly envoy: Envoy;
  readonly repository: Repository;
  readonly login: IdentityProvider;
  /** The Redis in which a limit is counted; undefined on machines for which there is none. */
  readonly redis: RedisServer | undefined;
  lictor(): Lictor;
  /** Restarts Lictor after its end. */
  revive(): Promise<void>;
  /** Writes a new `NAME.token` for every client. */
  renewTokens(): Promise<void>;
}

/** Replaces `folder` and starts the shop in it. `stack` stops all of it. */
export async function startMesh(folder: string, ports: Ports, stack: AsyncDisposableStack): Promise<Mesh> {
  envoyBinary(); // fails before anything runs if it is missing
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const certificates = await makeCertificates({ hosts: HOSTS, workloads: WORKLOADS, server: PROXY });
  await writeCertificates(join(folder, 'certs'), certificates);
  await writeForCurl(folder, ports);

  const shared = { audience: AUDIENCE } as const;
  const login = await startIdentityProvider({
    ...shared,
    issuer: LOGIN,
    clients: CLIENTS,
    port: ports.login,
  });
  stack.defer(login.stop);
  const partnerLogin = await startIdentityProvider({
    ...shared,
    issuer: PARTNER_LOGIN,
    clients: PARTNERS,
    port: ports.partnerLogin,
  });
  stack.defer(partnerLogin.stop);
  const redis = redisBinary() === undefined ? undefined : await startRedis(folder, stack);
  const repository = await makePolicies(join(folder, 'policies'), login, partnerLogin, redis !== undefined);
  const service = await startUpstream(ports.service);
  stack.defer(service.stop);

  const start = () =>
    startLictor({
      folder: join(folder, 'lictor'),
      policies: repository.folder,
      adminPort: ports.lictorAdmin,
      ...(redis && { args: ['--redis', redis.url] }),
    });
  let lictor = await start();
  stack.defer(() => lictor.stop());
  await waitForKeys(lictor);
  const envoy = await startEnvoy({
    folder: join(folder, 'envoy'),
    certificates,
    port: ports.envoy,
    adminPort: ports.envoyAdmin,
    upstreamPort: service.port,
    authz: lictor.listen,
  });
  stack.defer(envoy.stop);

  const renewTokens = async (): Promise<void> => {
    for (const name of Object.keys(CLIENTS)) await writeToken(folder, name, await login.token(name));
    for (const name of Object.keys(PARTNERS)) await writeToken(folder, name, await partnerLogin.token(name));
  };
  await renewTokens();
  return {
    folder,
    ports,
    certificates,
    envoy,
    repository,
    login,
    redis,
    lictor: () => lictor,
    revive: async () => {
      lictor = await start();
    },
    renewTokens,
  };
}

/** The example policies with the key URL of this machine and the public keys of the partner. */
async function makePolicies(
  folder: string,
  login: IdentityProvider,
  partner: IdentityProvider,
  hasRedis: boolean,
): Promise<Repository> {
  const repository = await makeRepository(folder, EXAMPLE);
  const issuer = join(folder, 'issuers/acme.yaml');
  const text = await readFile(issuer, 'utf8');
  await writeFile(issuer, text.replace(/^( +jwksUri: ).*$/m, `$1${login.jwksUri}`));
  await writeFile(
    join(folder, 'issuers/globex.jwks.json'),
    `${JSON.stringify(await partner.jwks(), null, 2)}\n`,
  );
  if (hasRedis) await shareLimit(join(folder, 'orders/policy.yaml'));
  await repository.commit('Begin with the example policies');
  return repository;
}

/** Lets all sidecars of the orders count new orders together. */
async function shareLimit(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const shared = text.replace(/^( +)- name: placing$/m, '$&\n$1  scope: shared');
  if (shared === text) throw new Error(`${file} has no limit \`placing\``);
  await writeFile(file, shared);
}

/** Lictor starts without an issuer's keys; the tour begins when it has them. */
async function waitForKeys(lictor: Lictor): Promise<void> {
  await waitFor(
    async () => ((await lictor.status()).issuers.every(({ keys }) => keys > 0) ? true : undefined),
    { what: 'the keys of all issuers', timeout: 10_000, child: lictor.child },
  );
}

/** Writes `NAME.curl` for `curl -K`, with the caller's certificate and the address of Envoy, and the bodies for `-d @`. */
async function writeForCurl(folder: string, { envoy }: Ports): Promise<void> {
  for (const name of [...Object.keys(WORKLOADS), 'nobody']) {
    const certs = join(folder, 'certs');
    const own = name === 'nobody' ? [] : [`cert = "${certs}/${name}.pem"`, `key = "${certs}/${name}.key"`];
    const lines = [
      `connect-to = "::127.0.0.1:${envoy}"`,
      'noproxy = "*"',
      `cacert = "${certs}/ca.pem"`,
      ...own,
      'silent',
      'show-error',
      'include',
    ];
    await writeFile(join(folder, `${name}.curl`), `${lines.join('\n')}\n`);
  }
  for (const [file, body] of Object.entries(BODIES))
    await writeFile(join(folder, file), JSON.stringify(body));
}

async function writeToken(folder: string, name: string, token: string): Promise<void> {
  await writeFile(join(folder, `${name}.token`), `authorization: Bearer ${token}\n`, { mode: 0o600 });
}
