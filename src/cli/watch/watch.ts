import { Writable } from 'node:stream';
import { readFlags } from '../../flag/read-flags.ts';
import { check } from '../check/check.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { TEST_FLAGS, type TestOptions } from '../test/flags.ts';
import { WatchedTests } from '../test/watch.ts';
import type { WatchOptions } from './flags.ts';

/** `lictor watch DIR`: checks and tests a folder after each change, until it is interrupted. */
export async function watch(dir: string, { filter }: WatchOptions, terminal: Terminal): Promise<ExitCode> {
  const watched = new WatchedFolder(dir, { ...defaultTestOptions(), filter, watch: true }, terminal);
  await untilInterrupted(dir, terminal, () => watched.look());
  return EXIT.fine;
}

function defaultTestOptions(): TestOptions {
  const { values } = readFlags(TEST_FLAGS, []);
  if (values === undefined) throw new Error('a flag of `lictor test` has no valid default');
  return values;
}

/** A folder whose diagnostics are shown when they change, and of which the tests run that a change touches. */
export class WatchedFolder {
  readonly #dir: string;
  readonly #terminal: Terminal;
  readonly #tests: WatchedTests;
  /** Result of the last check, as it was shown. */
  #shown = '';

  constructor(dir: string, options: TestOptions, terminal: Terminal) {
    this.#dir = dir;
    this.#terminal = terminal;
    this.#tests = new WatchedTests(dir, options, terminal);
  }

  async look(): Promise<void> {
    const { environment, directory, stdout } = this.#terminal;
    const printed = new Printed(stdout);
    const terminal = { stdout: printed, stderr: printed, environment, directory };
    const code = await check(this.#dir, { fix: false, strict: false, output: 'human' }, terminal);
    if (printed.text !== this.#shown) stdout.write(`\n${printed.text}`);
    this.#shown = printed.text;
    if (code === EXIT.fine) await this.#tests.look();
  }
}

/** Output of a verb as text, coloured as for another stream. */
class Printed extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor(as: Writable) {
    super();
    this.isTTY = 'isTTY' in as && as.isTTY === true;
  }

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}
