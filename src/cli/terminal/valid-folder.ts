import { quoted } from '../../diagnostic/suggest.ts';
import type { PolicySet, SourceLocation } from '../../engine/set/policy-set.ts';
import { inEnvironment } from '../../policy/compile/environments.ts';
import { locatePolicy, type PolicyLocations } from '../../policy/compile/policy-locations.ts';
import { EXIT } from './exit-code.ts';
import { type FolderProblem, openPolicyFolder, type PolicyFolder, renderAll } from './policy-folder.ts';
import { isColourful, type Terminal } from './terminal.ts';

/** A policy folder without errors. */
export interface ValidFolder extends PolicyFolder {
  readonly set: PolicySet;
}

/**
 * Opens a folder for a verb that requires it to compile; prints its errors to standard error. `environment` selects the
 * Environment of the policy set: the empty text means the only one, undefined means none.
 */
export async function openValidFolder(
  dir: string,
  terminal: Terminal,
  environment?: string,
): Promise<ValidFolder | FolderProblem> {
  const folder = await openPolicyFolder(dir, terminal);
  if ('problem' in folder) return folder;
  const { set } = folder;
  if (set === undefined) {
    const errors = folder.diagnostics.filter(({ severity }) => severity === 'error').slice(0, 100);
    const colour = isColourful(terminal.stderr, terminal.environment);
    terminal.stderr.write(renderAll(errors, folder, dir, terminal, colour));
    return { problem: 'the folder does not compile', code: EXIT.uncompiled };
  }
  if (environment === undefined) return { ...folder, set };
  const names = [...set.environments.keys()];
  if (environment === '' && names.length === 0) return { ...folder, set };
  const chosen = inEnvironment(
    set,
    environment === '' && names.length === 1 ? String(names[0]) : environment,
  );
  if (chosen !== undefined) return { ...folder, set: chosen };
  const known = names.length === 0 ? 'the folder has none' : `known here: ${quoted(names)}`;
  return {
    code: EXIT.usage,
    problem:
      environment === ''
        ? `the folder has several Environments, select one with \`--environment\`; ${known}`
        : `unknown Environment \`${environment}\`; ${known}`,
  };
}

/** Locations of the parts of a policy; undefined if its file cannot be read any more. */
export function locationsIn(folder: PolicyFolder, source: SourceLocation): PolicyLocations | undefined {
  const lines = folder.source(source.file);
  return lines && locatePolicy(source, new TextEncoder().encode(lines.text));
}
