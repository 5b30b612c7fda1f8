import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { callThrough } from '../../support/call.ts';
import { type Certificates, makeCertificates, writeCertificates } from '../../support/certificates.ts';
import { startChild } from '../../support/child.ts';
import { type Envoy, startEnvoy } from '../../support/envoy.ts';
import { freePort, isFree } from '../../support/ports.ts';
import { waitFor } from '../../support/wait.ts';
import type { Inputs } from '../peers/inputs.ts';
import type { LoadOptions } from '../peers/load.ts';
import type { RunningServer } from '../peers/servers.ts';
import type { GoProgram } from '../peers/toolchain.ts';
import { type Change, type Part, withoutAccessLog } from './configuration.ts';

const HOST = 'orders.example.com';
const CALLER = 'caller';

/** What the Envoys of a bench have in common. */
export interface Mesh {
  readonly inputs: Inputs;
  readonly certificates: Certificates;
  /** Folder of the certificates as files. */
  readonly folder: string;
  readonly upstreamPort: number;
}

/** One Envoy to compare. */
export interface Setup {
  readonly name: string;
  /** Sidecar that it asks; undefined: none. */
  readonly sidecar?: RunningServer;
  readonly changes: readonly Change[];
  /** True: the access log of the sample is written. */
  readonly accessLog?: boolean;
  /** Bytes of JSON that each request posts; default: none, a GET. */
  readonly body?: number;
  /** False: everything is allowed. */
  readonly decides: boolean;
}

export interface RunningSetup extends Setup {
  readonly envoy: Envoy;
}

/** Starts the service on the core of the load, and makes the certificates. */
export async function startMesh(
  inputs: Inputs,
  go: (name: GoProgram) => string,
  stack: AsyncDisposableStack,
): Promise<Mesh> {
  const upstreamPort = await freePort();
  const folder = join(inputs.folder, 'certificates');
  const certificates = await makeCertificates({ hosts: [HOST], workloads: { [CALLER]: inputs.principal } });
  await writeCertificates(folder, certificates);
  const child = await startChild({
    name: 'service',
    command: 'taskset',
    args: ['-c', '1', go('upstream'), '-listen', `127.0.0.1:${upstreamPort}`],
    log: join(inputs.folder, 'service.log'),
  });
  stack.defer(() => child.stop());
  await waitFor(async () => ((await isFree(upstreamPort)) ? undefined : true), {
    what: 'a listening service',
    timeout: 10_000,
    child,
  });
  return { inputs, certificates, folder, upstreamPort };
}

/** Starts the Envoy of a setup on the core of the servers, and sees that it allows and denies. */
export async function startSetup(
  { inputs, certificates, upstreamPort }: Mesh,
  setup: Setup,
  stack: AsyncDisposableStack,
): Promise<RunningSetup> {
  const changes = [...(setup.accessLog === true ? [] : [withoutAccessLog]), ...setup.changes];
  const envoy = await startEnvoy({
    folder: join(inputs.folder, setup.name.replaceAll(/[^a-z0-9]+/gi, '-')),
    certificates,
    upstreamPort,
    authz: setup.sidecar?.listen ?? 'unix:/nowhere',
    domains: [HOST],
    core: 0,
    adjust: (configuration) => {
      for (const change of changes) change(configuration as Part);
      return configuration;
    },
  });
  stack.defer(() => envoy.stop());
  assert.equal(await statusOf(envoy, inputs.bearer), 200, `${setup.name} allows a good token`);
  if (setup.decides)
    assert.notEqual(await statusOf(envoy, 'Bearer abc.def.ghi'), 200, `${setup.name} denies a bad token`);
  return { ...setup, envoy };
}

async function statusOf(envoy: Envoy, authorization: string): Promise<number> {
  const headers = { authorization };
  const call = { workload: CALLER, host: HOST, path: '/api/orders/42?x=1', headers };
  return (await callThrough(envoy, call)).status;
}

/** The load for a setup. */
export function loadOf(
  { folder, inputs }: Mesh,
  { envoy, sidecar, body }: RunningSetup,
): Pick<LoadOptions, 'address' | 'asked' | 'watch'> {
  return {
    address: `127.0.0.1:${envoy.port}`,
    // biome-ignore format: a flag and its value are one line
    asked: [
      '-authorization', inputs.authorization,
      '-body', String(body ?? 0),
      '-ca', join(folder, 'ca.pem'),
      '-certificate', join(folder, `${CALLER}.pem`),
      '-key', join(folder, `${CALLER}.key`),
    ],
    watch: { envoy: envoy.child.pid, ...(sidecar !== undefined && { sidecar: sidecar.child.pid }) },
  };
}
