import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import { ANY_POLICY, type NamedItem, namesOf, type Occurrence } from './names.ts';

/** All names of a folder, with their definitions and uses. */
export class NameIndex {
  readonly #byName = new Map<string, Occurrence[]>();
  readonly #uses = new Map<string, string>();
  readonly #definitions = new Map<string, Occurrence[]>();
  /** Claims of tokens in tests, and claims that issuers require. */
  readonly claims: ReadonlySet<string>;
  /** Rules in shadow mode, of policies and of templates. */
  readonly shadowRules: readonly NamedItem[];
  readonly #files: ReadonlyMap<string, readonly Occurrence[]>;

  constructor(files: readonly YamlFile[]) {
    const names = files.map((file) => [file.path, namesOf(file)] as const);
    this.#files = new Map(names.map(([path, { occurrences }]) => [path, occurrences]));
    this.claims = new Set(names.flatMap(([, { claims }]) => [...claims]));
    this.shadowRules = names.flatMap(([, { shadowRules }]) => shadowRules);
    for (const [, { uses, occurrences }] of names) {
      for (const [policy, template] of uses) this.#uses.set(policy, template);
      for (const occurrence of occurrences) {
        if (occurrence.isDefinition) append(this.#definitions, keyOf(occurrence.item), occurrence);
      }
    }
    for (const [, { occurrences }] of names) {
      for (const occurrence of occurrences) {
        for (const each of this.#resolve(occurrence.item)) append(this.#byName, keyOf(each), occurrence);
      }
    }
  }

  /** The name at an offset of a file, the offset directly after it included. */
  at(path: string, offset: number): Occurrence | undefined {
    return this.#files.get(path)?.find(({ range }) => range.start <= offset && offset <= range.end);
  }

  definitions(item: NamedItem): readonly Occurrence[] {
    return this.#resolve(item).flatMap((each) => this.#definitions.get(keyOf(each)) ?? []);
  }

  /** Definitions and uses. */
  all(item: NamedItem): readonly Occurrence[] {
    const found = this.#resolve(item).flatMap((each) => this.#byName.get(keyOf(each)) ?? []);
    return [...new Set(found)];
  }

  /** Names of the defined items of a kind in a scope, such as all Issuers of the folder, or the rules of a policy. */
  defined(of: NamedItem['of'], scope: string): readonly string[] {
    const template = this.#templateScope(scope);
    const own = this.everywhere(of).filter((each) => each.scope === scope || each.scope === template);
    const shared = of === 'caller' || of === 'request' ? this.#fixtures(of) : [];
    return [...new Set([...own, ...shared].map(({ name }) => name))];
  }

  /** All defined items of a kind, in all scopes. */
  everywhere(of: NamedItem['of']): readonly NamedItem[] {
    const items = [...this.#definitions.values()].flatMap(([first]) =>
      first === undefined ? [] : [first.item],
    );
    return items.filter((each) => each.of === of);
  }

  /** The first definition of every item. */
  definitionsOfAll(): readonly Occurrence[] {
    return [...this.#definitions.values()].flatMap(([first]) => first ?? []);
  }

  /** Scopes of the policies that adopt a template. */
  adopters(template: string): readonly string[] {
    return [...this.#uses].filter(([, used]) => used === template).map(([policy]) => `Policy ${policy}`);
  }

  /**
   * Items that a name refers to: in its document, or else in the template or the TestFixtures. A rule without a policy is
   * of any policy.
   */
  #resolve(item: NamedItem): readonly NamedItem[] {
    if (item.scope === ANY_POLICY) {
      return this.everywhere('rule').filter(({ name }) => name === item.name);
    }
    if (this.#definitions.has(keyOf(item))) return [item];
    if (item.of === 'caller' || item.of === 'request') {
      const fixtures = this.#fixtures(item.of).filter(({ name }) => name === item.name);
      return fixtures.length > 0 ? fixtures : [item];
    }
    const scope = this.#templateScope(item.scope);
    return [scope === undefined ? item : { ...item, scope }];
  }

  /** The callers or requests of TestFixtures, which every test may name. */
  #fixtures(of: NamedItem['of']): readonly NamedItem[] {
    return this.everywhere(of).filter(({ scope }) => scope.startsWith('TestFixtures '));
  }

  #templateScope(scope: string): string | undefined {
    const template = scope.startsWith('Policy ') ? this.#uses.get(scope.slice('Policy '.length)) : undefined;
    return template === undefined ? undefined : `PolicyTemplate ${template}`;
  }
}

function keyOf({ of, scope, name }: NamedItem): string {
  return `${of}\n${scope}\n${name}`;
}

function append(map: Map<string, Occurrence[]>, key: string, occurrence: Occurrence): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [occurrence]);
  else list.push(occurrence);
}
