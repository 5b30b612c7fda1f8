import { resolve } from 'node:path';
import { startLanguageServer } from '../editor/language-server.ts';
import { packageVersion } from '../server/version.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

export interface LspOptions {
  readonly policies?: readonly string[];
}

/** `lictor lsp`: a language server for editors. It ends the process itself, when the editor says so or is gone. */
export function lsp({ policies = [] }: LspOptions, terminal: Terminal): Promise<ExitCode> {
  startLanguageServer({
    input: process.stdin,
    output: process.stdout,
    version: packageVersion(),
    folders: policies.map((dir) => resolve(terminal.directory, dir)),
  });
  return new Promise(() => {});
}
