import { quoted } from '../../diagnostic/suggest.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Verb } from '../terminal/verb.ts';
import { bashScript } from './bash.ts';
import { completedVerbs } from './completed-verb.ts';
import { fishScript } from './fish.ts';
import { SHELLS, type Shell } from './shells.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  Shell,
  unknown
>;

/** `lictor completion SHELL`: prints the completion script of a shell. */
export async function completion(
  name: string,
  verbs: readonly Verb[],
  terminal: Terminal,
): Promise<ExitCode> {
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined) {
    complain(terminal, 'completion', `unknown shell \`${name}\`; write ${quoted(SHELLS)}`);
    return EXIT.usage;
  }
  terminal.stdout.write(SCRIPTS[shell](completedVerbs(verbs)));
  return EXIT.fine;
}
