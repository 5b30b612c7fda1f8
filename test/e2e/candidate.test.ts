import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CandidatePage } from '../../src/sidecar/server/candidate-status.ts';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { lictor as runLictor } from '../support/command.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { readLines } from '../support/log-lines.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

const HOST = 'orders.svc';

function policy(...rules: readonly string[]): string {
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [${HOST}]}]
  rules:
${rules.map((rule) => `    - ${rule}\n`).join('')}`;
}

const READ = '{name: read, effect: allow, match: [{paths: [/orders/**]}]}';
const STOCK = '{name: stock, effect: allow, match: [{paths: [/stock/**]}]}';

let stack: AsyncDisposableStack;
let live: string;
let candidate: string;
let lictor: Lictor;
let asker: Asker;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  [live, candidate] = [join(folder, 'live'), join(folder, 'candidate')];
  await mkdir(live);
  await mkdir(candidate);
  await writeFile(join(live, 'orders.yaml'), policy(READ));
  await writeFile(join(candidate, 'orders.yaml'), policy(STOCK));
  lictor = await startLictor({
    folder: join(folder, 'own'),
    policies: live,
    args: ['--candidate', candidate, '--candidate-cpu', '1'],
  });
  stack.defer(lictor.stop);
  asker = connectAsker(lictor.listen);
  stack.defer(() => asker.close());
}, 60_000);

afterEach(() => stack.disposeAsync());

const ask = (path: string) => asker.check({ host: HOST, path });

async function page(): Promise<CandidatePage> {
  return (await (await fetch(`${lictor.admin}/v1/candidate`)).json()) as CandidatePage;
}

function pageThat(is: (page: CandidatePage) => boolean, what: string): Promise<CandidatePage> {
  const look = async () => {
    const seen = await page();
    return is(seen) ? seen : undefined;
  };
  return waitFor(look, { what, timeout: 20_000, child: lictor.child });
}

interface RecordLine {
  readonly decision_id: string;
  readonly candidate?: object;
}

function recordOf(id: string): Promise<RecordLine> {
  const look = async () =>
    (await readLines<RecordLine>(lictor.records)).find((each) => each.decision_id === id);
  return waitFor(look, { what: `a record of ${id}`, timeout: 10_000, child: lictor.child });
}

test('live traffic is judged by the candidate, and decided by the live policies', async () => {
  await pageThat(({ active }) => active !== null, 'a candidate');
  const ids: string[] = [];
  for (const path of ['/orders/1', '/stock/1', '/other']) ids.push(said(await ask(path), 'decision_id'));
  const { comparison, causes, share } = await pageThat(
    ({ comparison: seen }) => seen?.counts.agrees === 1 && seen.counts.newly_denied === 1,
    'three judged decisions',
  );
  expect(comparison?.counts).toEqual({
    agrees: 1,
    newly_allowed: 1,
    newly_denied: 1,
    other_reason: 0,
    failed: 0,
    dropped: 0,
  });
  expect(share).toBe(1);
  expect(causes.map(({ kind, example }) => [kind, example.path, example.decision_id])).toEqual([
    ['newly_denied', '/orders/1', ids[0]],
    ['newly_allowed', '/stock/1', ids[1]],
  ]);
  const [first, second, third] = await Promise.all(ids.map(recordOf));
  expect(first?.candidate).toEqual({
    commit: '',
    decision: 'deny',
    reason: 'no_rule',
    policy: 'orders',
    rule: '',
  });
  expect(second?.candidate).toMatchObject({ decision: 'allow', rule: 'stock' });
  expect(third).not.toHaveProperty('candidate');
  const metrics = await (await fetch(`${lictor.admin}/metrics`)).text();
  expect(metrics).toContain(
    'lictor_candidate_divergence_total{kind="newly_allowed",policy="orders",rule="stock"} 1\n',
  );
  expect(metrics).toContain('lictor_candidate_decisions_total{result="newly_denied"} 1\n');
  const log = await readLines<{ readonly kind?: string }>(lictor.child.log);
  expect(log.flatMap(({ kind }) => kind ?? [])).toEqual(['newly_denied', 'newly_allowed']);
}, 60_000);

test('a candidate that is broken, changed, equal or gone never concerns the live policies', async () => {
  await pageThat(({ active }) => active !== null, 'a candidate');
  await writeFile(join(candidate, 'orders.yaml'), policy('{name: read, efect: allow}'));
  const { last_reload, active } = await pageThat(
    ({ last_reload: last }) => last?.result === 'failure',
    'a rejected candidate',
  );
  expect(last_reload?.diagnostics.map(({ code }) => code)).toContain('unknown_field');
  expect(active).not.toBeNull();
  expect((await fetch(`${lictor.admin}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${lictor.admin}/metrics`)).text()).toContain(
    'lictor_candidate_reload_success 0\n',
  );
  await writeFile(join(candidate, 'orders.yaml'), policy(READ));
  const { comparison } = await pageThat(
    ({ active: seen, comparison: pair }) =>
      pair?.live === pair?.candidate && seen?.revision.digest !== active?.revision.digest,
    'a candidate that equals the live policies',
  );
  expect(comparison?.counts.agrees).toBe(0);
  await ask('/orders/1');
  expect((await page()).comparison?.counts).toMatchObject({ agrees: 1, newly_denied: 0 });
  await rm(candidate, { recursive: true });
  await pageThat(({ last_reload: last }) => last?.result === 'failure', 'a candidate that is gone');
  expect(said(await ask('/orders/1'), 'reason')).toBe('allowed');
  expect(await readFile(lictor.child.log, 'utf8')).not.toContain('policies were rejected');
}, 60_000);

test('a gate looks at running sidecars', async () => {
  await pageThat(({ active }) => active !== null, 'a candidate');
  const gate = (...args: readonly string[]) =>
    runLictor(['gate', '--status', lictor.admin, '--for', '200ms', '--output', 'json', ...args], {
      directory: live,
    });
  const silent = await gate();
  expect([silent.code, silent.stdout]).toEqual([1, expect.stringContaining('0 decisions were judged')]);
  const passing = gate(
    '--for',
    '5s',
    '--interval',
    '100ms',
    '--min-decisions',
    '3',
    '--max-newly-denied',
    '1',
  );
  const asking = setInterval(() => void ask('/orders/1'), 50);
  stack.defer(() => clearInterval(asking));
  const passed = await passing;
  expect([passed.code, passed.stdout]).toEqual([0, expect.stringContaining('"passes": true')]);
}, 60_000);
