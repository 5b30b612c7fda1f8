import { Diagnostics, wholeFile } from '../../diagnostic/collect.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import {
  API_VERSION,
  isKindOf,
  type PolicyDocument,
  readDocument,
  sourceOf,
  versionOf,
} from '../language/document.ts';
import { child, report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { YamlFile } from '../yaml/yaml-file.ts';
import type { Reading } from './reading.ts';
import type { References } from './references.ts';
import { isPolicyText, marksRoot, ROOT_FILE } from './root-file.ts';

/** Files with policy documents, and other YAML files. */
export function split(parsed: readonly YamlFile[]): [YamlFile[], YamlFile[]] {
  const policyFiles: YamlFile[] = [];
  const others: YamlFile[] = [];
  for (const file of parsed) (holdsPolicies(file) ? policyFiles : others).push(file);
  return [policyFiles, others];
}

/** True if a file has policy documents. A file with a syntax error is judged by its text. */
export function holdsPolicies(file: YamlFile): boolean {
  if (isBroken(file)) return isPolicyText(file.lines.text);
  return documentsOf(file, new Diagnostics()).some(isPolicyDocument);
}

/** True for a document of this language, also if its version is missing or misspelt. */
function isPolicyDocument(at: Cursor): boolean {
  const version = versionOf(at);
  if (version?.startsWith('lictor/') === true) return true;
  const isOfOther = version !== undefined && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+\//.test(version);
  return !isOfOther && isKindOf(at) && child(at, 'spec') !== undefined;
}

export function isBroken({ documents }: YamlFile): boolean {
  return documents.some(({ broken }) => broken);
}

function documentsOf({ path, lines, documents }: YamlFile, diagnostics: Diagnostics): Cursor[] {
  const context = { path, lines, diagnostics };
  return documents.flatMap(({ tree, broken }) =>
    broken || tree === undefined ? [] : [{ context, tree, path: '', key: undefined }],
  );
}

export interface Documents {
  readonly documents: readonly PolicyDocument[];
  /** Documents with the name of an earlier one of their kind, which is reported; their other mistakes are not yet. */
  readonly duplicates: readonly PolicyDocument[];
  /** True if the kind or name of some document could not be read. */
  readonly incomplete: boolean;
}

/** The documents of all files, one file per step. Of documents with one kind and name the first is kept. */
export function* readDocuments(
  policyFiles: readonly YamlFile[],
  diagnostics: Diagnostics,
  reading: Reading,
): Generator<undefined, Documents> {
  const documents = new Map<string, PolicyDocument>();
  const duplicates: PolicyDocument[] = [];
  let incomplete = false;
  for (const file of policyFiles) {
    for (const mistake of file.mistakes) diagnostics.add(mistake);
    incomplete ||= isBroken(file);
    const read = reading.read(file, () => documentsOf(file, diagnostics).map(readDocument));
    for (const document of read) {
      if (document === undefined) {
        incomplete = true;
        continue;
      }
      const key = `${document.kind} ${document.name.value}`;
      const earlier = documents.get(key);
      if (earlier === undefined) documents.set(key, document);
      else {
        reportDuplicate(document, earlier);
        duplicates.push(document);
      }
    }
    yield;
  }
  return { documents: [...documents.values()], duplicates, incomplete };
}

function reportDuplicate({ kind, name }: PolicyDocument, earlier: PolicyDocument): void {
  const { file, line } = sourceOf(earlier.name.at);
  const message = `another ${kind} has the name \`${name.value}\`, at ${file}:${line}`;
  report(name.at, 'duplicate_name', message, 'documents of one kind have unique names');
}

/**
 * Reports YAML files that are not a part of the policies. Where folders have a `lictor.yaml`, only files in these are:
 * the others are those of other programs.
 */
export function reportStrays(
  { all, others }: { readonly all: readonly YamlFile[]; readonly others: readonly YamlFile[] },
  { used }: References,
  incomplete: boolean,
  diagnostics: Diagnostics,
): void {
  const roots = all.filter(isRootFile).map(({ path }) => path.slice(0, -ROOT_FILE.length));
  for (const file of others) {
    if (used.has(file.path) || file.documents.length === 0) continue;
    if (file.mistakes.length > 0 && /\{\{.*\}\}/.test(file.lines.text)) {
      const message = 'the file is a template of another program, with `{{ }}`';
      const help = 'move it out of the policy folder, or put what the program renders here';
      diagnostics.report('stray_file', wholeFile(file.path), message, help);
      continue;
    }
    if (roots.length > 0 && !roots.some((root) => file.path.startsWith(root))) continue;
    for (const mistake of file.mistakes) diagnostics.add(mistake);
    if (incomplete || isBroken(file)) continue;
    const [first] = documentsOf(file, diagnostics);
    const version = first && versionOf(first);
    const isMisspelt = version !== undefined && nearest(version, [API_VERSION]) !== undefined;
    const help = isMisspelt
      ? `did you mean \`apiVersion: ${API_VERSION}\`?`
      : `a policy document starts with \`apiVersion: ${API_VERSION}\`; a schema, key set or dataset is named by a document`;
    const message = 'the file has no policy documents, and no document refers to it';
    diagnostics.report('stray_file', wholeFile(file.path), message, help);
  }
}

function isRootFile({ path, lines }: YamlFile): boolean {
  return (path === ROOT_FILE || path.endsWith(`/${ROOT_FILE}`)) && marksRoot(lines.text);
}
