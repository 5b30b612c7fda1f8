import { casesPart } from './cases.ts';
import { celPart } from './cel.ts';
import { checkPart } from './check.ts';
import { compilePart } from './compile.ts';
import { everyHostilePart, hostilePart } from './hostile.ts';
import type { Effort } from './measure.ts';
import { scalePart } from './scale.ts';

/** The parts of `make bench`, by name. */
const PARTS: Readonly<Record<string, (effort: Effort) => Promise<string>>> = {
  check: checkPart,
  cel: celPart,
  compile: compilePart,
  cases: casesPart,
  scale: scalePart,
  hostile: hostilePart,
  'hostile-all': everyHostilePart,
};

const EFFORT: Effort = { rounds: 7, runs: 20_000 };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: unknown part ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length === 0 ? name !== 'hostile-all' : wanted.includes(name))
      process.stdout.write(`${await part(EFFORT)}\n`);
  }
}
