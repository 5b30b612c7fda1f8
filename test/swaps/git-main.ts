import { scratchFolder } from '../support/scratch-folder.ts';
import { runGitSwaps } from './git-swaps.ts';

/*
 * node test/swaps/git-main.ts [COUNT]: runs COUNT git commands (default 1,000) in a repository that sidecars serve under
 * load, and prints the result. Exit code 1 after an error, or after an answer that is of no version or named another.
 */
const count = Number(process.argv[2] ?? 1000);
if (!Number.isSafeInteger(count) || count < 1) {
  console.error('node test/swaps/git-main.ts [COUNT]: COUNT is a whole number above zero');
  process.exit(2);
}
await using stack = new AsyncDisposableStack();
const folder = await scratchFolder(stack);
let told = 0;
const { commands, served, live } = await runGitSwaps({
  folder,
  count,
  onStep: (done) => {
    if (done - told < 50) return;
    told = done;
    process.stderr.write(`${done} of ${count}\n`);
  },
});
const at = (share: number): string => `${Math.round(live[Math.floor((live.length - 1) * share)] ?? 0)} ms`;
const total = [...commands.values()].reduce((sum, number) => sum + number, 0);
console.log(`git commands   ${total}: ${[...commands].map(([name, number]) => `${number} ${name}`).join(', ')}
live after     ${at(0.5)} median, ${at(0.99)} 99th percentile, ${at(1)} longest`);
for (const { mode, tally, revisions, dirty, misnamed } of served) {
  console.log(`${mode}
  requests     ${tally.requests}, under ${revisions} revisions, ${dirty} of them dirty
  errors       ${tally.errorCount}
  no version   ${tally.disagreementCount}
  wrong commit ${misnamed.length}`);
  for (const line of [...tally.errors, ...tally.disagreements, ...misnamed].slice(0, 20))
    console.log(`    ${line}`);
}
const isGood = served.every(
  ({ tally, misnamed }) => tally.errorCount + tally.disagreementCount + misnamed.length === 0,
);
process.exitCode = isGood ? 0 : 1;
