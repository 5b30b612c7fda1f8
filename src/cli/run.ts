import { Command, CommanderError, Option } from 'commander';
import { packageVersion } from '../sidecar/server/version.ts';
import type { CheckOptions } from './check/check.ts';
import type { EffectiveOptions } from './effective/effective.ts';
import type { EvalOptions } from './eval/eval.ts';
import { addEvalFlags } from './eval/eval-flags.ts';
import type { FmtOptions } from './fmt/fmt.ts';
import type { LspOptions } from './lsp/lsp.ts';
import type { ReportOptions } from './report/report.ts';
import { addServeFlags, type ServeOptions } from './serve/serve-flags.ts';
import { EXIT, type ExitCode } from './terminal/exit-code.ts';
import { processTerminal, type Terminal } from './terminal/terminal.ts';
import { addTestFlags, type TestOptions } from './test/test-flags.ts';

/** From the arguments behind the program's name to the exit code. Never throws. */
export async function run(
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<ExitCode> {
  let code: ExitCode = EXIT.fine;
  const ends = (verb: Promise<ExitCode>): Promise<void> => verb.then((ended) => void (code = ended));
  const program = commandLine(terminal, ends);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    terminal.stderr.write(
      `lictor: a fault of our own, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return EXIT.fault;
  }
}

/**
 * Every verb with its flags; `ends` is told how the one that was called ends. What a verb needs is loaded when it is
 * called: `--help` need not wait for a gRPC server.
 */
export function commandLine(terminal: Terminal, ends: (verb: Promise<ExitCode>) => Promise<void>): Command {
  const program = new Command('lictor')
    .description('Machine-to-machine communication as policy-as-code, beside every Envoy.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(lictor --help tells more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 what was checked does not hold, 2 wrong usage, 3 a fault of our own.',
    );

  addServeFlags(program.command('serve').description('run the sidecar that Envoy asks about every request'))
    .addHelpText('after', example('lictor serve --policies ./policies --listen unix:/run/lictor/authz.sock'))
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./serve/serve.ts');
      await ends(serve(options, terminal));
    });

  program
    .command('check')
    .argument('[dir]', 'the policy folder', '.')
    .description('compile a policy folder and show every mistake, with its place')
    .option('--strict', 'let warnings fail as well, and ask for tests', false)
    .addOption(
      new Option('--output <form>', 'how to print')
        .choices(['human', 'json', 'github', 'sarif'])
        .default('human'),
    )
    .addHelpText('after', example('lictor check policies', 'lictor check policies --strict --output github'))
    .action(async (dir: string, options: CheckOptions) => {
      const { check } = await import('./check/check.ts');
      await ends(check(dir, options, terminal));
    });

  addTestFlags(program.command('test').argument('[dir]', 'the policy folder', '.'))
    .description("run the folder's PolicyTests through the server's own code")
    .addHelpText(
      'after',
      example(
        'lictor test policies',
        'lictor test policies --filter expired',
        'lictor test policies --coverage --min-coverage 100',
        'lictor test policies --mutate --since main',
      ),
    )
    .action(async (dir: string, options: TestOptions) => {
      const { test } = await import('./test/test.ts');
      await ends(test(dir, options, terminal));
    });

  program
    .command('fmt')
    .argument('[path...]', 'files and folders; `-` reads standard input (default: the current folder)')
    .description('give policy files their one form, in place; what they mean never changes')
    .option('--check', 'only list files that would change, and fail if there are any', false)
    .addHelpText('after', example('lictor fmt policies', 'lictor fmt --check', 'lictor fmt - < policy.yaml'))
    .action(async (paths: readonly string[], options: FmtOptions) => {
      const { fmt } = await import('./fmt/fmt.ts');
      await ends(fmt(paths, options, terminal, process.stdin));
    });

  program
    .command('schema')
    .description('print a JSON Schema of policy documents, for editors')
    .addHelpText('after', example('lictor schema > lictor.schema.json'))
    .action(async () => {
      const { schema } = await import('./schema/schema.ts');
      await ends(schema(terminal));
    });

  addEvalFlags(
    program
      .command('eval')
      .argument('[dir]', 'the policy folder')
      .description('decide one request and explain the decision, expression by expression'),
  )
    .addHelpText(
      'after',
      example(
        'lictor eval policies --host orders.acme.svc --path /api/orders/42 --issuer acme --claim scope=orders:read',
        'tail -n 1 decisions.jsonl | lictor eval policies --record -',
        'lictor eval --expression \'request.url_path.startsWith("/api")\' --path /api/orders',
      ),
    )
    .action(async (dir: string | undefined, options: EvalOptions) => {
      const { evaluate } = await import('./eval/eval.ts');
      await ends(evaluate(dir, options, terminal));
    });

  program
    .command('effective')
    .argument('[dir]', 'the policy folder', '.')
    .description('what governs requests to a host and path, in order, with its place')
    .requiredOption('--host <host>', 'the authority')
    .requiredOption('--path <path>', 'the path')
    .option('--method <method>', 'the HTTP method (default: any)')
    .option('--environment <name>', 'the Environment that decides (default: the only one)')
    .addOption(new Option('--output <form>', 'how to print').choices(['human', 'json']).default('human'))
    .addHelpText('after', example('lictor effective policies --host orders.acme.svc --path /api/orders'))
    .action(async (dir: string, options: EffectiveOptions) => {
      const { effective } = await import('./effective/effective.ts');
      await ends(effective(dir, options, terminal));
    });

  program
    .command('report')
    .argument('[dir]', 'the policy folder', '.')
    .description('compliance controls, the policies and rules under each, and the tests that reach them')
    .addOption(
      new Option('--output <form>', 'how to print')
        .choices(['text', 'markdown', 'json', 'csv'])
        .default('text'),
    )
    .addHelpText(
      'after',
      example('lictor report policies', 'lictor report policies --output csv > controls.csv'),
    )
    .action(async (dir: string, options: ReportOptions) => {
      const { report } = await import('./report/report.ts');
      await ends(report(dir, options, terminal));
    });

  program
    .command('init')
    .argument('<dir>', 'the folder to fill, empty or not there yet')
    .description('write a new policy repository: policies, tests, editor settings, pipelines')
    .addHelpText('after', example('lictor init policies'))
    .action(async (dir: string) => {
      const { init } = await import('./init/init.ts');
      await ends(init(dir, terminal));
    });

  program
    .command('lsp')
    .description('a language server for editors, over standard input and output')
    .option('--policies <dir...>', 'the policy folders (default: those of the editor’s workspace)')
    .option('--stdio', 'what editors like to say; there is no other way')
    .option('--clientProcessId <pid>', 'end when the editor with this process id is gone')
    .addHelpText('after', example('lictor lsp', 'lictor lsp --policies ./policies'))
    .action(async (options: LspOptions) => {
      const { lsp } = await import('./lsp/lsp.ts');
      await ends(lsp(options, terminal));
    });

  return program;
}

function example(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
