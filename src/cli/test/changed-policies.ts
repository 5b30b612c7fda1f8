import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorCode } from '../../diagnostic/system-error.ts';
import { type Tree, valueAt } from '../../policy/yaml/tree.ts';
import { readYaml, type YamlFile } from '../../policy/yaml/yaml-file.ts';
import { complain } from '../terminal/complain.ts';
import { type PolicyFolder, pathOf } from '../terminal/policy-folder.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { TestOptions } from './flags.ts';

const execute = promisify(execFile);
/** The most that git may print, in bytes; more than any file of a policy folder. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Tells of a document of a file whether it is another than at a commit. */
export type Changed = (file: string, kind: string, name: string) => boolean;

/**
 * Files of a folder that differ from `revision`, by git and the working tree. The problem is a sentence about
 * the revision, or about git.
 */
async function changedSince(
  folder: string,
  revision: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Changed | { readonly problem: string }> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await execute('git', ['-C', folder, ...args], { maxBuffer: MOST_BYTES })).stdout;
  if (revision.startsWith('-')) return { problem: `\`${revision}\` is not a revision` };
  try {
    const changed = await git('diff', '--name-only', '--relative', '-z', revision, '--', '.');
    const added = await git('ls-files', '--others', '--exclude-standard', '-z');
    const documents = new Set<string>();
    for (const path of new Set(`${changed}${added}`.split('\0'))) {
      const bytes = files.get(path);
      if (bytes === undefined) continue;
      const before = await git('show', `${revision}:./${path}`).catch(() => '');
      const earlier = textsOf(readYaml(path, new TextEncoder().encode(before)));
      for (const [id, text] of textsOf(readYaml(path, bytes))) {
        if (earlier.get(id) !== text) documents.add(`${path} ${id}`);
      }
    }
    return (file, kind, name) => documents.has(`${file} ${kind} ${name}`);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { problem: 'the program `git` is not there' };
    const told = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
    const [first = ''] = told.trim().split('\n');
    return {
      problem: first === '' ? `git does not know \`${revision}\` here` : first.replace(/^fatal: /, ''),
    };
  }
}

/** The documents that `--since` selects; undefined without it, and `unknown` after a problem, which is reported. */
export async function changedDocuments(
  { files }: Pick<PolicyFolder, 'files'>,
  dir: string,
  { since }: Pick<TestOptions, 'since'>,
  terminal: Terminal,
): Promise<Changed | 'unknown' | undefined> {
  if (since === undefined || files === undefined) return undefined;
  const changed = await changedSince(pathOf(dir, terminal), since, files.yaml);
  if (!('problem' in changed)) return changed;
  complain(terminal, 'test', `\`--since\`: ${changed.problem}`);
  return 'unknown';
}

/** The text of each document, by kind and name. */
function textsOf({ documents, lines }: YamlFile): ReadonlyMap<string, string> {
  return new Map(
    documents.flatMap(({ tree }) =>
      tree === undefined
        ? []
        : [[idOf(tree), lines.text.slice(tree.range.start, tree.range.end).trim()] as const],
    ),
  );
}

function idOf(tree: Tree): string {
  return `${scalarAt(tree, 'kind')} ${scalarAt(tree, 'metadata', 'name')}`;
}

function scalarAt(tree: Tree, ...path: readonly string[]): string {
  const at = valueAt(tree, ...path);
  return at?.kind === 'scalar' ? String(at.value) : '';
}
