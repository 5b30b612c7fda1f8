import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertificateNames, type Certificates, makeCertificates } from '../support/certificates.ts';
import { type Envoy, type EnvoyOptions, startEnvoy } from '../support/envoy.ts';
import { type Lictor, type LictorOptions, startLictor } from '../support/lictor.ts';
import { makeRepository, type Repository } from '../support/repository.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** The workloads with a certificate. */
export const WORKLOADS = {
  checkout: 'spiffe://acme.example/ns/shop/sa/checkout',
  intruder: 'spiffe://acme.example/ns/lab/sa/intruder',
} as const;

/** Workloads whose certificates no policy can accept. */
const UNUSUAL: Readonly<Record<string, CertificateNames>> = {
  twoNames: { uri: [WORKLOADS.checkout, WORKLOADS.intruder] },
  /** About 80 KiB of PEM. */
  manyNames: {
    uri: [WORKLOADS.checkout],
    dns: Array.from({ length: 1000 }, (_, i) => `${i}.${'x'.repeat(50)}`),
  },
};

export interface MeshOptions {
  /** Policies of the first commit; default: a repository without policies and commits. */
  readonly policies?: (folder: string) => Promise<void>;
  readonly lictor?: Partial<LictorOptions>;
  readonly envoy?: Partial<EnvoyOptions>;
}

/** A real Envoy in front of a service, with a real Lictor that reads a real git repository. */
export interface Mesh {
  readonly folder: string;
  readonly repository: Repository;
  readonly certificates: Certificates;
  readonly upstream: Upstream;
  readonly envoy: Envoy;
  /** The current Lictor. */
  lictor(): Lictor;
  /** Starts a new Lictor at the same address, after the end of the current one. */
  revive(options?: Partial<LictorOptions>): Promise<Lictor>;
  stop(): Promise<void>;
}

/** Starts the mesh on free ports. */
export async function startMesh(options: MeshOptions = {}): Promise<Mesh> {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const certificates = await makeCertificates({
    hosts: ['*.acme.svc'],
    workloads: { ...WORKLOADS, ...UNUSUAL },
  });
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const repository = await makeRepository(join(folder, 'repository'), empty);
  if (options.policies !== undefined) {
    await options.policies(repository.folder);
    await repository.commit('Begin');
  }
  const upstream = await startUpstream();
  stack.defer(upstream.stop);
  const own = { folder: join(folder, 'lictor'), policies: repository.folder, ...options.lictor };
  let lictor = await startLictor(own);
  stack.defer(() => lictor.stop());
  const envoy = await startEnvoy({
    folder: join(folder, 'envoy'),
    certificates,
    upstreamPort: upstream.port,
    authz: lictor.listen,
    ...options.envoy,
  });
  stack.defer(envoy.stop);
  const running = stack.move();
  return {
    folder,
    repository,
    certificates,
    upstream,
    envoy,
    lictor: () => lictor,
    revive: async (changed) => {
      lictor = await startLictor({ ...own, listen: lictor.listen, ...changed });
      return lictor;
    },
    stop: () => running.disposeAsync(),
  };
}

/** Copies the policies of a folder of this directory into a repository. */
export function copyOf(name: string): (folder: string) => Promise<void> {
  return (folder) => cp(join(import.meta.dirname, name), folder, { recursive: true });
}
