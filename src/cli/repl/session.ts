import type { Environment } from '../../cel/check/environment.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { quoted } from '../../diagnostic/suggest.ts';
import type { SimulationRequest } from '../../tools/testing/simulation-request.ts';
import { decideAndExplain } from '../eval/eval.ts';
import { environmentOf, type FolderOfExpression, NO_FOLDER, showExpression } from '../eval/expression.ts';
import { readRequest } from '../eval/read-request.ts';
import { complain } from '../terminal/complain.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ValidFolder } from '../terminal/valid-folder.ts';
import { type ChangedRequest, clearFlag, setFlag } from './change-request.ts';
import { COMMANDS, complete, type RequestNames } from './complete.ts';
import { evalOptionsOf, type ReplOptions } from './flags.ts';

/** The policy folder of a session, with its path as the user named it. */
export interface SessionFolder {
  readonly dir: string;
  readonly folder: ValidFolder;
}

/** A request, and the lines that are evaluated over it. */
export class ReplSession {
  readonly #opened: SessionFolder | undefined;
  readonly #terminal: Terminal;
  readonly #environment: Environment;
  #options: ReplOptions;
  #simulation: SimulationRequest;
  /** True if a line could not be evaluated. */
  hasFailed = false;

  private constructor(
    opened: SessionFolder | undefined,
    options: ReplOptions,
    simulation: SimulationRequest,
    terminal: Terminal,
  ) {
    this.#opened = opened;
    this.#options = options;
    this.#simulation = simulation;
    this.#terminal = terminal;
    this.#environment = environmentOf(setOf(opened));
  }

  /** A session with the request that the flags describe; the problem is that of the request. */
  static async open(
    opened: SessionFolder | undefined,
    options: ReplOptions,
    terminal: Terminal,
  ): Promise<ReplSession | { readonly problem: string }> {
    const read = await readRequest(evalOptionsOf(options), setOf(opened), terminal);
    return read.simulation === undefined ? read : new ReplSession(opened, options, read.simulation, terminal);
  }

  /** Evaluates a line, or carries out its command. False if it ends the session. */
  async line(text: string): Promise<boolean> {
    const line = text.trim();
    // A comment of a file of expressions.
    if (line === '' || line.startsWith('//')) return true;
    if (line === ':quit') return false;
    if (line.startsWith(':')) await this.#command(line);
    else await this.#evaluate(line);
    return true;
  }

  complete(line: string): [string[], string] {
    return complete(line, this.#environment, this.#names());
  }

  #names(): RequestNames {
    const { request, caller } = this.#simulation;
    return { headers: [...request.headers.keys()], claims: Object.keys(caller.jwt?.claims ?? {}) };
  }

  async #evaluate(line: string): Promise<void> {
    const verdict = await showExpression(line, 'expression', {
      simulation: this.#simulation,
      set: setOf(this.#opened),
      options: evalOptionsOf(this.#options),
      terminal: this.#terminal,
    });
    if (verdict === 'invalid' || verdict === 'failed') this.hasFailed = true;
  }

  async #command(line: string): Promise<void> {
    const [, name = '', rest = ''] = /^(:\w*)\s*(.*)$/s.exec(line) ?? [];
    const [, flag = '', value = ''] = /^(?:--)?([\w-]*)\s*(.*)$/s.exec(rest) ?? [];
    switch (name) {
      case ':request':
        return this.#print(describeRequest(this.#simulation));
      case ':set':
        // As a shell takes the quotes away.
        return this.#change(setFlag(this.#options, flag, value.replace(/^(['"])(.*)\1$/s, '$2')));
      case ':clear':
        return this.#change(clearFlag(this.#options, flag));
      case ':decide':
        return this.#decide();
      case ':help':
        return this.#print(Object.entries(COMMANDS).map(([each, does]) => `${each.padEnd(9)} ${does}`));
      default:
        return this.#fail(`unknown command \`${name}\`; known: ${quoted(Object.keys(COMMANDS))}`);
    }
  }

  #print(lines: readonly string[]): void {
    this.#terminal.stdout.write(`${joinLines(lines)}\n`);
  }

  #fail(problem: string): void {
    complain(this.#terminal, 'repl', problem);
    this.hasFailed = true;
  }

  async #change({ options, problem }: ChangedRequest): Promise<void> {
    if (options === undefined) return this.#fail(problem);
    const read = await readRequest(evalOptionsOf(options), setOf(this.#opened), this.#terminal);
    if (read.simulation === undefined) return this.#fail(read.problem);
    this.#options = options;
    this.#simulation = read.simulation;
  }

  async #decide(): Promise<void> {
    if (this.#opened === undefined) return this.#fail('no policies: name their folder, `lictor repl DIR`');
    if (this.#simulation.request.host === '') return this.#fail('the request has no host: `:set host HOST`');
    const { dir, folder } = this.#opened;
    await decideAndExplain(folder, this.#simulation, dir, evalOptionsOf(this.#options), this.#terminal);
  }
}

function setOf(opened: SessionFolder | undefined): FolderOfExpression {
  return opened?.folder.set ?? NO_FOLDER;
}

/** The request, without the texts of a token. */
function describeRequest({ request, caller }: SimulationRequest): readonly string[] {
  const { method, scheme, host, path, headers, body } = request;
  const shown = [...headers].flatMap(([name, values]) =>
    name === 'authorization' ? [] : [[name, values] as const],
  );
  const token =
    caller.jwt === undefined ? [] : [`token of ${caller.jwt.issuer}: ${JSON.stringify(caller.jwt.claims)}`];
  return [
    `${method} ${scheme}://${host}${path}`,
    ...shown.flatMap(([name, values]) => values.map((value) => `${name}: ${value}`)),
    ...(body === undefined ? [] : ['with a body']),
    `from ${caller.principal || 'nobody'} (${caller.address})`,
    ...token,
    ...(caller.token === undefined ? [] : ['with a token']),
  ];
}
