import { type Advice, describedEdit, isCertain } from '../../diagnostic/advice.ts';
import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { diagnose, wholeFile } from '../../diagnostic/collect.ts';
import type { Diagnostic, Span } from '../../diagnostic/diagnostic.ts';
import { Lines } from '../../diagnostic/lines.ts';
import type { Edit, Range } from '../../diagnostic/range.ts';
import { utf8Text } from '../../engine/request/utf8.ts';
import { type ParsedYaml, parseYaml } from './parse-yaml.ts';
import type { Tree } from './tree.ts';
import { syntaxMistake } from './yaml-mistake.ts';
import { toTrees, YamlMistakes } from './yaml-tree.ts';

/** A parsed YAML file. */
export interface YamlFile {
  readonly path: string;
  readonly lines: Lines;
  /** All documents except empty ones. */
  readonly documents: readonly YamlDocument[];
  /** Mistakes of YAML syntax, and features of YAML that policies may not use. */
  readonly mistakes: readonly Diagnostic[];
  /** Number of its values, before aliases are resolved. */
  readonly values: number;
}

interface YamlDocument {
  /** The readable part of the document; undefined if there is none. */
  readonly tree: Tree | undefined;
  /** True if the document has a syntax error, so that `tree` may not be what the author meant. */
  readonly broken: boolean;
}

/**
 * Parses a file. Custom tags, duplicate keys and more than 100 aliases are mistakes, as wrong syntax is. Never throws.
 */
export function readYaml(path: string, bytes: Uint8Array): YamlFile {
  const text = utf8Text(bytes);
  if (text === undefined) {
    const mistake = diagnose(
      'not_utf8',
      wholeFile(path),
      'the file is not valid UTF-8',
      'save the file as UTF-8',
    );
    return {
      path,
      lines: new Lines(''),
      documents: [{ tree: undefined, broken: true }],
      mistakes: [mistake],
      values: 0,
    };
  }
  const lines = new Lines(text);
  const mistakes: Diagnostic[] = [];
  const collector = new YamlMistakes((code, range, message, help) => {
    mistakes.push(withFix({ path, lines }, code, range, message, help));
  });
  const parsed = parseYaml(lines.text);
  return {
    path,
    lines,
    documents: readDocuments(parsed, lines.text, collector),
    mistakes,
    values: parsed.values,
  };
}

/** The diagnostic of a mistake, with the edit of its help or the one that the form of the help describes. */
function withFix(
  file: Pick<YamlFile, 'path' | 'lines'>,
  code: DiagnosticCode,
  range: Range,
  message: string,
  given: string | Advice | undefined,
): Diagnostic {
  const span = spanOf(file, range);
  if (given === undefined) return diagnose(code, span, message);
  const { help, edit = editOf(file.lines.text, range, message, help) } =
    typeof given === 'string' ? { help: given } : given;
  if (edit === undefined) return diagnose(code, span, message, help);
  const { start, end } = spanOf(file, edit);
  return diagnose(code, span, message, help, { start, end, text: edit.text, isCertain: isCertain(help) });
}

function editOf(text: string, { start, end }: Range, message: string, help: string): Edit | undefined {
  const edit = describedEdit(message, help, text.slice(start, end));
  return edit && { start: start + edit.start, end: start + edit.end, text: edit.text };
}

/** Broken documents of a file whose mistake is explained, which takes a look at the whole text. */
const MOST_EXPLAINED = 20;

function readDocuments(
  { documents, excess }: ParsedYaml,
  text: string,
  collector: YamlMistakes,
): YamlDocument[] {
  const read: YamlDocument[] = [];
  let explained = 0;
  for (const document of documents) {
    const broken = document.errors.length > 0;
    if (broken && explained < MOST_EXPLAINED) {
      explained += 1;
      const mistake = syntaxMistake(document, text);
      if (mistake !== undefined) collector.add('yaml_syntax', mistake.range, mistake.message, mistake.help);
    }
    const { count } = collector;
    const trees = toTrees(document.contents, text, broken ? new YamlMistakes(() => undefined) : collector);
    const isLost = trees.length === 0 && (broken || collector.count > count);
    if (isLost) read.push({ tree: undefined, broken: true });
    for (const tree of trees) read.push({ tree, broken });
  }
  if (excess !== undefined) {
    collector.add(
      excess.code,
      { start: excess.at, end: excess.at + 1 },
      excess.message,
      'split it, or nest less',
    );
    read.push({ tree: undefined, broken: true });
  }
  return read;
}

/** The span of a range of this file. */
export function spanOf({ path, lines }: Pick<YamlFile, 'path' | 'lines'>, { start, end }: Range): Span {
  return { file: path, start: lines.position(start), end: lines.position(Math.max(start, end)) };
}
