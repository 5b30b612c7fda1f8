import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { policyFolderAround } from '../eval/policy-folder-around.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { openValidFolder } from '../terminal/valid-folder.ts';
import type { ReplOptions } from './flags.ts';
import { History } from './history.ts';
import { ReplSession, type SessionFolder } from './session.ts';

/**
 * `lictor repl [DIR]`: evaluates the expressions of standard input, with completion and history on a terminal. Exit
 * code 1 if one of them could not be evaluated.
 */
export async function repl(
  named: string | undefined,
  options: ReplOptions,
  terminal: Terminal,
  stdin: Readable,
): Promise<ExitCode> {
  const usage = (problem: string, code: ExitCode = EXIT.usage): ExitCode => {
    complain(terminal, 'repl', problem);
    return code;
  };
  if ([named, options.request, options.record, options.body].includes('-')) {
    return usage('standard input has the expressions, so that `-` cannot be a file');
  }
  const dir = named ?? (await policyFolderAround(terminal));
  let opened: SessionFolder | undefined;
  if (dir !== undefined) {
    const folder = await openValidFolder(dir, terminal, options.environment ?? '');
    if ('problem' in folder) return usage(folder.problem, folder.code);
    opened = { dir, folder };
  }
  const session = await ReplSession.open(opened, options, terminal);
  if ('problem' in session) return usage(session.problem);
  await converse(session, terminal, stdin);
  return session.hasFailed ? EXIT.fails : EXIT.fine;
}

/** Reads lines until the end of the input, or until one of them ends the session. */
async function converse(session: ReplSession, terminal: Terminal, stdin: Readable): Promise<void> {
  const isTerminal = isTty(stdin) && isTty(terminal.stdout);
  const history = new History(terminal.environment);
  const lines = createInterface({
    input: stdin,
    ...(isTerminal && {
      output: terminal.stdout,
      prompt: '> ',
      history: history.read(),
      completer: (line: string) => session.complete(line),
    }),
  });
  lines.on('history', (all) => history.write(all));
  let isOpen = true;
  lines.once('close', () => {
    isOpen = false;
  });
  const ask = (): void => {
    // The input can end while a line is evaluated.
    if (isTerminal && isOpen) lines.prompt();
  };
  if (isTerminal) terminal.stdout.write('An expression, or :help. Tab completes.\n');
  ask();
  for await (const line of lines) {
    if (!(await session.line(line))) break;
    ask();
  }
  lines.close();
}

function isTty(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
