import { Diagnostics, wholeFile } from '../../diagnostic/collect.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { API_VERSION, type PolicyDocument, readDocument, sourceOf, versionOf } from '../language/document.ts';
import { report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { YamlFile } from '../yaml/yaml-file.ts';
import type { References } from './references.ts';

/** Files that hold policies, and other YAML. */
export function split(parsed: readonly YamlFile[]): [YamlFile[], YamlFile[]] {
  const policyFiles: YamlFile[] = [];
  const others: YamlFile[] = [];
  for (const file of parsed) (holdsPolicies(file) ? policyFiles : others).push(file);
  return [policyFiles, others];
}

/** Whether a file has policy documents; one that is broken is judged by its text. */
export function holdsPolicies(file: YamlFile): boolean {
  if (isBroken(file)) return /^apiVersion:\s*["']?lictor\//m.test(file.lines.text);
  return documentsOf(file, new Diagnostics()).some((at) => versionOf(at)?.startsWith('lictor/') === true);
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
  /** Those whose name another of their kind has, which was reported; what else is wrong with them is still to be. */
  readonly doubled: readonly PolicyDocument[];
  /** Some document could not be read as far as its kind and name. */
  readonly incomplete: boolean;
}

/** The documents of all files, one file a step; two of a kind with one name are reported, and the first is kept. */
export function* readDocuments(
  policyFiles: readonly YamlFile[],
  diagnostics: Diagnostics,
): Generator<undefined, Documents> {
  const documents = new Map<string, PolicyDocument>();
  const doubled: PolicyDocument[] = [];
  let incomplete = false;
  for (const file of policyFiles) {
    for (const mistake of file.mistakes) diagnostics.add(mistake);
    incomplete ||= isBroken(file);
    for (const at of documentsOf(file, diagnostics)) {
      const document = readDocument(at);
      if (document === undefined) {
        incomplete = true;
        continue;
      }
      const key = `${document.kind} ${document.name.value}`;
      const earlier = documents.get(key);
      if (earlier === undefined) documents.set(key, document);
      else {
        reportDoubled(document, earlier);
        doubled.push(document);
      }
    }
    yield;
  }
  return { documents: [...documents.values()], doubled, incomplete };
}

function reportDoubled({ kind, name }: PolicyDocument, earlier: PolicyDocument): void {
  const { file, line } = sourceOf(earlier.name.at);
  const message = `another ${kind} is called \`${name.value}\`, at ${file}:${line}`;
  report(name.at, 'duplicate_name', message, 'names are unique within their kind');
}

export function refuseStrays(
  others: readonly YamlFile[],
  { used }: References,
  incomplete: boolean,
  diagnostics: Diagnostics,
): void {
  for (const file of others) {
    if (used.has(file.path) || file.documents.length === 0) continue;
    for (const mistake of file.mistakes) diagnostics.add(mistake);
    if (incomplete || isBroken(file)) continue;
    const [first] = documentsOf(file, diagnostics);
    const version = first && versionOf(first);
    const meant = version !== undefined && nearest(version, [API_VERSION]) !== undefined;
    const help = meant
      ? `did you mean \`apiVersion: ${API_VERSION}\`?`
      : `a policy file says \`apiVersion: ${API_VERSION}\`; a schema or key set is named by a document`;
    const message = 'this file holds no policy documents, and no document refers to it';
    diagnostics.report('stray_file', wholeFile(file.path), message, help);
  }
}
