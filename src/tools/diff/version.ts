import type { CompiledPolicy, PolicySet } from '../../engine/set/policy-set.ts';
import { inEnvironment } from '../../policy/compile/environments.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { plainJson, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import { readYaml, type YamlFile } from '../../policy/yaml/yaml-file.ts';
import type { Pair } from './judge.ts';

/** One version of a policy folder, without errors. */
export interface Version {
  readonly set: PolicySet;
  readonly tests: readonly PolicyTestDocument[];
  /** Every file that was read, referenced ones included, by path relative to the folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A document as it is written. */
export interface WrittenDocument {
  readonly kind: string;
  readonly name: string;
  readonly tree: Tree;
  readonly file: YamlFile;
}

/** The documents of a version, in order of file and place. */
export function documentsOf({ files }: Pick<Version, 'files'>): readonly WrittenDocument[] {
  return [...files]
    .filter(([path]) => isYaml(path))
    .flatMap(([path, bytes]) => {
      const file = readYaml(path, bytes);
      return file.documents.flatMap(({ tree }) => {
        const kind = tree && textAt(tree, 'kind');
        const name = tree && textAt(tree, 'metadata', 'name');
        return tree === undefined || kind === undefined || name === undefined
          ? []
          : [{ kind, name, tree, file }];
      });
    });
}

function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

function textAt(tree: Tree, ...path: readonly string[]): string | undefined {
  const at = valueAt(tree, ...path);
  return at?.kind === 'scalar' && typeof at.value === 'string' ? at.value : undefined;
}

/** Kinds of documents on which no decision depends. */
const TESTS: ReadonlySet<string> = new Set(['PolicyTest', 'TestFixtures']);

/**
 * Tells of a policy of either version whether the other has it otherwise, or not at all. All policies are changed if
 * something changed that several may read: an Issuer, a Dataset, an Environment, a template or a file.
 */
export function changedPolicies(before: Version, after: Version): (policy: CompiledPolicy) => boolean {
  const [old, now] = [before, after].map(textsOf);
  if (old === undefined || now === undefined || old.shared !== now.shared) return () => true;
  return ({ name }) => old.policies.get(name) !== now.policies.get(name);
}

function textsOf(version: Version): {
  readonly policies: ReadonlyMap<string, string>;
  readonly shared: string;
} {
  const documents = documentsOf(version).filter(({ kind }) => !TESTS.has(kind));
  const text = ({ tree }: WrittenDocument) => JSON.stringify(plainJson(tree), bigintText);
  const policies = documents.filter(({ kind }) => kind === 'Policy');
  const others = documents.filter(({ kind }) => kind !== 'Policy').map(text);
  const written = new Set(documentsOf(version).map(({ file }) => file.path));
  // Data and OpenAPI documents may be YAML too.
  const read = [...version.files].filter(([path]) => !written.has(path));
  const contents = read.map(([path, bytes]) => `${path}\0${new TextDecoder('latin1').decode(bytes)}`);
  return {
    policies: new Map(policies.map((each) => [each.name, text(each)])),
    shared: JSON.stringify([others.sort(), contents.sort()]),
  };
}

function bigintText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** The two sets in each Environment of either version. */
export function pairsOf(before: Version, after: Version): readonly Pair[] {
  const names = [...new Set([...before.set.environments.keys(), ...after.set.environments.keys()])].sort();
  if (names.length === 0) return [{ environment: '', before: before.set, after: after.set }];
  return names.map((environment) => ({
    environment,
    before: inEnvironment(before.set, environment) ?? before.set,
    after: inEnvironment(after.set, environment) ?? after.set,
  }));
}
