import { relative } from 'node:path';
import { markedRootOf } from '../../tools/editor/policy-roots.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The policy folder with a `lictor.yaml` in which the user stands, relative to the current folder. */
export async function policyFolderAround({ directory }: Terminal): Promise<string | undefined> {
  const root = await markedRootOf(directory);
  return root === undefined ? undefined : relative(directory, root) || '.';
}
