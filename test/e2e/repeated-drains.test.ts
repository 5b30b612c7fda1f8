import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { type DecisionRecord, readLines } from '../support/log-lines.ts';
import { freePort } from '../support/ports.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { openPolicy } from './open-policy.ts';

const POLICY = openPolicy();
const DRAINS = 10;
/** Checks in flight. */
const LANES = 64;
/** Answers before each drain, so that all lanes are in full flow. */
const FLOW = 500;

/** Checks without end, of which every answer is kept. */
class Lanes {
  /** Ids of the decisions that were answered. */
  readonly decisions: string[] = [];
  readonly failures: string[] = [];
  readonly #asker: Asker;
  #ended = false;
  #gate = Promise.withResolvers<void>();
  readonly #running: readonly Promise<void>[];

  constructor(asker: Asker) {
    this.#asker = asker;
    this.#running = Array.from({ length: LANES }, () => this.#lane());
  }

  flow(): void {
    this.#gate.resolve();
  }

  /** Stops the lanes until `flow`, so that a successor starts soon. */
  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.flow();
    await Promise.all(this.#running);
  }

  async #lane(): Promise<void> {
    while (!this.#ended) {
      await this.#gate.promise;
      try {
        // A call waits while the client has no connection; one that was sent must be answered.
        const metadata = new Metadata({ waitForReady: true });
        const answer = await this.#asker.check({ host: 'any.acme.svc', path: '/' }, { metadata });
        if (said(answer, 'reason') !== 'allowed') this.failures.push(said(answer, 'reason'));
        this.decisions.push(said(answer, 'decision_id'));
      } catch (error) {
        this.failures.push(String(error));
      }
    }
  }
}

async function answers({ decisions }: Lanes, when: string): Promise<void> {
  const before = decisions.length;
  await waitFor(() => (decisions.length >= before + FLOW ? true : undefined), {
    what: `${FLOW} answers ${when}`,
    timeout: 20_000,
    every: 1,
  });
}

test('ten drains in a row under load lose no check, no answer and no record', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'open.yaml'), POLICY);
  const ports = [await freePort(), await freePort()];
  const all: Lictor[] = [];
  const start = async (port: number): Promise<Lictor> => {
    const own = join(folder, `sidecar-${all.length}`);
    const lictor = await startLictor({ folder: own, policies, listen: `127.0.0.1:${port}` });
    stack.defer(lictor.stop);
    all.push(lictor);
    return lictor;
  };
  const [first = 0, second = 0] = ports;
  const running = new Map<number, Lictor>();
  for (const port of ports) running.set(port, await start(port));
  // As Envoy with two endpoints: a caller stays on one connection until it ends, then takes the first address that answers.
  const asker = connectAsker(`ipv4:127.0.0.1:${first},127.0.0.1:${second}`);
  stack.defer(asker.close);
  const lanes = new Lanes(asker);
  stack.defer(() => lanes.end());
  for (let drain = 0; drain < DRAINS; drain++) {
    const port = ports[drain % 2] ?? 0;
    lanes.flow();
    await answers(lanes, `before drain ${drain}`);
    running.get(port)?.child.signal('SIGTERM');
    expect(await running.get(port)?.child.exited).toBe('exit code 0');
    // From the other one, before the successor can take its place.
    await answers(lanes, `after drain ${drain}`);
    lanes.hold();
    running.set(port, await start(port));
  }
  await lanes.end();
  for (const lictor of running.values()) {
    lictor.child.signal('SIGTERM');
    expect(await lictor.child.exited).toBe('exit code 0');
  }
  expect(lanes.failures).toEqual([]);
  const records = await Promise.all(all.map((each) => readLines<DecisionRecord>(each.records)));
  expect(records.filter(({ length }) => length > 0).length).toBeGreaterThan(DRAINS);
  const recorded = records.flat().map((record) => record.decision_id);
  expect(recorded).toHaveLength(lanes.decisions.length);
  expect(new Set(recorded)).toEqual(new Set(lanes.decisions));
}, 120_000);
