import { join } from 'node:path';
import { type Asker, connectAsker, said } from '../../../support/ask.ts';
import { type Certificates, makeCertificates, writeCertificates } from '../../../support/certificates.ts';
import { Http2Peer } from '../../../support/http2-peer.ts';
import { type Lictor, startLictor } from '../../../support/lictor.ts';
import { writeOpenPolicy } from '../../../support/open-policy.ts';
import { freePort } from '../../../support/ports.ts';
import { peakMemory } from '../../../support/processes.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { pause } from './pace.ts';

const ANY = { host: 'any.acme.svc', path: '/' } as const;

/** Checks before the memory is measured: the compiled code and the young generation are there then. */
const WARM_UP = 1500;

/** What an honest caller and the process have seen of an attack. */
export interface Observation<T> {
  /** What the attack returned. */
  readonly result: T;
  /** Checks that were allowed on the connection of the honest caller during the attack. */
  readonly served: number;
  /** Growth of the most memory that the process ever had, since it was warm, in MiB. */
  readonly growth: number;
}

interface TargetOptions {
  readonly isTls?: boolean;
  /** Further flags of `serve`. */
  readonly args?: readonly string[];
}

/** A sidecar in a process of its own, and an honest caller that is connected. */
export class Target {
  readonly lictor: Lictor;
  /** For `Http2Peer`. */
  readonly address: string;
  /** PEM of the authority; undefined without TLS. */
  readonly ca: string | undefined;
  readonly #asker: Asker;
  /** Most memory of the process when it was warm, in MiB. */
  #warm = 0;
  readonly #stack: AsyncDisposableStack;

  private constructor(lictor: Lictor, asker: Asker, ca: string | undefined, stack: AsyncDisposableStack) {
    this.lictor = lictor;
    this.address = lictor.listen;
    this.ca = ca;
    this.#asker = asker;
    this.#stack = stack;
  }

  /** Starts a sidecar that allows everything, and asks it until it is warm. */
  static async start({ isTls = false, args = [] }: TargetOptions = {}): Promise<Target> {
    await using stack = new AsyncDisposableStack();
    const folder = await scratchFolder(stack);
    const certificates = isTls ? await makeCertificates({ hosts: [], workloads: {} }) : undefined;
    const lictor = await startLictor({
      folder: join(folder, 'own'),
      policies: await writeOpenPolicy(folder),
      listen: `127.0.0.1:${await freePort()}`,
      // What the attack leaves behind is garbage soon, which V8 collects only when it must: this is how it must.
      env: { NODE_OPTIONS: '--max-old-space-size=64' },
      args: ['--transport', 'native', ...(await tlsFlags(folder, certificates)), ...args],
    });
    stack.defer(() => lictor.stop());
    const asker = connectAsker(lictor.listen, certificates && { ca: certificates.ca });
    stack.defer(asker.close);
    const target = new Target(lictor, asker, certificates?.ca, stack.move());
    for (let count = 0; count < WARM_UP; count += 50) {
      await Promise.all(Array.from({ length: 50 }, () => target.#ask()));
    }
    target.#warm = peakMemory(lictor.child.pid);
    return target;
  }

  /** A connection to attack from, on which nothing is sent yet. */
  async connect(): Promise<Http2Peer> {
    return this.#closing(await Http2Peer.connect(this.#options()));
  }

  /** As `connect`, after the greeting. */
  async greet(): Promise<Http2Peer> {
    return this.#closing(await Http2Peer.greet(this.#options()));
  }

  /** Runs an attack, while the honest caller asks one check after the other. */
  async during<T>(attack: () => Promise<T>): Promise<Observation<T>> {
    const over = new AbortController();
    let served = 0;
    const honest = async (): Promise<void> => {
      while (!over.signal.aborted) {
        await this.#ask();
        served += 1;
        await pause();
      }
    };
    const [result] = await Promise.all([attack().finally(() => over.abort()), honest()]);
    // After the attack: the connection of the honest caller is still the first one.
    await this.#ask();
    return { result, served, growth: peakMemory(this.lictor.child.pid) - this.#warm };
  }

  /** Decisions so far, all of them allowed. */
  async decisions(): Promise<number> {
    const response = await fetch(`${this.lictor.admin}/metrics`);
    const counts = (await response.text()).matchAll(/^lictor_decisions_total\{.*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  stop(): Promise<void> {
    return this.#stack.disposeAsync();
  }

  async #ask(): Promise<void> {
    const answer = await this.#asker.check(ANY);
    if (said(answer, 'reason') !== 'allowed') throw new Error('an honest caller was not allowed');
  }

  #options(): { readonly address: string; readonly ca?: string } {
    return { address: this.address, ...(this.ca !== undefined && { ca: this.ca }) };
  }

  #closing(peer: Http2Peer): Http2Peer {
    this.#stack.defer(() => peer.destroy());
    return peer;
  }
}

async function tlsFlags(folder: string, certificates: Certificates | undefined): Promise<readonly string[]> {
  if (certificates === undefined) return [];
  const certs = join(folder, 'certs');
  await writeCertificates(certs, certificates);
  return ['--tls-cert', join(certs, 'server.pem'), '--tls-key', join(certs, 'server.key')];
}
