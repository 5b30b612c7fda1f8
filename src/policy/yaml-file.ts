import { parseAllDocuments, type YAMLError } from 'yaml';
import { diagnose, wholeFile } from '../diagnostic/collect.ts';
import type { Diagnostic, Span } from '../diagnostic/diagnostic.ts';
import { Lines } from '../diagnostic/lines.ts';
import type { Mark, Tree } from './tree.ts';
import { Faults, toTree } from './yaml-tree.ts';

/** A YAML file, parsed. */
export interface YamlFile {
  readonly path: string;
  readonly lines: Lines;
  /** Without the empty ones. */
  readonly documents: readonly YamlDocument[];
  /** What in it is no YAML, or more of it than policies may use. */
  readonly mistakes: readonly Diagnostic[];
}

export interface YamlDocument {
  /** What could be read; undefined when nothing could. */
  readonly tree: Tree | undefined;
  /** Its text is no YAML: what `tree` says is not to be trusted. */
  readonly broken: boolean;
}

/** Mistakes of syntax shown for one document: those that follow are mostly echoes. */
const SHOWN = 3;

/**
 * Parses a file. Custom tags, duplicate keys and more than 100 aliases are mistakes as wrong syntax is. Never
 * throws.
 */
export function readYaml(path: string, bytes: Uint8Array): YamlFile {
  const text = decode(bytes);
  if (text === undefined) {
    const mistake = diagnose(
      'not_utf8',
      wholeFile(path),
      'the file is not UTF-8 text',
      'save the file as UTF-8',
    );
    return {
      path,
      lines: new Lines(''),
      documents: [{ tree: undefined, broken: true }],
      mistakes: [mistake],
    };
  }
  const lines = new Lines(text);
  const mistakes: Diagnostic[] = [];
  const faults = new Faults((code, mark, message, help) => {
    mistakes.push(diagnose(code, spanOf({ path, lines }, mark), message, help));
  });
  return { path, lines, documents: readDocuments(lines.text, faults), mistakes };
}

function readDocuments(text: string, faults: Faults): YamlDocument[] {
  const documents: YamlDocument[] = [];
  try {
    const parsed = parseAllDocuments(text, {
      keepSourceTokens: true,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
    });
    if (!Array.isArray(parsed)) return [];
    for (const document of parsed) {
      const before = faults.count;
      for (const error of document.errors.slice(0, SHOWN)) {
        faults.add('yaml_syntax', markOf(error), sentence(error), BY_CODE.get(error.code)?.[1]);
      }
      const broken = faults.count > before;
      const tree = toTree(document.contents, text, faults);
      if (tree !== undefined || broken) documents.push({ tree, broken });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.add('yaml_syntax', { start: 0, end: 0 }, 'values are nested too deeply');
    documents.push({ tree: undefined, broken: true });
  }
  return documents;
}

/** The place of a mark of this file. */
export function spanOf({ path, lines }: Pick<YamlFile, 'path' | 'lines'>, { start, end }: Mark): Span {
  return { file: path, start: lines.position(start), end: lines.position(Math.max(start, end)) };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function markOf({ pos: [start, end] }: YAMLError): Mark {
  return { start, end: Math.max(end, start + 1) };
}

/** The parser's sentence in our form: lower case, no full stop, and plainer where its own speaks of productions. */
function sentence({ code, message }: YAMLError): string {
  const first = message.split('\n')[0] ?? '';
  const known = PLAINER.find(([theirs]) => first.startsWith(theirs))?.[1] ?? BY_CODE.get(code)?.[0];
  if (known !== undefined) return known;
  const plain = first.replace(/[.:]$/, '');
  return /^[A-Z][a-z]/.test(plain) ? plain.charAt(0).toLowerCase() + plain.slice(1) : plain;
}

const PLAINER = [
  ['Implicit map keys need', 'a key without a `:` behind it'],
  ['Nested mappings are not allowed', 'a second `key: value` on the line of the first'],
  ['All mapping items must start', 'a key that stands in another column than the keys it belongs to'],
  ['Missing closing', 'a quote that is not closed'],
  ['Flow ', 'a `[` or `{` that is not closed'],
] as const;

/** Sentence, undefined for the parser's own, and help by the parser's code. */
const BY_CODE: ReadonlyMap<string, readonly [string | undefined, string]> = new Map([
  ['RESOURCE_EXHAUSTION', ['values are nested too deeply', 'nest less, policies need a few levels only']],
  ['TAB_AS_INDENT', ['a tab is used as indentation', 'indent with spaces']],
  ['BAD_INDENT', [undefined, 'lines that belong together start in the same column']],
  ['MULTILINE_IMPLICIT_KEY', [undefined, 'a key and its `:` stand on one line, is a `:` missing?']],
  ['MISSING_CHAR', [undefined, 'is a `:`, a quote or a bracket missing?']],
  ['BLOCK_AS_IMPLICIT_KEY', [undefined, 'put text that has `: ` in it in quotes']],
  ['BAD_SCALAR_START', [undefined, 'put the text in quotes']],
  [
    'BAD_DQ_ESCAPE',
    [undefined, 'a backslash in double quotes starts an escape: write it twice, or use single quotes'],
  ],
]);
