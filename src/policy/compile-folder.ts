import { isDeclarable } from '../cel/check/environment.ts';
import type { ExpressionWork } from '../cel/expression-work.ts';
import { ERROR } from '../cel/value/type.ts';
import { type Diagnostics, sortDiagnostics, wholeFile } from '../diagnostic/collect.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { quoted } from '../diagnostic/suggest.ts';
import type { CryptoProvider } from '../engine/identity/crypto.ts';
import type { Issuer } from '../engine/identity/issuer.ts';
import type { CompiledPolicy, PolicySet } from '../engine/set/policy-set.ts';
import { callEncoder } from './compile/call-body.ts';
import { reportCallerReads } from './compile/caller-reads.ts';
import {
  type CompiledDataset,
  compileDataset,
  type DeclaredData,
  nameInExpressions,
} from './compile/compile-data.ts';
import { compileIssuer } from './compile/compile-issuer.ts';
import { compileTest } from './compile/compile-test.ts';
import { reportConflicts } from './compile/conflicts.ts';
import {
  compileEnvironments,
  type Environments,
  inEnvironment,
  reportUnknownShadows,
} from './compile/environments.ts';
import { Expressions } from './compile/expressions.ts';
import { Fixtures } from './compile/fixtures.ts';
import type { Folder, MessageSupport } from './compile/folder.ts';
import { isBroken, readDocuments, reportStrays, split } from './compile/folder-documents.ts';
import { reportIdentityReads } from './compile/identity-reads.ts';
import { reportMappedReads } from './compile/mapped-reads.ts';
import { PolicyCompiler, type PolicyParts, type Scopes } from './compile/policy-compiler.ts';
import type { PolicyTestDocument } from './compile/policy-test.ts';
import { PLAIN_READING, type Reading } from './compile/reading.ts';
import { References } from './compile/references.ts';
import { reportSharedLimits } from './compile/shared-limits.ts';
import { MOST_CASES } from './compile/test-names.ts';
import { MOST_FOLDER_VALUES, TOO_MANY_VALUES, takeValues, type ValueRoom } from './compile/value-room.ts';
import { API_VERSION, type DocumentOf, documentsOf, type PolicyDocument } from './language/document.ts';
import { suggestion } from './language/fields.ts';
import type { PolicySpec } from './language/policy-document.ts';
import { report } from './language/reader.ts';
import { silence } from './lint/ignore-comments.ts';
import { lint } from './lint/lint.ts';
import type { LintOptions } from './lint/lint-input.ts';
import type { PolicyFiles } from './yaml/policy-files.ts';
import type { Cursor } from './yaml/tree.ts';
import { readYaml, type YamlFile } from './yaml/yaml-file.ts';

/** The compilation of a folder. With the revision of its bytes, `set` becomes a `PolicySet`. */
export interface CompiledFolder extends PolicyParts {
  /** Undefined if the folder has an error: a broken folder never decides. */
  readonly set: Omit<PolicySet, 'revision' | 'revisionText'> | undefined;
  /** In order of name. Must not be run if the folder has an error. */
  readonly tests: readonly PolicyTestDocument[];
  /** Sorted by file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
  /** Names that the expressions of each document may read, for tools. */
  readonly scopes: Scopes;
}

