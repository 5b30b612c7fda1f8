import { Diagnostics, wholeFile } from '../diagnostic/collect.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Issuer } from '../identity/issuer.ts';
import { compileIssuer } from './compile-issuer.ts';
import { compilePolicy, type Folder } from './compile-policy.ts';
import { compileTest } from './compile-test.ts';
import { API_VERSION, isPartial, type PolicyDocument } from './document.ts';
import { Expressions } from './expressions.ts';
import { isBroken, readDocuments, refuseStrays, split } from './folder-documents.ts';
import type { Instrument } from './instrument.ts';
import type { PolicyFiles } from './policy-files.ts';
import type { CompiledPolicy, PolicySet } from './policy-set.ts';
import type { PolicyTestDocument } from './policy-test.ts';
import { report } from './reader.ts';
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
  /** For tests, to see what the policies do. */
  readonly instrument?: Instrument | undefined;
}

/** Compiles a whole folder. Every mistake in it is found at once, as far as one does not hide another. */
export function compileFolder(files: PolicyFiles, options: CompileOptions = {}): CompiledFolder {
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
  const [policyFiles, others] = split(yield* parseFiles(files));
  const { documents, incomplete } = yield* readDocuments(policyFiles, diagnostics);
  const references = new References(files);

  const issuers = new Map<string, Issuer | undefined>();
  for (const { kind, name, spec } of documents) {
    if (kind === 'Issuer') issuers.set(name.value, spec && compileIssuer(name.value, spec, references));
  }
  const { instrument } = options;
  const folder: Folder = { expressions: new Expressions(instrument), references, issuers, incomplete };
  const policies = new Map<string, CompiledPolicy>();
  const partial = new Set<string>();
  for (const document of documents) {
    if (document.kind !== 'Policy') continue;
    if (isPartial(document)) partial.add(document.name.value);
    if (document.spec === undefined) continue;
    const policy = compilePolicy(document, document.spec, folder);
    policies.set(policy.name, instrument?.policy(policy) ?? policy);
    yield;
  }
  const known = {
    policies,
    issuers,
    partial,
    incomplete,
    reasons: options.reasons && new Set(options.reasons),
  };
  const tests: PolicyTestDocument[] = [];
  for (const document of documents) {
    if (document.kind !== 'PolicyTest' || document.spec === undefined) continue;
    tests.push(compileTest(document, document.spec, known));
    yield;
  }

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

function* parseFiles({ yaml }: PolicyFiles): Generator<undefined, readonly YamlFile[]> {
  const parsed: YamlFile[] = [];
  for (const [path, bytes] of yaml) {
    parsed.push(readYaml(path, bytes));
    yield;
  }
  return parsed;
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
