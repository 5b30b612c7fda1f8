import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificates, writeCertificates } from '../support/certificates.ts';
import { type Child, startChild } from '../support/child.ts';
import { freePort } from '../support/ports.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { Kubectl } from './kubectl.ts';
import { type Program, programPath } from './programs.ts';

/** A control plane on loopback: etcd, the API server and the controllers that make pods. It has no kubelet. */
export interface Cluster {
  /** Folder of its data, which is removed with it. */
  readonly folder: string;
  readonly kubectl: Kubectl;
  /** Path of the kubeconfig of a cluster administrator. */
  readonly kubeconfig: string;
}

/** Milliseconds. A ready API server takes four seconds on an idle machine. */
const PATIENCE = 120_000;

/** The controllers that stand between an applied workload and the creation of its pods, and what these need. */
const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'job-controller',
  'cronjob-controller',
  'serviceaccount-controller',
  'namespace-controller',
  'garbage-collector-controller',
];

/** Starts a control plane, with the controllers that make pods or without. All of it ends with the stack. */
export async function startCluster(
  stack: AsyncDisposableStack,
  { hasControllers }: { readonly hasControllers: boolean },
): Promise<Cluster> {
  const folder = await scratchFolder(stack);
  const certs = join(folder, 'certs');
  await writeCertificates(certs, await clusterCertificates());
  const run = async (name: Program, args: readonly string[]): Promise<Child> => {
    const child = await startChild({
      name,
      command: programPath(name),
      args,
      log: join(folder, `${name}.log`),
      env: { HOME: folder },
    });
    stack.defer(() => child.stop());
    return child;
  };
  const etcd = await startEtcd(folder, run);
  const server = await startServer({ folder, certs, etcd, run });
  const kubeconfig = await writeKubeconfig(join(folder, 'admin.kubeconfig'), server.url, certs, 'admin');
  const kubectl = new Kubectl(kubeconfig, folder);
  await waitFor(
    async () => ((await kubectl.run(['get', '--raw', '/readyz'])).code === 0 ? true : undefined),
    {
      what: 'a ready API server',
      timeout: PATIENCE,
      child: server.child,
      every: 200,
    },
  );
  if (hasControllers) await startControllers({ folder, certs, url: server.url, run });
  return { folder, kubectl, kubeconfig };
}

type Run = (name: Program, args: readonly string[]) => Promise<Child>;

function clusterCertificates(): ReturnType<typeof makeCertificates> {
  return makeCertificates({
    hosts: ['kubernetes.default.svc'],
    workloads: {
      admin: { subject: [{ CN: ['admin'] }, { O: ['system:masters'] }] },
      controllers: { subject: [{ CN: ['system:kube-controller-manager'] }] },
      'service-accounts': { subject: [{ CN: ['service-accounts'] }] },
    },
  });
}

/** URL of its clients. */
async function startEtcd(folder: string, run: Run): Promise<string> {
  const [clients, peers] = [await freePort(), await freePort()];
  const client = `http://127.0.0.1:${clients}`;
  const peer = `http://127.0.0.1:${peers}`;
  await run('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // The data is thrown away.
    '--unsafe-no-fsync',
  ]);
  return client;
}

interface ServerOptions {
  readonly folder: string;
  readonly certs: string;
  readonly etcd: string;
  readonly run: Run;
}

async function startServer({
  folder,
  certs,
  etcd,
  run,
}: ServerOptions): Promise<{ url: string; child: Child }> {
  const port = await freePort();
  const child = await run('kube-apiserver', [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--client-ca-file=${join(certs, 'ca.pem')}`,
    `--tls-cert-file=${join(certs, 'server.pem')}`,
    `--tls-private-key-file=${join(certs, 'server.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(certs, 'service-accounts.pem')}`,
    `--service-account-signing-key-file=${join(certs, 'service-accounts.key')}`,
    '--authorization-mode=RBAC',
  ]);
  return { url: `https://127.0.0.1:${port}`, child };
}

interface ControllersOptions {
  readonly folder: string;
  readonly certs: string;
  readonly url: string;
  readonly run: Run;
}

async function startControllers({ folder, certs, url, run }: ControllersOptions): Promise<void> {
  const kubeconfig = await writeKubeconfig(join(folder, 'controllers.kubeconfig'), url, certs, 'controllers');
  await run('kube-controller-manager', [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${await freePort()}`,
    `--cert-dir=${folder}`,
    '--leader-elect=false',
    '--use-service-account-credentials',
  ]);
}

/** Writes a kubeconfig with the certificate of a user. YAML is a superset of JSON. */
async function writeKubeconfig(path: string, server: string, certs: string, user: string): Promise<string> {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': join(certs, 'ca.pem') } }],
    users: [
      {
        name: user,
        user: { 'client-certificate': join(certs, `${user}.pem`), 'client-key': join(certs, `${user}.key`) },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  });
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
