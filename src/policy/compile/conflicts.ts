import type { EnvironmentValues } from '../../engine/set/policy-set.ts';
import { sourceOf } from '../language/document.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { child, report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { apartBy, entriesOf } from './match-relations.ts';
import type { WrittenPolicy } from './policy-compiler.ts';
import { placeOf } from './written-places.ts';

/** A plain text that a policy sets under a name. */
interface Setting {
  readonly policy: WrittenPolicy;
  readonly value: string;
  /** Undefined where it cannot be found again. */
  readonly at: Cursor | undefined;
}

type Allow = NonNullable<NonNullable<PolicySpec['respond']>['allow']>;

/** What an allowed request is changed by, and what is under one name there. */
const PARTS: readonly {
  readonly way: readonly string[];
  readonly noun: string;
  readonly of: (allow: Allow) => ReadonlyMap<string, unknown> | undefined;
}[] = [
  { way: ['requestHeaders', 'set'], noun: 'header', of: ({ requestHeaders }) => requestHeaders?.set },
  {
    way: ['responseHeaders', 'set'],
    noun: 'response header',
    of: ({ responseHeaders }) => responseHeaders?.set,
  },
  { way: ['query', 'set'], noun: 'query parameter', of: ({ query }) => query?.set },
  { way: ['metadata'], noun: 'metadata value', of: ({ metadata }) => metadata },
];

/** Of one name, no more pairs of policies are looked at: what is left wins by its name, as where it cannot be seen. */
const MOST_PAIRS = 10_000;

/** Reports names that two enforcing policies set to different texts for the same requests. */
export function refuseConflicts(
  written: readonly WrittenPolicy[],
  environments: ReadonlyMap<string, EnvironmentValues>,
): void {
  const enforcing = written.filter(({ spec }) => spec.mode !== 'shadow');
  for (const { way, noun, of } of PARTS) {
    const settings = new Map<string, Setting[]>();
    for (const policy of enforcing) {
      const allow = policy.spec.respond?.allow;
      for (const [name, value] of (allow && of(allow)) ?? []) {
        if (typeof value !== 'string') continue;
        const before = settings.get(name) ?? [];
        before.push({ policy, value, at: settingAt(policy, way, name) });
        settings.set(name, before);
      }
    }
    for (const [name, all] of settings) refuseUnlike(`${noun} \`${name}\``, all, [...environments.values()]);
  }
}

function refuseUnlike(
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
    const message = `the ${what} is set to another text by \`${earlier.policy.name}\`, at ${file}:${line}`;
    const help = 'both policies govern some requests: set it in one of them, or narrow one by `match`';
    report(later.at, 'conflicting_values', message, help);
  }
}

/** Whether both enforce in some Environment. */
function enforceTogether(
  a: WrittenPolicy,
  b: WrittenPolicy,
  environments: readonly EnvironmentValues[],
): boolean {
  if (environments.length === 0) return true;
  return environments.some(({ shadow }) => !shadow.has(a.name) && !shadow.has(b.name));
}

/** Whether some request is governed by both, whatever it says besides host, method and path. */
function meet(a: WrittenPolicy, b: WrittenPolicy): boolean {
  const sure = ({ spec }: WrittenPolicy) => entriesOf(spec.match).filter(({ when }) => when === undefined);
  return sure(a).some((one) => sure(b).some((other) => apartBy(one, other) === undefined));
}

/** Names of headers are written in any case. */
function settingAt({ at }: WrittenPolicy, way: readonly string[], name: string): Cursor | undefined {
  const all = placeOf(at, 'respond', 'allow', ...way);
  if (all?.tree.kind !== 'mapping') return undefined;
  const written = [...all.tree.entries.keys()].find((key) => key === name || key.toLowerCase() === name);
  return written === undefined ? undefined : child(all, written);
}
