import type { EnvironmentValues } from '../../engine/set/policy-set.ts';
import { sourceOf } from '../language/document.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { child, report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { disjointPart, entriesOf, type MatchEntry } from './match-relations.ts';
import type { WrittenPolicy } from './policy-compiler.ts';
import { placeOf } from './written-places.ts';

/** A constant text that a policy sets for a name. */
interface Setting {
  readonly policy: WrittenPolicy;
  readonly value: string;
  /** Undefined if the location cannot be found. */
  readonly at: Cursor | undefined;
}

type Allow = NonNullable<NonNullable<PolicySpec['respond']>['allow']>;

/** The changes to an allowed request, by field of `respond.allow`, with the noun for one name of each. */
const PARTS: readonly {
  readonly path: readonly string[];
  readonly noun: string;
  readonly of: (allow: Allow) => ReadonlyMap<string, unknown> | undefined;
}[] = [
  { path: ['requestHeaders', 'set'], noun: 'header', of: ({ requestHeaders }) => requestHeaders?.set },
  {
    path: ['responseHeaders', 'set'],
    noun: 'response header',
    of: ({ responseHeaders }) => responseHeaders?.set,
  },
  { path: ['query', 'set'], noun: 'query parameter', of: ({ query }) => query?.set },
  { path: ['metadata'], noun: 'metadata value', of: ({ metadata }) => metadata },
];

/**
 * Bounds on the pairs of policies that are looked at for one name and for all names, and on the comparisons of match
 * entries and Environments that this takes. Beyond them no conflict is reported, and the last policy by name wins, as
 * for conflicts that only show in a request.
 */
const MOST_PAIRS = 10_000;
const MOST_PAIRS_OF_ALL = 1_000_000;
const MOST_COMPARISONS = 2_000_000;

/** Reports names that two enforcing policies set to different texts for the same requests. */
export function reportConflicts(
  written: readonly WrittenPolicy[],
  environments: ReadonlyMap<string, EnvironmentValues>,
): void {
  const enforcing = written.filter(({ spec }) => spec.mode !== 'shadow');
  const pairs = new Pairs([...environments.values()]);
  for (const { path, noun, of } of PARTS) {
    const settings = new Map<string, Setting[]>();
    for (const policy of enforcing) {
      const allow = policy.spec.respond?.allow;
      const set = allow && of(allow);
      if (set === undefined) continue;
      const places = placesOf(policy, path);
      for (const [name, value] of set) {
        if (typeof value !== 'string') continue;
        const before = settings.get(name) ?? [];
        before.push({ policy, value, at: places(name) });
        settings.set(name, before);
      }
    }
    for (const [name, all] of settings) reportDifferent(`${noun} \`${name}\``, all, pairs);
  }
}

function reportDifferent(what: string, all: readonly Setting[], pairs: Pairs): void {
  if (new Set(all.map(({ value }) => value)).size < 2 || all.length ** 2 > MOST_PAIRS) return;
  const ordered = all.toSorted((a, b) => (a.policy.name < b.policy.name ? -1 : 1));
  for (const [place, later] of ordered.entries()) {
    const earlier = ordered
      .slice(0, place)
      .find((each) => each.value !== later.value && pairs.meet(each.policy, later.policy));
    if (earlier?.at === undefined || later.at === undefined) continue;
    const { file, line } = sourceOf(earlier.at);
    const message = `the policy \`${earlier.policy.name}\` sets the ${what} to another text, at ${file}:${line}`;
    const help = 'both policies apply to some requests: set it in one of them, or narrow one with `match`';
    report(later.at, 'conflicting_values', message, help);
  }
}

/** Pairs of policies, each compared once whatever number of names both set. */
class Pairs {
  readonly #environments: readonly EnvironmentValues[];
  readonly #known = new Map<WrittenPolicy, Map<WrittenPolicy, boolean>>();
  readonly #entries = new Map<WrittenPolicy, readonly MatchEntry[]>();
  #lookups = 0;
  #comparisons = 0;

  constructor(environments: readonly EnvironmentValues[]) {
    this.#environments = environments;
  }

  /** True if both enforce in some Environment and some request is surely selected by both; false beyond the bounds. */
  meet(a: WrittenPolicy, b: WrittenPolicy): boolean {
    this.#lookups += 1;
    if (this.#lookups > MOST_PAIRS_OF_ALL || this.#comparisons > MOST_COMPARISONS) return false;
    const of = this.#known.get(a) ?? new Map<WrittenPolicy, boolean>();
    this.#known.set(a, of);
    const known = of.get(b);
    if (known !== undefined) return known;
    const found = this.#enforceTogether(a, b) && this.#shareRequests(a, b);
    of.set(b, found);
    return found;
  }

  #enforceTogether(a: WrittenPolicy, b: WrittenPolicy): boolean {
    this.#comparisons += this.#environments.length;
    if (this.#environments.length === 0) return true;
    return this.#environments.some(({ shadow }) => !shadow.has(a.name) && !shadow.has(b.name));
  }

  /** Decided by method, host and path alone. */
  #shareRequests(a: WrittenPolicy, b: WrittenPolicy): boolean {
    return this.#sure(a).some((one) =>
      this.#sure(b).some((other) => {
        this.#comparisons += sizeOf(one) * sizeOf(other);
        return this.#comparisons <= MOST_COMPARISONS && disjointPart(one, other) === undefined;
      }),
    );
  }

  /** The entries of a policy without a condition. */
  #sure(policy: WrittenPolicy): readonly MatchEntry[] {
    const known =
      this.#entries.get(policy) ?? entriesOf(policy.spec.match).filter(({ when }) => when === undefined);
    this.#entries.set(policy, known);
    return known;
  }
}

/** The number of patterns of an entry, each of which is compared with each of another entry. */
function sizeOf({ hosts = [], paths = [], methods = [] }: MatchEntry): number {
  return 1 + Math.max(hosts.length, paths.length, methods.length);
}

/** Finds the location of a setting by its name. Header names are written in any case. */
function placesOf({ at }: WrittenPolicy, path: readonly string[]): (name: string) => Cursor | undefined {
  const all = placeOf(at, 'respond', 'allow', ...path);
  if (all?.tree.kind !== 'mapping') return () => undefined;
  const { entries } = all.tree;
  const inLowerCase = new Map([...entries.keys()].toReversed().map((key) => [key.toLowerCase(), key]));
  return (name) => {
    const written = entries.has(name) ? name : inLowerCase.get(name);
    return written === undefined ? undefined : child(all, written);
  };
}
