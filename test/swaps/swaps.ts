import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectAsker, said } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { startLoad, type Tally } from '../support/load.ts';
import { seeded } from '../support/seeded.ts';
import { type Version, verdictOf, version } from './versions.ts';

export interface SwapOptions {
  /** Folder of a git-sync layout and of Lictor's files; its contents are replaced. */
  readonly folder: string;
  readonly count: number;
  /** Called after each swap that has become active. */
  readonly onSwap?: (done: number) => void;
}

export interface SwapResult {
  readonly swaps: number;
  readonly tally: Tally;
  /** Milliseconds from the replacement of the link to the first answer of the new version, in ascending order. */
  readonly live: readonly number[];
}

const SEED = 20_261_123;
/** Milliseconds in which a change is detected, read and compiled. */
const LONGEST_HURRY = 120;

/**
 * Swaps the policies `count` times under load, in the way of git-sync: the old tree is deleted at once. Checks use a Unix
 * socket. Two of three swaps wait until the version has answered; the third is replaced while it is being loaded.
 */
export async function runSwaps({ folder, count, onSwap }: SwapOptions): Promise<SwapResult> {
  await using stack = new AsyncDisposableStack();
  const policies = join(folder, 'current');
  const verdicts = new Map<string, string>();
  const arrive = async (next: Version): Promise<void> => {
    verdicts.set(next.commit, next.verdict);
    await swapLink(folder, policies, next);
  };
  await arrive(version(0));
  const lictor = await startLictor({ folder: join(folder, 'lictor'), policies });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  const load = startLoad({
    ask: async () => {
      const answer = await asker.check({ host: 'any.acme.svc', path: '/' });
      return { revision: said(answer, 'revision'), verdict: verdictOf(answer) };
    },
    agrees: ({ revision, verdict }) => verdicts.get(revision) === verdict,
    lanes: 8,
    rest: 1,
  });
  stack.defer(async () => void (await load.stop()));
  const live: number[] = [];
  const random = seeded(SEED);
  for (let number = 1; number <= count; number += 1) {
    const next = version(number);
    if (number % 3 === 1 && number < count) {
      // This version is replaced while it is detected, read or compiled. It may answer or not, but never in part.
      await arrive(next);
      await pause(random() * LONGEST_HURRY);
    } else {
      const seen = load.until(next.verdict, 5000);
      await arrive(next);
      live.push(await seen);
    }
    onSwap?.(number);
  }
  return { swaps: count, tally: await load.stop(), live: live.toSorted((a, b) => a - b) };
}

/** Replaces `LINK -> .worktrees/COMMIT` by a rename, and deletes the old tree at once. */
export async function swapLink(folder: string, link: string, next: Version): Promise<void> {
  const tree = join(folder, '.worktrees', next.commit);
  await mkdir(tree, { recursive: true });
  for (const [path, text] of Object.entries(next.files)) await writeFile(join(tree, path), text);
  await rm(`${link}.new`, { force: true });
  await symlink(join('.worktrees', next.commit), `${link}.new`);
  await rename(`${link}.new`, link);
  if (next.number > 0) {
    const last = join(folder, '.worktrees', version(next.number - 1).commit);
    await rm(last, { recursive: true, force: true });
  }
}
