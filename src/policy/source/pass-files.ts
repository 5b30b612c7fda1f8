import { markOf, type Walk } from './walk.ts';

/** True for the names of YAML files, which are read without a reference. */
export function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

/**
 * File with the commit of a folder without git. Read in the same pass as the policies, so that both are of one
 * version.
 */
export const REVISION_FILE = 'REVISION';

/** True for the files that a pass over the folder reads. */
export function isOfPass(path: string): boolean {
  return isYaml(path) || path === REVISION_FILE;
}

/** True if two walks list the same files of a pass and the same `others`, and none changed between them. */
export function sameFiles(before: Walk, after: Walk, others: ReadonlySet<string> = new Set()): boolean {
  return marksOf(before, others) === marksOf(after, others);
}

function marksOf(walked: Walk, others: ReadonlySet<string>): string {
  return [...walked.files]
    .filter(([path]) => isOfPass(path) || others.has(path))
    .map(([path, file]) => markOf(path, file))
    .join('\n');
}