export interface CompileOptions {
  /** Imports the keys of issuers. */
  readonly crypto: CryptoProvider;
  /** Names of the reason table, to check `reason` in tests; default: any reason is valid. */
  readonly reasons?: Iterable<string>;
  /** Options of lint; lint takes time and is skipped without them. */
  readonly lint?: LintOptions | undefined;
  /** Environment to decide in; default: the only one. */
  readonly environment?: string | undefined;
  /** False if it is a mistake to have limits with `scope: shared`, since nothing can count them; default true. */
  readonly hasSharedStore?: boolean;
  /** True if it is a mistake to name none of several Environments; default false. */
  readonly mustChoose?: boolean;
  /** Called with the path of each file before it is parsed, and before each document of it is compiled. */
  readonly onProgress?: (path: string) => void;
  /** Work on expressions, such as one that keeps results for the next compilation; default: all of it is done. */
  readonly work?: ExpressionWork | undefined;
  /** Reading of documents, such as one that keeps what it read; default: all of it is done. */
  readonly reading?: Reading | undefined;
  /** Called with the diagnostics of a folder without errors before lint, which may take longer than all before. */
  readonly onChecked?: (diagnostics: readonly Diagnostic[]) => void;
  /** Compiler of descriptor sets, if the text of a file has the field `protobuf`; see `messageSupport`. */
  readonly messages?: MessageSupport | undefined;
  /** Replacement for `readYaml`, such as one with a cache. */
  readonly parse?: typeof readYaml;
}

