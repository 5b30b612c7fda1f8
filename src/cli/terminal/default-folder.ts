import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from './terminal.ts';

/** Folder of a repository that holds its policies, if it has one. */
const USUAL = 'policies';

/** The policy folder that a verb about the history of policies takes: `policies` below `from`, or `from` itself. */
export function usualFolder({ directory }: Terminal, from = '.'): string {
  const below = join(from, USUAL);
  return statSync(join(directory, below), { throwIfNoEntry: false })?.isDirectory() === true ? below : from;
}
