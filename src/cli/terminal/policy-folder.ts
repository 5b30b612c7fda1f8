import { relative, resolve } from 'node:path';
import { sortDiagnostics } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { Lines } from '../../diagnostic/lines.ts';
import { renderDiagnostic } from '../../diagnostic/render.ts';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import type { PolicyParts } from '../../policy/compile/policy-compiler.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { type CompiledFolder, type CompileOptions, compileFolder } from '../../policy/compile-folder.ts';
import { messageSupport } from '../../policy/message-support.ts';
import { loadPolicySet } from '../../policy/source/load-policy-set.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { filesOfInput, STANDARD_INPUT } from './standard-input.ts';
import { isColourful, type Terminal } from './terminal.ts';

/** A policy folder that was read and compiled. */
export interface PolicyFolder extends PolicyParts {
  /** undefined if the folder has errors. */
  readonly set: PolicySet | undefined;
  readonly tests: readonly PolicyTestDocument[];
  /** Sorted; files relative to the folder. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files of the folder, for another compilation; undefined if they were not read. */
  readonly files: PolicyFiles | undefined;
  /** Every file that was read, those that documents refer to included. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Text of a file of the folder, for carets. */
  source(file: string): Lines | undefined;
}

/** The path is not a folder, the folder cannot be read, or it has errors and must not have any. */
export interface FolderProblem {
  readonly problem: string;
  readonly code: ExitCode;
}

/** Compiles files as every verb does. */
export function compileFiles(files: PolicyFiles, options: Omit<CompileOptions, 'crypto'>): CompiledFolder {
  return compileFolder(files, { crypto: nodeCrypto, reasons: Object.keys(REASONS), ...options });
}

/** Reads and compiles a folder by the same steps as the server; `-` is the one file of standard input. */
export async function openPolicyFolder(
  dir: string,
  terminal: Terminal,
  options: Omit<CompileOptions, 'crypto'> = {},
): Promise<PolicyFolder | FolderProblem> {
  let compiled: CompiledFolder | undefined;
  let read: PolicyFiles | undefined;
  const compile = async (files: PolicyFiles): Promise<CompiledFolder> => {
    read = files;
    compiled = compileFiles(files, { messages: await messageSupport(files), ...options });
    return compiled;
  };
  if (dir === STANDARD_INPUT) {
    const files = await filesOfInput(terminal);
    const { set, diagnostics } = await compile(files);
    return openedFolder(set && { ...set, ...NO_REVISION }, diagnostics, files, compiled, files.yaml);
  }
  const path = pathOf(dir, terminal);
  const { set, folder, diagnostics } = await loadPolicySet(path, { compile });
  if (folder === undefined) {
    return {
      problem: diagnostics.map(({ message }) => message.replaceAll(path, dir)).join('; '),
      code: EXIT.usage,
    };
  }
  return openedFolder(set, diagnostics, read, compiled, folder.files());
}

/** Standard input has no revision. */
const NO_REVISION = {
  revision: { commit: '', digest: '', dirty: true, source: 'digest' },
  revisionText: 'standard input',
} as const;

/** The folder that a compilation read. */
export function openedFolder(
  set: PolicySet | undefined,
  diagnostics: readonly Diagnostic[],
  files: PolicyFiles | undefined,
  compiled: CompiledFolder | undefined,
  contents: ReadonlyMap<string, Uint8Array>,
): PolicyFolder {
  const lines = new Map<string, Lines | undefined>();
  return {
    set,
    tests: compiled?.tests ?? [],
    diagnostics: sortDiagnostics(diagnostics),
    files,
    contents,
    expressionsOf: (policy) => compiled?.expressionsOf(policy) ?? [],
    patternsOf: (policy) => compiled?.patternsOf(policy) ?? [],
    templateOf: (policy) => compiled?.templateOf(policy),
    source(file) {
      if (!lines.has(file)) lines.set(file, linesOf(contents.get(file)));
      return lines.get(file);
    },
  };
}

function linesOf(bytes: Uint8Array | undefined): Lines | undefined {
  return bytes && new Lines(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

/** Path of a policy folder; that of standard input is the current folder. */
export function pathOf(dir: string, terminal: Terminal): string {
  return resolve(terminal.directory, dir === STANDARD_INPUT ? '.' : dir);
}

/** A file of the folder as the user would name it. */
export function shownPath(file: string, dir: string, terminal: Terminal): string {
  return relative(terminal.directory, resolve(pathOf(dir, terminal), file));
}

/** Another place that a message or help names. */
const PLACE = /(?<= at )[^\s`]+\.(?:ya?ml|json|csv)(?=:\d)/g;

/** The diagnostic with the paths of files, also in its texts, relative to the current folder. */
export function seenFrom(diagnostic: Diagnostic, dir: string, terminal: Terminal): Diagnostic {
  const inTexts = (text: string): string => text.replaceAll(PLACE, (file) => shownPath(file, dir, terminal));
  const file = shownPath(diagnostic.span.file, dir, terminal) || '.';
  const { message, help, span } = diagnostic;
  return {
    ...diagnostic,
    message: inTexts(message),
    ...(help === undefined ? {} : { help: inTexts(help) }),
    span: { ...span, file },
  };
}

/** Diagnostics for people, with a blank line after each. */
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

/** Prints the errors because of which no test of a folder was run. */
export function showErrors(folder: PolicyFolder, dir: string, terminal: Terminal): void {
  const errors = folder.diagnostics.filter(({ severity }) => severity === 'error');
  const colour = isColourful(terminal.stderr, terminal.environment);
  terminal.stderr.write(renderAll(errors.slice(0, 100), folder, dir, terminal, colour));
  terminal.stderr.write(`lictor test: the folder does not compile, no test was run\n`);
}
