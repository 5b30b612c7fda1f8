import { Command, CommanderError } from 'commander';
import { packageVersion } from '../sidecar/server/version.ts';
import { COLOUR, takeColour } from './terminal/colour.ts';
import { EXIT, type ExitCode } from './terminal/exit-code.ts';
import { declareFlags, givenFlags } from './terminal/flags.ts';
import { processTerminal, type Terminal } from './terminal/terminal.ts';
import { HELP, type Verb } from './terminal/verb.ts';
import { VERBS } from './verbs.ts';

/** Runs the verb that the arguments after the name of the program call. Never rejects. */
export async function run(given: readonly string[], on: Terminal = processTerminal()): Promise<ExitCode> {
  const { argv, terminal, problem } = takeColour(given, on);
  if (problem !== undefined) {
    terminal.stderr.write(`lictor: ${problem}\n`);
    return EXIT.usage;
  }
  let code: ExitCode = EXIT.fine;
  const program = createProgram(terminal);
  for (const verb of VERBS) {
    const command = declareVerb(program, verb);
    command.action(async () => {
      code = await verb.call(command.args, givenFlags(command), terminal);
    });
  }
  try {
    await program.parseAsync(helpOfUnknown(argv), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    terminal.stderr.write(
      `lictor: internal error, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return EXIT.fault;
  }
}

/** `help` of an unknown verb as the call of that verb: commander then suggests the nearest one. */
function helpOfUnknown(argv: readonly string[]): string[] {
  const [first, verb] = argv;
  const isUnknown = first === HELP.name && verb !== undefined && !VERBS.some(({ name }) => name === verb);
  return isUnknown ? [verb] : [...argv];
}

function createProgram({ stdout, stderr }: Terminal): Command {
  return new Command('lictor')
    .description('Machine-to-machine authorization as policy-as-code, beside every Envoy.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(HELP.usage, HELP.doc)
    .showHelpAfterError('(run lictor --help for help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .addHelpText(
      'after',
      `
Every verb takes --color auto|always|never.
Exit codes: 0 success, 1 the answer is no, 2 wrong usage or configuration,
3 an internal fault, 4 the policy folder has errors.`,
    );
}

function declareVerb(program: Command, { name, doc, argument, flags, examples }: Verb): Command {
  const command = program.command(name).description(doc);
  for (let each = argument; each !== undefined; each = each.next) command.argument(each.usage, each.doc);
  declareFlags(command, flags);
  // Taken out of the arguments before they are parsed; declared here for the help.
  command.option(
    `${COLOUR.flag} <${COLOUR.value}>`,
    `${COLOUR.doc} (${COLOUR.choices.join(', ')}; default: auto)`,
  );
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
}
