import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { text } from '../../flag/parsers.ts';

export const LSP_FLAGS = {
  policies: {
    value: 'DIR...',
    parse: text,
    repeatable: true,
    doc: 'the policy folders, instead of those of the workspace of the editor',
  },
  stdio: {
    doc: 'accepted because editors pass it; there is no other transport',
    unread: 'standard input and output are always used',
  },
  clientProcessId: {
    value: 'PID',
    parse: text,
    doc: 'exit when the editor with this process id is gone',
    unread: '`vscode-languageserver` reads it from the command line itself',
  },
} as const satisfies Flags;

export type LspOptions = ValuesOf<typeof LSP_FLAGS>;
