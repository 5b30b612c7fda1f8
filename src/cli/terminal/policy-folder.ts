import { relative, resolve } from 'node:path';
import { sortDiagnostics } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { Lines } from '../../diagnostic/lines.ts';
import { renderDiagnostic } from '../../diagnostic/render.ts';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { type CompiledFolder, type CompileOptions, compileFolder } from '../../policy/compile-folder.ts';
import { loadPolicySet } from '../../policy/source/load-policy-set.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { isColourful, type Terminal } from './terminal.ts';

/** A policy folder, read and compiled once. */
export interface PolicyFolder {
  /** undefined: the folder holds errors. */
  readonly set: PolicySet | undefined;
  readonly tests: readonly PolicyTestDocument[];
  /** Sorted; files relative to the folder. */
  readonly diagnostics: readonly Diagnostic[];
  /** What was read, to be compiled again otherwise; undefined when nothing was. */
  readonly files: PolicyFiles | undefined;
  /** The text of a file of it, for carets. */
  source(file: string): Lines | undefined;
}

/** What the user named is no folder, or it cannot be read as one. */
export interface FolderProblem {
  readonly problem: string;
}

/** Reads and compiles the folder that the user named, by the same steps as the server. */
export async function openPolicyFolder(
  dir: string,
  terminal: Terminal,
  options: Omit<CompileOptions, 'crypto'> = {},
): Promise<PolicyFolder | FolderProblem> {
  let compiled: CompiledFolder | undefined;
  let read: PolicyFiles | undefined;
  const compile = (files: PolicyFiles): CompiledFolder => {
    read = files;
    compiled = compileFolder(files, { crypto: nodeCrypto, reasons: Object.keys(REASONS), ...options });
    return compiled;
  };
  const path = resolve(terminal.directory, dir);
  const { set, folder, diagnostics } = await loadPolicySet(path, { compile });
  if (folder === undefined) {
    return { problem: diagnostics.map(({ message }) => message.replaceAll(path, dir)).join('; ') };
  }
  const lines = new Map<string, Lines | undefined>();
  return {
    set,
    tests: compiled?.tests ?? [],
    diagnostics: sortDiagnostics(diagnostics),
    files: read,
    source(file) {
      if (!lines.has(file)) {
        const bytes = folder.files().get(file);
        lines.set(
          file,
          bytes === undefined
            ? undefined
            : new Lines(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)),
        );
      }
      return lines.get(file);
    },
  };
}

/** The same diagnostic with its file as the user would name it. */
export function seenFrom(diagnostic: Diagnostic, dir: string, terminal: Terminal): Diagnostic {
  const path = resolve(terminal.directory, dir, diagnostic.span.file);
  const file = relative(terminal.directory, path) || '.';
  return { ...diagnostic, span: { ...diagnostic.span, file } };
}

/** Diagnostics as a person reads them, a blank line behind each. */
export function renderAll(
  shown: readonly Diagnostic[],
  folder: PolicyFolder,
  dir: string,
  terminal: Terminal,
  colour: boolean,
): string {
  return shown
    .map(
      (each) =>
        `${renderDiagnostic(seenFrom(each, dir, terminal), folder.source(each.span.file), { colour })}\n\n`,
    )
    .join('');
}

/** Why no test of a folder was run. */
export function showErrors(folder: PolicyFolder, dir: string, terminal: Terminal): void {
  const errors = folder.diagnostics.filter(({ severity }) => severity === 'error');
  const colour = isColourful(terminal.stderr, terminal.environment);
  terminal.stderr.write(renderAll(errors.slice(0, 100), folder, dir, terminal, colour));
  terminal.stderr.write(`lictor test: the folder does not compile, no test was run\n`);
}
