import { relative, resolve } from 'node:path';
import { joinLines, printable } from '../../diagnostic/printable.ts';
import { renderDiagnostic } from '../../diagnostic/render.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { isYaml } from '../../policy/source/pass-files.ts';
import { type FileOptions, injectFile, type PodReport } from '../../tools/inject/inject-file.ts';
import { complain } from '../terminal/complain.ts';
import { count } from '../terminal/count.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { type FileKind, filesOf } from '../terminal/files-of.ts';
import { readInput } from '../terminal/read-input.ts';
import { replaceFile } from '../terminal/replace-file.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { defaultsOf } from './default-options.ts';
import type { InjectOptions } from './flags.ts';

const STANDARD_INPUT = '-';

const MANIFESTS: FileKind = {
  isListed: (name) => isYaml(name) || name.endsWith('.json'),
  refusal: () => undefined,
};

/** `lictor inject PATH...`: adds the sidecar to the workloads of manifests. */
export async function inject(
  paths: readonly string[],
  options: InjectOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { defaults, problems } = defaultsOf(options.set);
  const usage = paths.includes(STANDARD_INPUT) && options.write ? [...problems, INPUT_PROBLEM] : problems;
  if (usage.length > 0) {
    complain(terminal, 'inject', ...usage);
    return EXIT.usage;
  }
  return new Run(options, { defaults, labelled: options.labelled }, terminal).run(paths);
}

const INPUT_PROBLEM = '`-` cannot be combined with --write, since standard input is not a file';

/** A manifest as it was, and as it shall be. */
interface Manifest {
  /** Undefined for standard input. */
  readonly path: string | undefined;
  readonly shown: string;
  readonly before: string;
  readonly after: string;
}

class Run {
  readonly #options: InjectOptions;
  readonly #rules: FileOptions;
  readonly #terminal: Terminal;
  readonly #counts = { injected: 0, unchanged: 0, skipped: 0, refused: 0 };
  #code: ExitCode = EXIT.fine;
  #files = 0;

  constructor(options: InjectOptions, rules: FileOptions, terminal: Terminal) {
    this.#options = options;
    this.#rules = rules;
    this.#terminal = terminal;
  }

  async run(paths: readonly string[]): Promise<ExitCode> {
    const manifests: Manifest[] = [];
    for (const path of paths) manifests.push(...(await this.#read(path)));
    // A part of the manifests without the sidecar must not be applied by mistake.
    if (this.#code === EXIT.fine) await this.#finish(manifests);
    if (this.#code <= EXIT.fails && manifests.length === this.#files) this.#summarize();
    return this.#code;
  }

  async #read(path: string): Promise<readonly Manifest[]> {
    if (path === STANDARD_INPUT) return this.#manifest(path, undefined, '<stdin>');
    const found = await filesOf(resolve(this.#terminal.directory, path), MANIFESTS);
    if ('problem' in found) {
      this.#fail(EXIT.usage, `\`${path}\` ${found.problem}`);
      return [];
    }
    const manifests: Manifest[] = [];
    for (const file of found.files) {
      const shown = relative(this.#terminal.directory, file) || file;
      manifests.push(...(await this.#manifest(file, file, shown)));
    }
    return manifests;
  }

  /** Nothing for a file that cannot be read or injected, which is reported. */
  async #manifest(input: string, path: string | undefined, shown: string): Promise<readonly Manifest[]> {
    this.#files += 1;
    const { bytes, problem } = await readInput(input, this.#terminal);
    if (bytes === undefined) {
      this.#fail(EXIT.usage, problem);
      return [];
    }
    const done = injectFile(shown, bytes, this.#rules);
    if (done.kind === 'broken') {
      const colour = isColourful(this.#terminal.stderr, this.#terminal.environment);
      const rendered = done.mistakes.map((each) => `${renderDiagnostic(each, done.lines, { colour })}\n\n`);
      this.#terminal.stderr.write(rendered.join(''));
      this.#raise(EXIT.fails);
      return [];
    }
    if (done.kind === 'fault') {
      this.#fail(done.isOurs ? EXIT.fault : EXIT.fails, `\`${shown}\` ${done.problem}`);
      return [];
    }
    for (const pod of done.pods) this.#report(shown, pod);
    return [{ path, shown, before: done.before, after: done.text }];
  }

  #report(shown: string, { kind, name, line, result, notes }: PodReport): void {
    this.#counts[result] += 1;
    const place = `${shown}:${line}: ${kind}${name === '' ? '' : ` \`${name}\``}`;
    const label = result === 'refused' ? '' : 'warning: ';
    this.#terminal.stderr.write(
      notes.map((note) => `${joinLines([`${place}: ${label}${note}`])}\n`).join(''),
    );
    if (result === 'refused') this.#raise(EXIT.fails);
  }

  async #finish(manifests: readonly Manifest[]): Promise<void> {
    const { stdout } = this.#terminal;
    const changed = manifests.filter(({ before, after }) => before !== after);
    if (this.#options.check) {
      stdout.write(changed.map(({ shown }) => `${joinLines([shown])}\n`).join(''));
      if (changed.length > 0) this.#raise(EXIT.fails);
    } else if (this.#options.write) for (const each of changed) await this.#write(each);
    else stdout.write(joined(manifests.map(({ after }) => after)));
  }

  async #write({ path, shown, after }: Manifest): Promise<void> {
    if (path === undefined) return;
    try {
      await replaceFile(path, after);
      this.#terminal.stdout.write(`${joinLines([shown])}\n`);
    } catch (error) {
      const code = errorCode(error);
      if (code === '') throw error;
      this.#fail(EXIT.usage, `\`${shown}\` cannot be written (${code})`);
    }
  }

  #summarize(): void {
    const { injected, unchanged, skipped, refused } = this.#counts;
    const parts = [
      `${count(injected, 'pod')} ${this.#options.check ? 'would be injected' : 'injected'}`,
      ...(unchanged > 0 ? [`${unchanged} had the sidecar already`] : []),
      ...(skipped > 0 ? [`${skipped} left out`] : []),
    ];
    const summary =
      refused > 0 ? `${count(refused, 'pod')} refused, so nothing is written` : parts.join(', ');
    this.#terminal.stderr.write(`lictor inject: ${summary}\n`);
  }

  #fail(code: ExitCode, problem: string): void {
    this.#raise(code);
    complain(this.#terminal, 'inject', printable(problem));
  }

  /** The highest exit code counts. */
  #raise(code: ExitCode): void {
    if (code > this.#code) this.#code = code;
  }
}

/** Files as one stream of YAML documents. */
function joined(texts: readonly string[]): string {
  return texts
    .map((text, index) => {
      const isSeparate = index === 0 || text.startsWith('---');
      const ended = index === texts.length - 1 || text === '' || text.endsWith('\n') ? text : `${text}\n`;
      return isSeparate ? ended : `---\n${ended}`;
    })
    .join('');
}
