import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import { ANY_POLICY, type Named, namesOf, type Occurrence } from './names.ts';

/** Every name of a folder: where it is given, and where it is read. */
export class NameIndex {
  readonly #byName = new Map<string, Occurrence[]>();
  readonly #uses = new Map<string, string>();
  readonly #definitions = new Map<string, Occurrence[]>();
  /** Claims that tokens of tests have, or that an issuer requires. */
  readonly claims: ReadonlySet<string>;
  readonly #files: ReadonlyMap<string, readonly Occurrence[]>;

  constructor(files: readonly YamlFile[]) {
    const names = files.map((file) => [file.path, namesOf(file)] as const);
    this.#files = new Map(names.map(([path, { occurrences }]) => [path, occurrences]));
    this.claims = new Set(names.flatMap(([, { claims }]) => [...claims]));
    for (const [, { uses, occurrences }] of names) {
      for (const [policy, template] of uses) this.#uses.set(policy, template);
      for (const occurrence of occurrences) {
        if (occurrence.isDefinition) append(this.#definitions, keyOf(occurrence.named), occurrence);
      }
    }
    for (const [, { occurrences }] of names) {
      for (const occurrence of occurrences) {
        for (const each of this.#meant(occurrence.named)) append(this.#byName, keyOf(each), occurrence);
      }
    }
  }

  /** The name at a place of a file, the place right behind it included. */
  at(path: string, offset: number): Occurrence | undefined {
    return this.#files.get(path)?.find(({ range }) => range.start <= offset && offset <= range.end);
  }

  definitions(named: Named): readonly Occurrence[] {
    return this.#meant(named).flatMap((each) => this.#definitions.get(keyOf(each)) ?? []);
  }

  /** Where it is given, and wherever it is read. */
  all(named: Named): readonly Occurrence[] {
    const found = this.#meant(named).flatMap((each) => this.#byName.get(keyOf(each)) ?? []);
    return [...new Set(found)];
  }

  /** The names of what is defined, such as every Issuer; of parts those of one document. */
  defined(of: Named['of'], scope: string): readonly string[] {
    const names = [...this.#definitions.values()].flatMap(([first]) =>
      first === undefined ? [] : [first.named],
    );
    const template = this.#templateScope(scope);
    return names
      .filter((each) => each.of === of && (each.scope === scope || each.scope === template))
      .map(({ name }) => name);
  }

  /** What is defined of the kind anywhere, with its document. */
  everywhere(of: Named['of']): readonly Named[] {
    const firsts = [...this.#definitions.values()].flatMap(([first]) =>
      first === undefined ? [] : [first.named],
    );
    return firsts.filter((each) => each.of === of);
  }

  /** The policies that adopt a template, as scopes. */
  adopters(template: string): readonly string[] {
    return [...this.#uses].filter(([, used]) => used === template).map(([policy]) => `Policy ${policy}`);
  }

  /** A policy has what its template has; a rule without its policy is that of any policy. */
  #meant(named: Named): readonly Named[] {
    if (named.scope === ANY_POLICY) {
      return this.everywhere('rule').filter(({ name }) => name === named.name);
    }
    if (this.#definitions.has(keyOf(named))) return [named];
    const scope = this.#templateScope(named.scope);
    return [scope === undefined ? named : { ...named, scope }];
  }

  #templateScope(scope: string): string | undefined {
    const template = scope.startsWith('Policy ') ? this.#uses.get(scope.slice('Policy '.length)) : undefined;
    return template === undefined ? undefined : `PolicyTemplate ${template}`;
  }
}

function keyOf({ of, scope, name }: Named): string {
  return `${of}\n${scope}\n${name}`;
}

function append(map: Map<string, Occurrence[]>, key: string, occurrence: Occurrence): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [occurrence]);
  else known.push(occurrence);
}
