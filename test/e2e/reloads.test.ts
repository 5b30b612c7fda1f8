import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connectAsker, said } from '../support/ask.ts';
import { callThrough, jsonOf } from '../support/call.ts';
import { startLictor } from '../support/lictor.ts';
import { startLoad, type Tally } from '../support/load.ts';
import { accessLineOf, recordOf } from '../support/log-lines.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { inOneFile, verdictOf, version } from '../swaps/versions.ts';
import { LAYOUTS, type Layout } from './layouts.ts';
import { startMesh } from './mesh.ts';

const VERSIONS = 6;
/** Milliseconds; a change is active within 2 s (docs/language.md, `Files`) on a machine that is not busy. */
const LIVE = 10_000;

/** Deploys version after version under load, each as soon as the one before has answered. */
async function reload(layout: Layout): Promise<{ readonly tally: Tally; readonly live: readonly number[] }> {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const versions = Array.from({ length: VERSIONS }, (_, number) => version(number));
  const verdicts = new Set(versions.map(({ verdict }) => verdict));
  const verdictUnder = new Map<string, string>();
  const [first, ...rest] = versions;
  if (first !== undefined) verdictUnder.set(await layout.arrive(folder, first), first.verdict);
  const lictor = await startLictor({ folder: `${folder}/lictor`, policies: `${folder}/${layout.policies}` });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  const answers: { readonly revision: string; readonly verdict: string }[] = [];
  const load = startLoad({
    ask: async () => {
      const answer = await asker.check({ host: 'any.acme.svc', path: '/' });
      const one = { revision: said(answer, 'revision'), verdict: verdictOf(answer) };
      answers.push(one);
      return one;
    },
    // Checked below, when the name of the commit is known.
    agrees: ({ verdict }) => verdicts.has(verdict),
    lanes: 4,
    rest: 2,
  });
  stack.defer(async () => void (await load.stop()));
  const live: number[] = [];
  for (const next of rest) {
    const seen = load.until(next.verdict, 20_000);
    verdictUnder.set(await layout.arrive(folder, next), next.verdict);
    live.push(await seen);
  }
  const tally = await load.stop();
  // A dirty tree promises nothing except that it says so.
  const clean = answers.filter(({ revision }) => !revision.endsWith('-dirty'));
  expect(clean.length).toBeGreaterThan(0);
  expect(clean.filter(({ revision, verdict }) => verdictUnder.get(revision) !== verdict)).toEqual([]);
  return { tally, live };
}

test.each(LAYOUTS)(
  '$name: active in time, without errors and without answers of two versions',
  async (layout) => {
    const { tally, live } = await reload(layout);
    expect([tally.errors, tally.disagreements]).toEqual([[], []]);
    expect(tally.requests).toBeGreaterThan(VERSIONS * 10);
    expect(live).toHaveLength(VERSIONS - 1);
    process.stdout.write(`  live after ${live.map(Math.round).join(', ')} ms: ${layout.name}\n`);
    expect(Math.max(...live)).toBeLessThan(LIVE);
  },
  60_000,
);

test('a commit becomes active at a real Envoy under load, and all outputs name it', async () => {
  await using stack = new AsyncDisposableStack();
  const mesh = await startMesh({ policies: (folder) => write(folder, 0) });
  stack.defer(mesh.stop);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  stack.defer(() => agent.destroy());
  const ask = () => callThrough(mesh.envoy, { host: 'any.acme.svc', path: '/', agent });
  const commits = [await mesh.repository.head()];
  const load = startLoad({
    // The verdict from a caller's view: the denying policy, or the headers that reached the service.
    ask: async () => {
      const answer = await ask();
      const said = jsonOf(answer);
      if (answer.status === 200) return { revision: '', verdict: headersIn(said) };
      if (said?.['reason'] === 'rule_denied') return { revision: '', verdict: 'denied' };
      throw new Error(`status ${answer.status}: ${answer.text}`);
    },
    agrees: ({ verdict }) => ['0 0', 'denied', '3 3'].includes(verdict),
    lanes: 4,
    rest: 5,
  });
  stack.defer(async () => void (await load.stop()));
  for (const number of [1, 3]) {
    const seen = load.until(number === 1 ? 'denied' : '3 3', 20_000);
    await write(mesh.repository.folder, number);
    commits.push(await mesh.repository.commit(`Version ${number}`));
    const took = await seen;
    process.stdout.write(`  live after ${Math.round(took)} ms: a commit, as a caller of Envoy sees it\n`);
    expect(took).toBeLessThan(LIVE);
  }
  const commit = commits.at(-1) ?? '';
  await waitFor(
    async () => ((await mesh.lictor().status()).active?.revision.dirty === false ? true : undefined),
    {
      what: 'a clean tree',
      timeout: LIVE,
    },
  );
  const { errors, disagreements } = await load.stop();
  expect([errors, disagreements]).toEqual([[], []]);
  const { headers } = await ask();
  const line = await accessLineOf(mesh.envoy.accessLog, headers['x-request-id'] ?? '');
  expect(line).toMatchObject({ decision: 'allow', policy: 'first', rule: 'yes-3', revision: commit });
  const record = await recordOf(mesh.lictor().records, line.decision_id ?? '');
  expect(record.revision).toMatchObject({ commit, dirty: false, source: 'git' });
  const metrics = await (await fetch(`${mesh.lictor().admin}/metrics`)).text();
  expect(metrics.match(/^lictor_policy_info\{.*$/gm)).toEqual([
    `lictor_policy_info{revision="${commit}",digest="${record.revision.digest}",source="git"} 1`,
  ]);
}, 60_000);

function headersIn(reached: ReturnType<typeof jsonOf>): string {
  const headers = reached?.['headers'] as Record<string, string> | undefined;
  return `${headers?.['x-first']} ${headers?.['x-second']}`;
}

function write(folder: string, number: number): Promise<void> {
  return writeFile(`${folder}/all.yaml`, inOneFile(version(number)));
}
