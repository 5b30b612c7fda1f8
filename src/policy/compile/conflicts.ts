import type { EnvironmentValues } from '../../engine/set/policy-set.ts';
import { sourceOf } from '../language/document.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { child, report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { disjointPart, entriesOf } from './match-relations.ts';
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
 * Bound on the pairs of policies that are compared for one name. Beyond it no conflict is reported, and the last policy
 * by name wins, as for conflicts that only show in a request.
 */
const MOST_PAIRS = 10_000;

/** Reports names that two enforcing policies set to different texts for the same requests. */
export function reportConflicts(
  written: readonly WrittenPolicy[],
  environments: ReadonlyMap<string, EnvironmentValues>,
): void {
  const enforcing = written.filter(({ spec }) => spec.mode !== 'shadow');
  for (const { path, noun, of } of PARTS) {
    const settings = new Map<string, Setting[]>();
    for (const policy of enforcing) {
      const allow = policy.spec.respond?.allow;
      for (const [name, value] of (allow && of(allow)) ?? []) {
        if (typeof value !== 'string') continue;
        const before = settings.get(name) ?? [];
        before.push({ policy, value, at: settingAt(policy, path, name) });
        settings.set(name, before);
      }
    }
    for (const [name, all] of settings)
      reportDifferent(`${noun} \`${name}\``, all, [...environments.values()]);
  }
}

function reportDifferent(
  what: string,
  all: readonly Setting[],
  environments: readonly EnvironmentValues[],
): void {
  if (new Set(all.map(({ value }) => value)).size < 2 || all.length ** 2 > MOST_PAIRS) return;
  const ordered = all.toSorted((a, b) => (a.policy.name < b.policy.name ? -1 : 1));
  for (const [place, later] of ordered.entries()) {
    const earlier = ordered
      .slice(0, place)
      .find(
        (each) =>
          each.value !== later.value &&
          enforceTogether(each.policy, later.policy, environments) &&
          meet(each.policy, later.policy),
      );
    if (earlier?.at === undefined || later.at === undefined) continue;
    const { file, line } = sourceOf(earlier.at);
    const message = `the policy \`${earlier.policy.name}\` sets the ${what} to another text, at ${file}:${line}`;
    const help = 'both policies apply to some requests: set it in one of them, or narrow one with `match`';
    report(later.at, 'conflicting_values', message, help);
  }
}

/** True if both policies enforce in some Environment. */
function enforceTogether(
  a: WrittenPolicy,
  b: WrittenPolicy,
  environments: readonly EnvironmentValues[],
): boolean {
  if (environments.length === 0) return true;
  return environments.some(({ shadow }) => !shadow.has(a.name) && !shadow.has(b.name));
}

/** True if some request is surely selected by both, by its method, host and path alone. */
function meet(a: WrittenPolicy, b: WrittenPolicy): boolean {
  const sure = ({ spec }: WrittenPolicy) => entriesOf(spec.match).filter(({ when }) => when === undefined);
  return sure(a).some((one) => sure(b).some((other) => disjointPart(one, other) === undefined));
}

/** The location of a setting. Header names are written in any case. */
function settingAt({ at }: WrittenPolicy, path: readonly string[], name: string): Cursor | undefined {
  const all = placeOf(at, 'respond', 'allow', ...path);
  if (all?.tree.kind !== 'mapping') return undefined;
  const written = [...all.tree.entries.keys()].find((key) => key === name || key.toLowerCase() === name);
  return written === undefined ? undefined : child(all, written);
}
