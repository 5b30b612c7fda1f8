import { isDeclarable } from '../cel/check/environment.ts';
import { ERROR } from '../cel/value/type.ts';
import { Diagnostics, sortDiagnostics, wholeFile } from '../diagnostic/collect.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { CryptoProvider } from '../engine/identity/crypto.ts';
import type { Issuer } from '../engine/identity/issuer.ts';
import { indexOf } from '../engine/set/policy-index.ts';
import type { CompiledPolicy, PolicySet } from '../engine/set/policy-set.ts';
import { compileDataset, type DeclaredData, nameInExpressions } from './compile/compile-data.ts';
import { compileIssuer } from './compile/compile-issuer.ts';
import type { Folder } from './compile/compile-policy.ts';
import { compileTest } from './compile/compile-test.ts';
import { refuseConflicts } from './compile/conflicts.ts';
import {
  compileEnvironments,
  type Environments,
  inEnvironment,
  refuseUnknownShadows,
} from './compile/environments.ts';
import type { LocatedExpression } from './compile/expression-location.ts';
import { Expressions } from './compile/expressions.ts';
import { isBroken, readDocuments, refuseStrays, split } from './compile/folder-documents.ts';
import { PolicyCompiler, type Scopes } from './compile/policy-compiler.ts';
import type { PolicyTestDocument } from './compile/policy-test.ts';
import { References } from './compile/references.ts';
import { API_VERSION, type DocumentOf, documentsOf, type PolicyDocument } from './language/document.ts';
import { suggestion } from './language/fields.ts';
import type { PolicySpec } from './language/policy-document.ts';
import { report } from './language/reader.ts';
import { silence } from './lint/ignore-comments.ts';
import { lint } from './lint/lint.ts';
import type { LintOptions } from './lint/lint-input.ts';
import type { PolicyFiles } from './yaml/policy-files.ts';
import { readYaml, type YamlFile } from './yaml/yaml-file.ts';

/** What a folder's documents come to; it becomes a `PolicySet` with the revision of its bytes. */
export interface CompiledFolder {
  /** Undefined when the folder holds an error: a broken folder never decides. */
  readonly set: Omit<PolicySet, 'revision' | 'revisionText'> | undefined;
  /** In order of name. Not to be run when the folder holds an error. */
  readonly tests: readonly PolicyTestDocument[];
  /** Sorted by file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the expressions of each document may read, for tools. */
  readonly scopes: Scopes;
  /** The expressions of a policy in the order of compilation, with their locations, for tools. */
  expressionsOf(policy: string): readonly LocatedExpression[];
}

export interface CompileOptions {
  /** Imports the keys of issuers. */
  readonly crypto: CryptoProvider;
  /** The reason table, against which the tests' `reason` is checked; without it any reason passes. */
  readonly reasons?: Iterable<string>;
  /** Look for what is well-formed and hardly meant as well. Without it that time is saved. */
  readonly lint?: LintOptions | undefined;
  /** The Environment to decide in; unless told, the only one. */
  readonly environment?: string | undefined;
  /** Whether several Environments of which none was named are a mistake. */
  readonly mustChoose?: boolean;
  /** In the place of `readYaml`, for who keeps what was parsed before. */
  readonly parse?: typeof readYaml;
}

