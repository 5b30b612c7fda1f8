import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { joinLines, printable } from '../../diagnostic/printable.ts';
import { renderDiagnostic } from '../../diagnostic/render.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { isYaml } from '../../policy/source/pass-files.ts';
import { type FormatResult, format } from '../../tools/format/format.ts';
import { count } from '../terminal/count.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { type FileKind, filesOf } from '../terminal/files-of.ts';
import { replaceFile } from '../terminal/replace-file.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import type { FmtOptions } from './flags.ts';

/** `lictor fmt [PATH...]`: formats policy files. `-` reads `stdin` and writes to standard output. */
export async function fmt(
  paths: readonly string[],
  options: FmtOptions,
  terminal: Terminal,
  stdin: Readable,
): Promise<ExitCode> {
  if (!paths.includes('-')) return new Run(options, terminal).files(paths.length === 0 ? ['.'] : paths);
  if (paths.length === 1) return new Run(options, terminal).stream(stdin);
  terminal.stderr.write(
    'lictor fmt: `-` cannot be combined with paths, since its output is the standard output\n',
  );
  return EXIT.usage;
}

// Formatting would turn other text into YAML: a CSV table would become one line.
const YAML_FILES: FileKind = {
  isListed: isYaml,
  refusal: (path) => (isYaml(path) ? undefined : 'is not a YAML file'),
};

class Run {
  readonly #options: FmtOptions;
  readonly #terminal: Terminal;
  #code: ExitCode = EXIT.fine;
  #changed = 0;
  #seen = 0;

  constructor(options: FmtOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
  }

  async stream(stdin: Readable): Promise<ExitCode> {
    const formatted = format('<stdin>', await buffer(stdin));
    if (formatted.kind !== 'formatted') this.#report('<stdin>', formatted);
    else if (!this.#options.check) this.#terminal.stdout.write(formatted.text);
    else if (formatted.isChanged) this.#wouldChange('<stdin>');
    return this.#code;
  }

  async files(paths: readonly string[]): Promise<ExitCode> {
    for (const path of paths) {
      const found = await filesOf(resolve(this.#terminal.directory, path), YAML_FILES);
      if ('problem' in found) this.#fail(EXIT.usage, `lictor fmt: \`${printable(path)}\` ${found.problem}\n`);
      else for (const file of found.files) await this.#file(file, found.isNamed);
    }
    const { check } = this.#options;
    const done = `${count(this.#changed, 'file')} of ${this.#seen} ${check ? 'would change' : 'changed'}`;
    if (this.#seen > 0 || this.#code === EXIT.fine) this.#terminal.stderr.write(`lictor fmt: ${done}\n`);
    return this.#code;
  }

  async #file(path: string, isNamed: boolean): Promise<void> {
    const shown = relative(this.#terminal.directory, path) || path;
    try {
      const formatted = format(shown, await readFile(path));
      if (!formatted.holdsPolicies && !isNamed) return;
      this.#seen += 1;
      if (formatted.kind !== 'formatted') return this.#report(shown, formatted);
      if (!formatted.isChanged) return;
      if (this.#options.check) return this.#wouldChange(shown);
      await replaceFile(path, formatted.text);
      this.#changed += 1;
      this.#terminal.stdout.write(`${joinLines([shown])}\n`);
    } catch (error) {
      const code = errorCode(error);
      if (code === '') throw error;
      this.#fail(EXIT.usage, `lictor fmt: \`${printable(shown)}\` cannot be read or written (${code})\n`);
    }
  }

  #wouldChange(shown: string): void {
    this.#changed += 1;
    this.#terminal.stdout.write(`${joinLines([shown])}\n`);
    this.#fail(EXIT.fails, '');
  }

  #report(shown: string, formatted: Exclude<FormatResult, { readonly kind: 'formatted' }>): void {
    if (formatted.kind === 'fault') {
      const message = `lictor fmt: \`${printable(shown)}\` is not changed: formatted, ${formatted.problem}. Please report this with the file\n`;
      return this.#fail(EXIT.fault, message);
    }
    const colour = isColourful(this.#terminal.stderr, this.#terminal.environment);
    const rendered = formatted.mistakes.map(
      (mistake) => `${renderDiagnostic(mistake, formatted.lines, { colour })}\n\n`,
    );
    this.#fail(EXIT.fails, rendered.join(''));
  }

  /** Records a failure; the highest exit code counts. */
  #fail(code: ExitCode, message: string): void {
    if (code > this.#code) this.#code = code;
    this.#terminal.stderr.write(message);
  }
}
