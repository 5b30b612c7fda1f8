import { Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import type { Ended } from './command.ts';

/** Runs `lictor` within this process, which is quicker by far. Nothing can be read from standard input. */
export async function runHere(args: readonly string[], directory: string): Promise<Ended> {
  const stdout = collector();
  const stderr = collector();
  const code = await run(args, { stdout, stderr, environment: {}, directory });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): Writable & { text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}
