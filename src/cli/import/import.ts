import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { printable } from '../../diagnostic/printable.ts';
import { renderDiagnostic } from '../../diagnostic/render.ts';
import { quoted } from '../../diagnostic/suggest.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { compileFolder } from '../../policy/compile-folder.ts';
import { plainJson } from '../../policy/yaml/tree.ts';
import { readYaml } from '../../policy/yaml/yaml-file.ts';
import { format } from '../../tools/format/format.ts';
import { importData } from '../../tools/import/import-data.ts';
import type { Imported, ImportedDocument } from '../../tools/import/imported.ts';
import { importIstio } from '../../tools/import/istio/import-istio.ts';
import { importOpenApi } from '../../tools/import/openapi/import-openapi.ts';
import { writeDocument } from '../../tools/import/write-document.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { readInput } from '../terminal/read-input.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import type { ImportOptions } from './flags.ts';
import { SOURCES, type Source } from './sources.ts';

/** Makes policy documents of foreign ones; `name` is that of the file, without its ending. */
const IMPORTERS = {
  istio: importIstio,
  openapi: importOpenApi,
  'opa-data': importData,
} as const satisfies Record<Source, (documents: readonly JsonValue[], name: string) => Imported>;

/** `lictor import SOURCE FILE`: prints or writes policies with the meaning of foreign documents. */
export async function importFile(
  written: string,
  file: string,
  { out }: ImportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const usage = (problem: string): ExitCode => {
    complain(terminal, 'import', problem);
    return EXIT.usage;
  };
  const source = SOURCES.find((each) => each === written);
  if (source === undefined) return usage(`unknown source \`${written}\`; write ${quoted(SOURCES)}`);
  const input = await readInput(file, terminal);
  if (input.problem !== undefined) return usage(input.problem);
  const shown = file === '-' ? '<stdin>' : file;
  const yaml = readYaml(shown, input.bytes);
  if (yaml.mistakes.length > 0) {
    const colour = isColourful(terminal.stderr, terminal.environment);
    const mistakes = yaml.mistakes.map((each) => `${renderDiagnostic(each, yaml.lines, { colour })}\n\n`);
    terminal.stderr.write(mistakes.join(''));
    return usage(`\`${shown}\` cannot be read`);
  }
  const documents = yaml.documents.flatMap(({ tree }) => (tree === undefined ? [] : [plainJson(tree)]));
  const imported = IMPORTERS[source](documents, file === '-' ? 'data' : basename(file).replace(/\..*$/, ''));
  if (imported.problem !== undefined) return usage(`\`${shown}\` ${imported.problem}`);
  if (out === undefined) {
    terminal.stdout.write(textOf(imported.documents));
    return EXIT.fine;
  }
  const problem = await writeFolder(out, source, imported.documents, terminal);
  return problem === undefined ? EXIT.fine : usage(problem);
}

/** The documents as a formatted file. */
function textOf(documents: readonly ImportedDocument[]): string {
  const text = documents.map((each) => `${writeDocument(each)}\n`).join('---\n');
  const formatted = format('<import>', new TextEncoder().encode(text));
  if (formatted.kind === 'formatted') return withoutUnneeded(formatted.text);
  const problem = formatted.kind === 'fault' ? formatted.problem : formatted.mistakes[0]?.message;
  throw new Error(`the imported policies are not valid YAML: ${problem}`);
}

/** The text without the comments that silence a warning which other documents of the import prevent. */
function withoutUnneeded(text: string): string {
  const yaml = new Map([['import.yaml', new TextEncoder().encode(text)]]);
  const read = () => ({ problem: 'is not a part of the import' });
  const options = { crypto: nodeCrypto, lint: { isStrict: false, now: Date.now() } };
  const { diagnostics } = compileFolder({ yaml, read }, options);
  const unneeded = diagnostics.filter(({ code }) => code === 'unneeded_ignore');
  const lines = new Set(unneeded.map(({ span }) => span.start.line));
  return text
    .split('\n')
    .filter((_, index) => !lines.has(index + 1))
    .join('\n');
}

/** Writes the files of an import; none of them may exist before. The problem is a sentence. */
async function writeFolder(
  out: string,
  source: Source,
  documents: readonly ImportedDocument[],
  terminal: Terminal,
): Promise<string | undefined> {
  const dir = resolve(terminal.directory, out);
  const tests = documents.filter(({ kind }) => kind === 'PolicyTest');
  const files = new Map([
    [`${source}.yaml`, documents.filter(({ kind }) => kind !== 'PolicyTest')],
    ...(tests.length === 0 ? [] : [[`${source}.test.yaml`, tests] as const]),
  ]);
  for (const [name, content] of files) {
    const path = join(dir, name);
    const shown = relative(terminal.directory, path);
    try {
      await mkdir(dir, { recursive: true });
      await writeFile(path, textOf(content), { flag: 'wx' });
    } catch (error) {
      const code = errorCode(error);
      if (code === '') throw error;
      return code === 'EEXIST'
        ? `\`${shown}\` exists, and is not replaced`
        : `\`${shown}\` cannot be written (${code})`;
    }
    terminal.stdout.write(`${printable(shown)}\n`);
  }
  return undefined;
}