/** Compiles a whole folder and reports every mistake in it, except those that another mistake hides. */
export function compileFolder(files: PolicyFiles, options: CompileOptions): CompiledFolder {
  const steps = compileSteps(files, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Clock and pause of a compilation that shares its thread with requests. */
export interface Slices {
  /** Milliseconds, from any origin. */
  now(): number;
  /** Yields the thread to other work. */
  pause(): Promise<void>;
}

/** Longest time between two pauses, in milliseconds. A single step may take longer. */
const SLICE = 4;

/** As `compileFolder`, for a process that answers requests at the same time. */
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

/** The compilation in steps: one per parsed file, read file and compiled document. */
function* compileSteps(files: PolicyFiles, options: CompileOptions): Generator<undefined, CompiledFolder> {
  const { reading = PLAIN_READING } = options;
  const diagnostics = reading.begin();
  const room: ValueRoom = { left: MOST_FOLDER_VALUES };
  const parsed = yield* parseFiles(files, options, room);
  if (room.left < 0) {
    diagnostics.report('folder_too_large', wholeFile(''), TOO_MANY_VALUES, 'split it into several folders');
  }
  const [policyFiles, others] = split([...parsed.values()]);
  const { documents, duplicates, incomplete } = yield* readDocuments(policyFiles, diagnostics, reading);
  const { parse = readYaml } = options;
  const references = new References(files, (path, bytes) => parsed.get(path) ?? parse(path, bytes), room);

  const datasets = compileDatasets(documents, references, options);
  const environmentDocuments = documentsOf(documents, 'Environment');
  const environments = compileEnvironments(environmentDocuments);
  const expressions = Expressions.of(options.work)
    .extended('data', new Map([...datasets].map(([name, { declaration }]) => [name, declaration])))
    .extended('env', environments.declarations);
  const values = documentsOf(documents, 'Dataset').map(
    ({ name }) => [name.value, datasets.get(nameInExpressions(name.value))?.value ?? null] as const,
  );
  const named = new Map(values);
  const tenants = { values: named, incomplete, note: (name: string) => expressions.note(dataPath(name)) };
  const issuers = new Map<string, Issuer | undefined>();
  for (const { name, spec } of documentsOf(documents, 'Issuer')) {
    options.onProgress?.(name.at.context.path);
    issuers.set(name.value, spec && compileIssuer(name.value, spec, references, options.crypto, tenants));
  }
  const { messages } = options;
  const folder: Folder = { expressions, references, issuers, datasets: named, incomplete, messages };
  const compiler = new PolicyCompiler(documents, folder, reading);
  for (const document of documentsOf(documents, 'Policy')) {
    options.onProgress?.(document.name.at.context.path);
    compiler.compile(document);
    yield;
  }
  for (const document of documentsOf(duplicates, 'Policy')) compiler.read(document);
  yield* compiler.compileUnadopted();
  compiler.prepareBlocks((name) => {
    const dataset = datasets.get(name.replace(/^data\./, ''));
    return (name.startsWith('data.') && dataset ? [dataset] : environments.placed.get(name)) ?? [];
  });
  const { policies } = compiler;
  if (options.hasSharedStore === false) reportSharedLimits(compiler.written);
  reportConflicts(compiler.written, environments.values);
  if (!incomplete) reportUnknownShadows(environmentDocuments, policies);
  if (!incomplete && compiler.partial.size === 0 && diagnostics.errors === 0) {
    reportIdentityReads(compiler.expressions, environments.values);
    reportCallerReads(compiler.written, environments.values, issuers);
    reportMappedReads(compiler.expressions, issuers);
  }
  const environment = chosen(environmentDocuments, options, diagnostics);
  const known = {
    policies,
    issuers,
    usedIssuers: new Set<string>(),
    environments: environments.values,
    datasets: folder.datasets.keys().toArray(),
    dataset: (name: string) => {
      if (folder.datasets.has(name)) expressions.note(dataPath(name));
      return folder.datasets.get(name);
    },
    partial: compiler.partial,
    incomplete,
    reasons: options.reasons && new Set(options.reasons),
    room: { left: MOST_CASES },
    // The descriptor set of a call may be the one with a mistake.
    encodeCall: diagnostics.errors > 0 ? () => undefined : callEncoder(servicesOfSet(policies.values())),
  };
  const fixtures = new Fixtures(documentsOf(documents, 'TestFixtures'), known);
  const tests: PolicyTestDocument[] = [];
  for (const document of documentsOf(documents, 'PolicyTest')) {
    if (document.spec === undefined) continue;
    options.onProgress?.(document.name.at.context.path);
    tests.push(compileTest(document, document.spec, known, fixtures));
    yield;
  }

  reportStrays({ all: [...parsed.values()], others }, references, incomplete, diagnostics);
  const { lint: lintOptions } = options;
  const linted = diagnostics.errors === 0 && lintOptions !== undefined;
  if (diagnostics.errors === 0) {
    warnOfUnused(documents, compiler.specs, known.usedIssuers);
    compiler.warnOfUnused();
    warnOfUnusedData(documents, expressions);
    fixtures.warnOfUnused();
  }
  const set =
    diagnostics.errors > 0 ? undefined : finish(policies, issuers, datasets, environments, environment);
  if (lintOptions !== undefined && set !== undefined) {
    options.onChecked?.(sortDiagnostics(diagnostics.sorted()));
    const { written, expressions: compiled } = compiler;
    const { valid } = expressions;
    const shadowed = new Set([...environments.values.values()].flatMap(({ shadow }) => [...shadow]));
    yield* lint({
      documents,
      written,
      compiled,
      policies,
      issuers,
      set,
      tests,
      expressions: valid,
      shadowed,
      options: lintOptions,
      work: options.work,
    });
  }
  // A document with an error may be meant as a policy, and is mended first.
  const unread = incomplete || others.some(isBroken) || diagnostics.errors > 0;
  if (!unread && !documents.some(({ kind }) => kind === 'Policy')) {
    const help = `a policy is a YAML document with \`apiVersion: ${API_VERSION}\` and \`kind: Policy\``;
    diagnostics.report('no_policies', wholeFile(''), 'the folder has no policy', help);
  }
  return {
    set: diagnostics.errors > 0 ? undefined : set,
    tests: byName(tests),
    diagnostics: sortDiagnostics(
      silence(policyFiles, diagnostics.sorted(), {
        isWhole: linted,
        unchecked: tests.length === 0 && lintOptions?.isStrict !== true ? ['policy_without_tests'] : [],
      }),
    ),
    scopes: compiler.scopes,
    expressionsOf: (policy) => compiler.expressionsOf(policy),
    patternsOf: (policy) => compiler.patternsOf(policy),
    templateOf: (policy) => compiler.templateOf(policy),
  };
}

/** The services of all policies, each once. */
export function servicesOfSet(policies: Iterable<CompiledPolicy>): CompiledPolicy['services'] {
  return [...new Set([...policies].flatMap(({ services }) => services))];
}

/** The name of a Dataset in expressions. */
function dataPath(name: string): string {
  return `data.${nameInExpressions(name)}`;
}

function* parseFiles(
  { yaml }: PolicyFiles,
  { parse = readYaml, onProgress }: Pick<CompileOptions, 'parse' | 'onProgress'>,
  room: ValueRoom,
): Generator<undefined, ReadonlyMap<string, YamlFile>> {
  const parsed = new Map<string, YamlFile>();
  for (const [path, bytes] of yaml) {
    onProgress?.(path);
    const file = parse(path, bytes);
    if (!takeValues(room, file.values)) break;
    parsed.set(path, file);
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
): NonNullable<CompiledFolder['set']> {
  const valid = [...issuers].filter((entry): entry is [string, Issuer] => entry[1] !== undefined);
  const set = {
    policies: byName([...policies.values()]),
    issuers: new Map(valid),
    data: Object.fromEntries([...datasets].map(([name, { value }]) => [name, value])),
    environments: values,
    environment: '',
    env: {},
  };
  return inEnvironment(set, environment) ?? set;
}

function compileDatasets(
  documents: readonly PolicyDocument[],
  references: References,
  { onProgress }: Pick<CompileOptions, 'onProgress'>,
): ReadonlyMap<string, CompiledDataset> {
  const datasets = new Map<string, CompiledDataset>();
  for (const document of documentsOf(documents, 'Dataset')) {
    onProgress?.(document.name.at.context.path);
    const dataset = document.spec && compileDataset(document, document.spec, references);
    const name = nameInExpressions(document.name.value);
    // Expressions that read an invalid dataset get no error of their own.
    if (isDeclarable(name)) datasets.set(name, dataset ?? broken(document.name.at));
  }
  return datasets;
}

function broken(at: Cursor): CompiledDataset {
  return { value: null, declaration: { type: ERROR }, place: () => at };
}

/** The Environment of the policy set; empty if the folder has none, or several of which none was chosen. */
function chosen(
  documents: readonly DocumentOf<'Environment'>[],
  { environment, mustChoose = false }: Pick<CompileOptions, 'environment' | 'mustChoose'>,
  diagnostics: Diagnostics,
): string {
  const names = documents.map(({ name }) => name.value);
  const [first, second] = documents;
  if (environment !== undefined) {
    if (names.includes(environment)) return environment;
    const message = `unknown Environment \`${environment}\``;
    diagnostics.report('unknown_environment', wholeFile(''), message, suggestion(environment, names));
    return '';
  }
  if (second === undefined) return first?.name.value ?? '';
  if (mustChoose) {
    const help = `name one with \`--environment\`: ${quoted(names)}`;
    diagnostics.report(
      'unknown_environment',
      wholeFile(''),
      'the folder has several Environments, and none is chosen',
      help,
    );
  }
  return '';
}

function warnOfUnusedData(documents: readonly PolicyDocument[], { read }: Expressions): void {
  for (const { name } of documentsOf(documents, 'Dataset')) {
    const path = dataPath(name.value);
    if (!read.has(path))
      report(
        { ...name.at, path: '' },
        'unused_dataset',
        `no expression reads \`${path}\`, and no \`principals\` names it`,
      );
  }
}

function byName<T extends { readonly name: string }>(named: readonly T[]): readonly T[] {
  return named.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Reports issuers that no policy and no test names. */
function warnOfUnused(
  documents: readonly PolicyDocument[],
  policies: readonly PolicySpec[],
  ofTests: ReadonlySet<string>,
): void {
  const used = new Set(ofTests);
  for (const { authenticate } of policies) {
    for (const { value } of authenticate?.jwt?.issuers ?? []) used.add(value);
  }
  for (const { kind, name } of documents) {
    if (kind !== 'Issuer' || used.has(name.value)) continue;
    report({ ...name.at, path: '' }, 'unused_issuer', `no policy accepts tokens of \`${name.value}\``);
  }
}