/** Compiles a whole folder. Every mistake in it is found at once, as far as one does not hide another. */
export function compileFolder(files: PolicyFiles, options: CompileOptions): CompiledFolder {
  const steps = compileSteps(files, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** How a compilation makes room for requests. */
export interface Slices {
  /** Milliseconds, from any origin. */
  now(): number;
  /** Lets others run. */
  pause(): Promise<void>;
}

/** The longest that a slice goes on before it makes room, in milliseconds; one step may be longer. */
const SLICE = 4;

/** `compileFolder` for a process that answers requests meanwhile. */
export async function compileInSlices(
  files: PolicyFiles,
  options: CompileOptions,
  { now, pause }: Slices,
): Promise<CompiledFolder> {
  const steps = compileSteps(files, options);
  let started = now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (now() - started < SLICE) continue;
    await pause();
    started = now();
  }
}

/** One step is a file that is parsed or read, or a document that is compiled. */
function* compileSteps(files: PolicyFiles, options: CompileOptions): Generator<undefined, CompiledFolder> {
  const diagnostics = new Diagnostics();
  const [policyFiles, others] = split(yield* parseFiles(files, options));
  const { documents, doubled, incomplete } = yield* readDocuments(policyFiles, diagnostics);
  const references = new References(files);

  const issuers = new Map<string, Issuer | undefined>();
  for (const { name, spec } of documentsOf(documents, 'Issuer')) {
    issuers.set(name.value, spec && compileIssuer(name.value, spec, references, options.crypto));
  }
  const datasets = compileDatasets(documents, references);
  const environmentDocuments = documentsOf(documents, 'Environment');
  const environments = compileEnvironments(environmentDocuments);
  const expressions = new Expressions()
    .extended('data', new Map([...datasets].map(([name, { declaration }]) => [name, declaration])))
    .extended('env', environments.declarations);
  const folder: Folder = { expressions, references, issuers, incomplete };
  const compiling = new PolicyCompiler(documents, folder);
  for (const document of documentsOf(documents, 'Policy')) {
    compiling.compile(document);
    yield;
  }
  for (const document of documentsOf(doubled, 'Policy')) compiling.read(document);
  const { policies } = compiling;
  refuseConflicts(compiling.written, environments.values);
  if (!incomplete) refuseUnknownShadows(environmentDocuments, policies);
  const environment = chosen(environmentDocuments, options, diagnostics);
  const known = {
    policies,
    issuers,
    environments: environments.values,
    partial: compiling.partial,
    incomplete,
    reasons: options.reasons && new Set(options.reasons),
  };
  const tests: PolicyTestDocument[] = [];
  for (const document of documentsOf(documents, 'PolicyTest')) {
    if (document.spec === undefined) continue;
    tests.push(compileTest(document, document.spec, known));
    yield;
  }

  refuseStrays(others, references, incomplete, diagnostics);
  const { lint: lintOptions } = options;
  const linted = diagnostics.errors === 0 && lintOptions !== undefined;
  if (diagnostics.errors === 0) {
    warnOfUnused(documents, compiling.specs);
    compiling.warnOfUnused();
    warnOfUnusedData(documents, expressions);
  }
  if (linted) {
    const { written } = compiling;
    const { valid } = expressions;
    const shadowed = new Set([...environments.values.values()].flatMap(({ shadow }) => [...shadow]));
    yield* lint({ written, policies, issuers, tests, expressions: valid, shadowed, options: lintOptions });
  }
  const unread = incomplete || others.some(isBroken);
  if (!unread && !documents.some(({ kind }) => kind === 'Policy')) {
    const help = `a policy is a YAML document with \`apiVersion: ${API_VERSION}\` and \`kind: Policy\``;
    diagnostics.report('no_policies', wholeFile(''), 'the folder holds no policy', help);
  }
  return {
    set: diagnostics.errors > 0 ? undefined : finish(policies, issuers, datasets, environments, environment),
    tests: byName(tests),
    diagnostics: sortDiagnostics(
      silence(policyFiles, diagnostics.sorted(), {
        isWhole: linted,
        unjudged: tests.length === 0 && lintOptions?.isStrict !== true ? ['policy_without_tests'] : [],
      }),
    ),
    scopes: compiling.scopes,
    expressionsOf: (policy) => compiling.expressionsOf(policy),
  };
}

function* parseFiles(
  { yaml }: PolicyFiles,
  { parse = readYaml }: Pick<CompileOptions, 'parse'>,
): Generator<undefined, readonly YamlFile[]> {
  const parsed: YamlFile[] = [];
  for (const [path, bytes] of yaml) {
    parsed.push(parse(path, bytes));
    yield;
  }
  return parsed;
}

function finish(
  policies: ReadonlyMap<string, CompiledPolicy>,
  issuers: ReadonlyMap<string, Issuer | undefined>,
  datasets: ReadonlyMap<string, DeclaredData>,
  { values }: Environments,
  environment: string,
): CompiledFolder['set'] {
  const valid = [...issuers].filter((entry): entry is [string, Issuer] => entry[1] !== undefined);
  const set = {
    policies: byName([...policies.values()]),
    issuers: new Map(valid),
    data: Object.fromEntries([...datasets].map(([name, { value }]) => [name, value])),
    environments: values,
    environment: '',
    env: {},
  };
  const chosenSet = inEnvironment(set, environment) ?? set;
  // The first request need not wait for it.
  indexOf(chosenSet.policies);
  return chosenSet;
}

function compileDatasets(
  documents: readonly PolicyDocument[],
  references: References,
): ReadonlyMap<string, DeclaredData> {
  const datasets = new Map<string, DeclaredData>();
  for (const document of documentsOf(documents, 'Dataset')) {
    const dataset = document.spec && compileDataset(document, document.spec, references);
    const name = nameInExpressions(document.name.value);
    // What reads one that is wrong is not wrong for that.
    if (isDeclarable(name)) datasets.set(name, dataset ?? { value: null, declaration: { type: ERROR } });
  }
  return datasets;
}

/** The Environment that the set decides in; empty: none was asked for and there are several, or none at all. */
function chosen(
  documents: readonly DocumentOf<'Environment'>[],
  { environment, mustChoose = false }: Pick<CompileOptions, 'environment' | 'mustChoose'>,
  diagnostics: Diagnostics,
): string {
  const names = documents.map(({ name }) => name.value);
  const [first, second] = documents;
  if (environment !== undefined) {
    if (names.includes(environment)) return environment;
    const message = `no Environment is called \`${environment}\``;
    diagnostics.report('unknown_environment', wholeFile(''), message, suggestion(environment, names));
    return '';
  }
  if (second === undefined) return first?.name.value ?? '';
  if (mustChoose) {
    const all = names.map((name) => `\`${name}\``).join(', ');
    const help = `say which decides here: \`--environment\` with one of ${all}`;
    diagnostics.report(
      'unknown_environment',
      wholeFile(''),
      'the folder has several Environments, and `--environment` names none',
      help,
    );
  }
  return '';
}

function warnOfUnusedData(documents: readonly PolicyDocument[], { read }: Expressions): void {
  for (const { name } of documentsOf(documents, 'Dataset')) {
    const called = `data.${nameInExpressions(name.value)}`;
    if (!read.has(called))
      report({ ...name.at, path: '' }, 'unused_dataset', `no expression reads \`${called}\``);
  }
}

function byName<T extends { readonly name: string }>(named: readonly T[]): readonly T[] {
  return named.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** An issuer that nobody names does nothing, which is seldom what somebody who adds it wants. */
function warnOfUnused(documents: readonly PolicyDocument[], policies: readonly PolicySpec[]): void {
  const used = new Set<string>();
  for (const { authenticate } of policies) {
    for (const { value } of authenticate?.jwt?.issuers ?? []) used.add(value);
  }
  for (const { kind, spec } of documents) {
    if (kind === 'PolicyTest')
      for (const { value } of spec?.callers?.values() ?? []) used.add(value.jwt?.issuer?.value ?? '');
  }
  for (const { kind, name } of documents) {
    if (kind !== 'Issuer' || used.has(name.value)) continue;
    report({ ...name.at, path: '' }, 'unused_issuer', `no policy accepts tokens of \`${name.value}\``);
  }
}
