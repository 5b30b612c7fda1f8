import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { thousands } from '../../src/diagnostic/thousands.ts';
import { ROOT } from '../support/tools.ts';

test.each([0, 7, 999, 1000, 12_345, 250_000, 1_000_000, 1_234_567_890])(
  '%d is written as in English',
  (count) => {
    expect(thousands(count)).toBe(count.toLocaleString('en-US'));
  },
);

/** Loads the module with an error for each use of a language. */
const LOADING = `
  const refuse = () => { throw new Error('a text is formatted while modules are loaded'); };
  Number.prototype.toLocaleString = refuse;
  Intl.NumberFormat = refuse;
  Intl.Collator = refuse;
  await import(process.argv[1]);
  console.log('loaded');
`;

test.each(['./src/policy/compile-folder.ts', './src/sidecar/server/start.ts', './src/cli/run.ts'])(
  '%s loads no tables of languages, which would take 20 ms',
  async (module) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', LOADING, new URL(module, ROOT).href],
      { cwd: ROOT, env: { NODE_NO_WARNINGS: '1' } },
    );
    expect(stdout).toBe('loaded\n');
  },
);
