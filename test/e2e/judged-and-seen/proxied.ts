import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificates } from '../../support/certificates.ts';
import { type Envoy, startEnvoy } from '../../support/envoy.ts';
import { startLictor } from '../../support/lictor.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { WORKLOADS } from '../mesh.ts';
import { callRaw, type RawAnswer, type RawCall } from './raw-call.ts';
import { type Seen, type Service, startExpress, startPython } from './services.ts';

/** A service with its own Envoy, in the configuration that users copy. */
export interface Proxied {
  readonly name: Service['name'];
  readonly envoy: Envoy;
}

export interface Answered extends RawAnswer {
  /** Reason of the denial by Lictor; undefined if Envoy or the service answered. */
  readonly reason: string | undefined;
  /** The request as the service read it; undefined if it did not get there. */
  readonly seen: Seen | undefined;
}

export interface Services {
  readonly all: readonly Proxied[];
  stop(): Promise<void>;
}

/** Starts Express and Python's standard library, each with an Envoy, and one Lictor with these policies. */
export async function startServices(policies: string): Promise<Services> {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const certificates = await makeCertificates({ hosts: ['*.acme.svc'], workloads: WORKLOADS });
  await mkdir(join(folder, 'policies'));
  await writeFile(join(folder, 'policies', 'all.yaml'), policies);
  const [lictor, express, python] = await Promise.all([
    startLictor({ folder: join(folder, 'lictor'), policies: join(folder, 'policies') }),
    startExpress(stack),
    startPython(folder, stack),
  ]);
  stack.defer(() => lictor.stop());
  const all = await Promise.all(
    [express, python].map(async ({ name, port }) => {
      const own = join(folder, name);
      const authz = lictor.listen;
      const envoy = await startEnvoy({ folder: own, certificates, upstreamPort: port, authz });
      stack.defer(() => envoy.stop());
      return { name, envoy };
    }),
  );
  const running = stack.move();
  return { all, stop: () => running.disposeAsync() };
}

/** Calls a service through its Envoy. */
export async function ask({ envoy }: Proxied, call: RawCall): Promise<Answered> {
  const answer = await callRaw(envoy, call);
  const read = objectIn(answer.text);
  return {
    ...answer,
    reason: typeof read?.['reason'] === 'string' ? read['reason'] : undefined,
    seen: read?.['target'] === undefined ? undefined : (read as unknown as Seen),
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
