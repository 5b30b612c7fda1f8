import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectAsker, said } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { startLoad, type Tally } from '../support/load.ts';
import { seeded } from '../support/seeded.ts';
import { type Version, verdictOf, version } from './versions.ts';

export interface SwapOptions {
  /** Made anew for a git-sync layout and for Lictor's own files. */
  readonly folder: string;
  readonly count: number;
  /** Told after each swap that is live. */
  readonly onSwap?: (done: number) => void;
}

export interface SwapResult {
  readonly swaps: number;
  readonly tally: Tally;
  /** Of those waited for: from the link's replacement to the first answer of the new version, milliseconds, ascending. */
  readonly live: readonly number[];
}

const SEED = 20_261_123;
/** Milliseconds in which a change is noticed, read and compiled. */
const LONGEST_HURRY = 120;

/**
 * Swaps the policies `count` times as git-sync does, the old tree deleted at once, under load on Check over a Unix
 * socket. Two of three swaps wait until the version has answered; the third is swapped away in the middle of it.
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
      // Gone again while it is noticed, read or compiled; it may answer or not, but never half.
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

/** `LINK -> .worktrees/COMMIT`, replaced by a rename; the tree before is gone in the same moment. */
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
