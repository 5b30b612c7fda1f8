import { PARTS, partList } from './parts.ts';
import { SettingError } from './peers/settings.ts';
import { obstacle } from './peers/toolchain.ts';

/*
 * node test/bench/main.ts [PART...]: measures the parts, or all that run without being named, and prints their figures.
 * Exit code 2 for an unknown part or a wrong setting, 1 for a part that cannot run here.
 */
const EFFORT = { rounds: 7, runs: 20_000 };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) fail(2, `unknown part \`${unknown.join('`, `')}\`; the parts are\n${partList()}`);
else await runParts();

async function runParts(): Promise<void> {
  for (const [name, { needs, isByName, run }] of Object.entries(PARTS)) {
    if (wanted.length === 0 ? isByName : !wanted.includes(name)) continue;
    const reason = needs.length === 0 ? undefined : obstacle(needs);
    if (reason === undefined) await printed(run(EFFORT));
    else fail(1, `${name} is not measured: ${reason}\n`);
  }
}

async function printed(report: Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await report}\n`);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    fail(2, `${error.message}\n`);
  }
}

function fail(code: number, message: string): void {
  process.stderr.write(`bench: ${message}`);
  process.exitCode = code;
}
