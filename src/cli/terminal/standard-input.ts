import { readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { errorCode } from '../../diagnostic/system-error.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { readInput } from './read-input.ts';
import type { Terminal } from './terminal.ts';

/** Written in the place of a path, it means standard input. */
export const STANDARD_INPUT = '-';

/** Name of standard input in diagnostics. */
const SHOWN = '<stdin>';

/** The policy folder whose only file is standard input. Its references are relative to the current folder. */
export async function filesOfInput(terminal: Terminal): Promise<PolicyFiles> {
  const input = await readInput(STANDARD_INPUT, terminal);
  if (input.problem !== undefined) throw new Error(input.problem);
  return {
    yaml: new Map([[SHOWN, input.bytes]]),
    read: (_, reference) => readReference(reference, terminal.directory),
  };
}

function readReference(reference: string, directory: string): ReturnType<PolicyFiles['read']> {
  const path = relative(directory, resolve(directory, reference));
  if (path === '..' || path.startsWith(`..${sep}`)) return { problem: 'is outside of the current folder' };
  try {
    return { path, bytes: readFileSync(resolve(directory, path)) };
  } catch (error) {
    const code = errorCode(error);
    return { problem: code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})` };
  }
}
