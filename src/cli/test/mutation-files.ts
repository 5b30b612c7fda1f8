import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { type MappingTree, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import { readYaml } from '../../policy/yaml/yaml-file.ts';
import type { ListedCase } from '../../tools/testing/test-run.ts';

/** By case, the names of the policies that govern its request. */
export type Reach = ReadonlyMap<ListedCase, ReadonlySet<string>>;

/**
 * The files of a folder as changes are tried on them: without tests, which are known already and might refuse what a
 * change leaves out, and for some cases without policies that none of these can reach.
 */
export class MutationFiles {
  readonly #files: PolicyFiles;
  readonly #texts = new Map<string, string>();
  /** Files that are always needed. */
  readonly #shared = new Set<string>();
  readonly #fileOf: ReadonlyMap<string, string>;
  readonly #reach: Reach;

  constructor(files: PolicyFiles, set: PolicySet, reach: Reach) {
    this.#files = files;
    this.#reach = reach;
    this.#fileOf = new Map(set.policies.map(({ name, source }) => [name, source.file]));
    for (const [path, bytes] of files.yaml) {
      const { documents, lines } = readYaml(path, bytes);
      const kinds = documents.map(({ tree }) => kindOf(tree));
      if (kinds.length > 0 && kinds.every(isTestKind)) continue;
      this.#texts.set(
        path,
        blanked(
          lines.text,
          documents.flatMap(({ tree }) => (isTest(tree) ? [tree] : [])),
        ),
      );
      if (kinds.some((kind) => !isTestKind(kind) && kind !== 'Policy')) this.#shared.add(path);
    }
    for (const { name, match } of set.policies) {
      // Its `match` alone does not say which requests it governs.
      if (match.some(({ when }) => when !== undefined)) this.#share(name);
    }
    for (const { shadow } of set.environments.values()) for (const name of shadow) this.#share(name);
  }

  /** With the text of `file` changed; with `cases`, only what these and the file itself need. */
  with(file: string, change: (text: string) => string, cases?: readonly ListedCase[]): PolicyFiles {
    const needed = cases && this.#neededBy(cases).add(file);
    const yaml = new Map<string, Uint8Array>();
    for (const [path, text] of this.#texts) {
      if (needed?.has(path) === false) continue;
      yaml.set(path, new TextEncoder().encode(path === file ? change(text) : text));
    }
    return { ...this.#files, yaml, read: (from, reference) => this.#files.read(from, reference) };
  }

  #neededBy(cases: readonly ListedCase[]): Set<string> {
    const needed = new Set(this.#shared);
    for (const each of cases) {
      for (const name of this.#reach.get(each) ?? []) {
        const path = this.#fileOf.get(name);
        if (path !== undefined) needed.add(path);
      }
    }
    return needed;
  }

  #share(policy: string): void {
    const path = this.#fileOf.get(policy);
    if (path !== undefined) this.#shared.add(path);
  }
}

/** White space in the place of documents, so that everything else stays where it is. */
function blanked(text: string, documents: readonly MappingTree[]): string {
  let out = text;
  for (const { range } of documents) {
    const blank = out.slice(range.start, range.end).replaceAll(/[^\n]/g, ' ');
    out = `${out.slice(0, range.start)}${blank}${out.slice(range.end)}`;
  }
  return out;
}

function isTest(tree: Tree | undefined): tree is MappingTree {
  return tree?.kind === 'mapping' && isTestKind(kindOf(tree));
}

function isTestKind(kind: string): boolean {
  return kind === 'PolicyTest' || kind === 'TestFixtures';
}

function kindOf(tree: Tree | undefined): string {
  const kind = valueAt(tree, 'kind');
  return kind?.kind === 'scalar' ? String(kind.value) : '';
}
