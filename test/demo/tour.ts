import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Answer } from '../support/call.ts';
import { waitFor } from '../support/wait.ts';
import { ask, curl, send, traces } from './ask.ts';
import type { Mesh } from './mesh.ts';
import { command, field, paint, say } from './page.ts';
import { short, showOutcome } from './show.ts';
import { AFTER, BEFORE, CHANGE, STEPS, type Step } from './steps.ts';

/** Milliseconds until a commit must be active. */
const LIVE_WITHIN = 2000;

/** Differences from the announced results, one line each; empty if there are none. */
export type Failures = readonly string[];

/** Runs and prints all steps, also after a failed one. */
export async function tour(mesh: Mesh): Promise<Failures> {
  const failures: string[] = [];
  let number = 0;
  const part = async (title: string, run: () => Promise<readonly string[]>): Promise<void> => {
    number += 1;
    say();
    say(`  ${paint('bold', `${number}  ${title}`)}`);
    say();
    const problems = await run().catch((error: unknown) => [
      error instanceof Error ? error.message : String(error),
    ]);
    for (const problem of problems) {
      field('', [paint('red', `✗ ${problem}`)]);
      failures.push(`step ${number}: ${problem}`);
    }
  };
  for (const step of [...STEPS, BEFORE]) await part(step.title, () => take(mesh, step));
  await part('A commit allows it', () => commit(mesh));
  await part(AFTER.title, () => take(mesh, AFTER));
  return failures;
}

async function take(mesh: Mesh, step: Step): Promise<readonly string[]> {
  field('asked', command(curl(mesh, step)));
  return showOutcome(await ask(mesh, step), step.expected, await mesh.repository.head());
}

/** Changes a policy, commits it with git, and repeats a call until the new commit answers. */
async function commit(mesh: Mesh): Promise<readonly string[]> {
  const { repository } = mesh;
  const file = join(repository.folder, CHANGE.file);
  const text = await readFile(file, 'utf8');
  if (!text.includes(CHANGE.below))
    return [`${CHANGE.file} has no line \`${CHANGE.below.trim()}\` to add another below`];
  await writeFile(file, text.replace(CHANGE.below, CHANGE.below + CHANGE.add));
  const sha = await repository.commit(CHANGE.message);
  const committed = performance.now();

  const folder = relative(process.cwd(), repository.folder);
  field('asked', [`git -C ${folder} commit -am '${CHANGE.message}'`]);
  const diff = await repository.git('show', '--format=', '--unified=1', sha);
  const changed = diff.split('\n').filter((line) => /^[-+ ](?![-+])/.test(line));
  field('', [paint('dim', CHANGE.file), ...changed.map((line) => coloured(line.replace(/^(.) +/, '$1 ')))]);
  await waitFor(() => decides(mesh, sha), {
    what: `a decision by ${short(sha)}`,
    timeout: 10_000,
    every: 10,
  });
  const took = Math.round(performance.now() - committed);
  field('answer', [`${paint('green', `active after ${took} ms`)}, without a restart`]);

  const active = (await mesh.lictor().status()).active?.revision.commit;
  const metrics = await (await fetch(`${mesh.lictor().admin}/metrics`)).text();
  const info = metrics.split('\n').find((line) => line.startsWith('lictor_policy_info{')) ?? '';
  field('status', [
    `/v1/status ${short(active ?? 'none')}   lictor_policy_info ${info.includes(sha) ? short(sha) : 'another'}`,
  ]);
  return [
    ...(took <= LIVE_WITHIN
      ? []
      : [`the commit took ${took} ms to become active, at most ${LIVE_WITHIN} were expected`]),
    ...(active === sha ? [] : [`/v1/status names commit ${active ?? 'none'}, expected was ${sha}`]),
    ...(info.includes(sha) ? [] : [`the metric lictor_policy_info does not name ${sha}`]),
  ];
}

async function decides(mesh: Mesh, sha: string): Promise<true | undefined> {
  const answer: Answer = await send(mesh, AFTER);
  if (answer.status !== AFTER.expected.status) return undefined;
  const { line, record } = await traces(mesh, answer);
  return line.revision === sha && record?.revision.commit === sha ? true : undefined;
}

function coloured(line: string): string {
  if (line.startsWith('+')) return paint('green', line);
  return paint(line.startsWith('-') ? 'red' : 'dim', line);
}
