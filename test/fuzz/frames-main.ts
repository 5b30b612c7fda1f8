import { runMutations } from './frames.ts';

/*
 * node test/fuzz/frames-main.ts [COUNT] [SEED]: sends COUNT mutated sequences of frames (default 1,000,000) to a server in
 * this process, and prints what it has done. Exit code 1 after a crash, a hang, an allow, or something that is left.
 */
const [rounds, seed] = [
  Number(process.argv[2] ?? 1_000_000),
  Number(process.argv[3] ?? Date.now() % 1_000_000),
];
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
  console.error('node test/fuzz/frames-main.ts [COUNT] [SEED]: COUNT is a whole number above zero');
  process.exit(2);
}
const { denied, reset, other, goAway } = await runMutations({
  rounds,
  seed,
  onStep: (done) => {
    if (done % 50_000 === 0) process.stderr.write(`${done} of ${rounds}\n`);
  },
});
console.log(`sequences      ${rounds}, seed ${seed}
denied         ${denied}
allowed        0
RST_STREAM     ${reset}
GOAWAY         ${[...goAway].map(([code, count]) => `${count} ${code}`).join(', ')}
other          ${other}: an error status, or the rest of a frame or call did not arrive`);
