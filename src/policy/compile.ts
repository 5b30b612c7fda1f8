import { Diagnostics, wholeFile } from '../diagnostic/collect.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { nearest } from '../diagnostic/suggest.ts';
import type { Issuer } from '../identity/issuer.ts';
import { compileIssuer } from './compile-issuer.ts';
import { compilePolicy, type Folder } from './compile-policy.ts';
import { compileTest } from './compile-test.ts';
import {
  API_VERSION,
  isOfLaterKind,
  type PolicyDocument,
  readDocument,
  sourceOf,
  versionOf,
} from './document.ts';
import { Expressions } from './expressions.ts';
import type { PolicyFiles } from './policy-files.ts';
import type { CompiledPolicy, PolicySet } from './policy-set.ts';
import type { PolicyTestDocument } from './policy-test.ts';
import { type Cursor, report } from './reader.ts';
import { References } from './references.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** What a folder's documents come to; it becomes a `PolicySet` with the revision of its bytes. */
export interface CompiledFolder {
  /** Undefined when the folder holds an error: a broken folder never decides. */
  readonly set: Omit<PolicySet, 'revision' | 'revisionText'> | undefined;
  /** In order of name. Not to be run when the folder holds an error. */
  readonly tests: readonly PolicyTestDocument[];
  /** Sorted by file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompileOptions {
  /** The reason table, against which the tests' `reason` is checked; without it any reason passes. */
  readonly reasons?: Iterable<string>;
}

/** Compiles a whole folder. Every mistake in it is found at once, as far as one does not hide another. */
export function compileFolder(files: PolicyFiles, options: CompileOptions = {}): CompiledFolder {
  const diagnostics = new Diagnostics();
  const [policyFiles, others] = split([...files.yaml].map(([path, bytes]) => readYaml(path, bytes)));
  const { documents, incomplete } = readDocuments(policyFiles, diagnostics);
  const references = new References(files);

  const issuers = new Map<string, Issuer | undefined>();
  for (const { kind, name, spec } of documents) {
    if (kind === 'Issuer') issuers.set(name.value, spec && compileIssuer(name.value, spec, references));
  }
  const folder: Folder = { expressions: new Expressions(), references, issuers, incomplete };
  const policies = new Map<string, CompiledPolicy>();
  for (const document of documents) {
    if (document.kind === 'Policy' && document.spec !== undefined) {
      policies.set(document.name.value, compilePolicy(document, document.spec, folder));
    }
  }
  const known = { policies, issuers, incomplete, reasons: options.reasons && new Set(options.reasons) };
  const tests = documents.flatMap((document) =>
    document.kind === 'PolicyTest' && document.spec ? [compileTest(document, document.spec, known)] : [],
  );

  refuseStrays(others, references, incomplete, diagnostics);
  if (diagnostics.errors === 0) warnOfUnused(documents);
  const unread = incomplete || others.some(isBroken);
  if (!unread && !documents.some(({ kind }) => kind === 'Policy')) {
    const help = `a policy is a YAML document with \`apiVersion: ${API_VERSION}\` and \`kind: Policy\``;
    diagnostics.report('no_policies', wholeFile(''), 'the folder holds no policy', help);
  }
  return {
    set: finish(policies, issuers, diagnostics),
    tests: byName(tests),
    diagnostics: diagnostics.sorted(),
  };
}

function finish(
  policies: ReadonlyMap<string, CompiledPolicy>,
  issuers: ReadonlyMap<string, Issuer | undefined>,
  diagnostics: Diagnostics,
): CompiledFolder['set'] {
  if (diagnostics.errors > 0) return undefined;
  const sound = [...issuers].filter((entry): entry is [string, Issuer] => entry[1] !== undefined);
  return { policies: byName([...policies.values()]), issuers: new Map(sound) };
}

function byName<T extends { readonly name: string }>(named: readonly T[]): readonly T[] {
  return named.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Files that hold policies, and other YAML. */
function split(parsed: readonly YamlFile[]): [YamlFile[], YamlFile[]] {
  const policyFiles: YamlFile[] = [];
  const others: YamlFile[] = [];
  for (const file of parsed) (holdsPolicies(file) ? policyFiles : others).push(file);
  return [policyFiles, others];
}

/** A file that is broken is judged by its text. */
function holdsPolicies(file: YamlFile): boolean {
  if (isBroken(file)) return /^apiVersion:\s*["']?lictor\//m.test(file.lines.text);
  return documentsOf(file, new Diagnostics()).some((at) => versionOf(at)?.startsWith('lictor/') === true);
}

function isBroken({ documents }: YamlFile): boolean {
  return documents.some(({ broken }) => broken);
}

function documentsOf({ path, lines, documents }: YamlFile, diagnostics: Diagnostics): Cursor[] {
  const origin = { path, lines, diagnostics };
  return documents.flatMap(({ tree, broken }) =>
    broken || tree === undefined ? [] : [{ origin, tree, path: '', key: undefined }],
  );
}

interface Documents {
  readonly documents: readonly PolicyDocument[];
  /** Some document could not be read as far as its kind and name. */
  readonly incomplete: boolean;
}

/** The documents of all files; two of a kind with one name are reported, and the first is kept. */
function readDocuments(policyFiles: readonly YamlFile[], diagnostics: Diagnostics): Documents {
  const documents = new Map<string, PolicyDocument>();
  let incomplete = false;
  for (const file of policyFiles) {
    for (const mistake of file.mistakes) diagnostics.add(mistake);
    incomplete ||= isBroken(file);
    for (const at of documentsOf(file, diagnostics)) {
      const document = readDocument(at);
      if (document === undefined) incomplete ||= !isOfLaterKind(at);
      else {
        const key = `${document.kind} ${document.name.value}`;
        const earlier = documents.get(key);
        if (earlier === undefined) documents.set(key, document);
        else reportDoubled(document, earlier);
      }
    }
  }
  return { documents: [...documents.values()], incomplete };
}

function reportDoubled({ kind, name }: PolicyDocument, earlier: PolicyDocument): void {
  const { file, line } = sourceOf(earlier.name.at);
  const message = `another ${kind} is called \`${name.value}\`, at ${file}:${line}`;
  report(name.at, 'duplicate_name', message, 'names are unique within their kind');
}

function refuseStrays(
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

/** An issuer that nobody names does nothing, which is seldom what somebody who adds it wants. */
function warnOfUnused(documents: readonly PolicyDocument[]): void {
  const used = new Set<string>();
  for (const { kind, spec } of documents) {
    if (kind === 'Policy') for (const { value } of spec?.authenticate?.jwt?.issuers ?? []) used.add(value);
    if (kind === 'PolicyTest')
      for (const { value } of spec?.callers?.values() ?? []) used.add(value.jwt?.issuer?.value ?? '');
  }
  for (const { kind, name } of documents) {
    if (kind !== 'Issuer' || used.has(name.value)) continue;
    report({ ...name.at, path: '' }, 'unused_issuer', `no policy accepts tokens of \`${name.value}\``);
  }
}
