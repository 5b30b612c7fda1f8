import { casesPart } from './cases.ts';
import { celPart } from './cel.ts';
import { checkPart } from './check.ts';
import { compilePart } from './compile.ts';
import { envoyPart, envoySettingsPart } from './envoy/envoy.ts';
import { everyHostilePart, hostilePart } from './hostile.ts';
import type { Effort } from './measure.ts';
import { hourPart } from './peers/hour.ts';
import { peersPart } from './peers/peers.ts';
import { reloadPart } from './reload/reload.ts';
import { scalePart } from './scale.ts';

/** The parts of `make bench`, by name. */
const PARTS: Readonly<Record<string, (effort: Effort) => Promise<string>>> = {
  check: checkPart,
  cel: celPart,
  compile: compilePart,
  cases: casesPart,
  scale: scalePart,
  reload: reloadPart,
  hostile: hostilePart,
  'hostile-all': everyHostilePart,
  peers: peersPart,
  hour: hourPart,
  envoy: envoyPart,
  'envoy-settings': envoySettingsPart,
};

/** The parts that run only by name: they take minutes or need other programs. */
const ONLY_BY_NAME: readonly string[] = ['reload', 'hostile-all', 'peers', 'hour', 'envoy', 'envoy-settings'];

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
    if (wanted.length === 0 ? !ONLY_BY_NAME.includes(name) : wanted.includes(name))
      process.stdout.write(`${await part(EFFORT)}\n`);
  }
}
