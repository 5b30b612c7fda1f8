import type { CompiledPolicy, CompiledRule, PolicySet, SourceLocation } from '../../engine/set/policy-set.ts';
import type { PolicyLocations } from '../../policy/compile/policy-locations.ts';
import { rulesOf } from '../../tools/testing/match-text.ts';
import type { Catalogue } from './catalogue.ts';
import type { RanCases } from './reaching-cases.ts';

/** Controls of a folder and the policies that implement them. */
export interface Report {
  /** In order of name; with a catalogue all of its controls, in its order, before those that it does not have. */
  readonly controls: readonly ReportedControl[];
  /** Identifiers that policies name and the catalogue does not have; empty without a catalogue. */
  readonly uncatalogued: readonly string[];
  /** Names of policies without a control. */
  readonly uncontrolled: readonly string[];
  /** In order of name, with those without a control. */
  readonly policies: readonly ReportedPolicy[];
  readonly exceptions: readonly ReportedException[];
  /** Cases that fail, whose rules do not count as tested. */
  readonly failedTests: readonly string[];
}

/** A rule that ends. */
export interface ReportedException {
  readonly policy: string;
  readonly rule: string;
  /** RFC 3339. */
  readonly expires: string;
  readonly reason: string | null;
  /** Whole days until the end, rounded up; 0 after it. */
  readonly daysLeft: number;
  /** `ending`: within the days that were asked for. */
  readonly state: 'ended' | 'ending' | 'later';
}

interface ReportedControl {
  readonly control: string;
  /** Title in the catalogue; empty without one. */
  readonly title: string;
  /** Empty if no policy implements the control. */
  readonly policies: readonly ReportedPolicy[];
}

export interface ReportedPolicy {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly mode: CompiledPolicy['mode'];
  readonly controls: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly rules: readonly ReportedRule[];
}

export interface ReportedRule {
  /** Name of the rule or limit. */
  readonly name: string;
  readonly effect: 'allow' | 'deny' | 'limit';
  /** `shadow` for a shadow rule, and for every rule and limit of a shadow policy. */
  readonly mode: 'enforce' | 'shadow';
  readonly file: string;
  readonly line: number;
  /** Passing test cases in which the rule matches or the limit is taken from, as `test: case`. */
  readonly tests: readonly string[];
  /** End of an exception, RFC 3339; null for a rule that is not an exception. */
  readonly expires: string | null;
  /** Reason of an exception. */
  readonly reason: string | null;
}

/** Sources of a report. */
export interface ReportInput {
  readonly policies: PolicySet['policies'];
  readonly cases: RanCases;
  readonly catalogue: Catalogue | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Days before the end of an exception from which it is `ending`. */
  readonly endingWithin: number;
  /** Path of a file for the user. */
  readonly shown: (file: string) => string;
  readonly placesIn: (policy: CompiledPolicy) => PolicyLocations | undefined;
}

/** Collects the controls of a policy set. */
export function reportOf(input: ReportInput): Report {
  const { policies, cases, catalogue, shown, placesIn } = input;
  const reported = policies.map((policy): ReportedPolicy => {
    const { name, description, owner, mode, controls, source } = policy;
    const part = (effect: ReportedRule['effect'], { name: part, source: place }: Part): ReportedRule => ({
      name: part,
      effect,
      mode,
      ...at(place, shown),
      tests: cases.reaching(name, part),
      expires: null,
      reason: null,
    });
    const limits = [...policy.firstLimits, ...policy.lastLimits];
    const places = limits.length === 0 ? undefined : placesIn(policy);
    const rules = [
      ...rulesOf(policy).map(({ effect, rule, mode: own }) => ({
        ...part(effect, rule),
        ...exceptionOf(rule),
        mode: own,
      })),
      ...limits.map((limit) =>
        part('limit', { name: limit.name, source: places?.limit(limit.name) ?? source }),
      ),
    ];
    return { name, description, owner, mode, controls, ...at(source, shown), rules };
  });
  const implemented = [...new Set(reported.flatMap(({ controls }) => controls))].sort();
  const names = new Set([...(catalogue?.keys() ?? []), ...implemented]);
  return {
    uncatalogued: catalogue === undefined ? [] : implemented.filter((control) => !catalogue.has(control)),
    exceptions: policies.flatMap((policy) => exceptionsOf(policy, input)),
    failedTests: cases.failed,
    controls: [...names].map((control) => ({
      control,
      title: catalogue?.get(control) ?? '',
      policies: reported.filter(({ controls }) => controls.includes(control)),
    })),
    uncontrolled: reported.filter(({ controls }) => controls.length === 0).map(({ name }) => name),
    policies: reported,
  };
}

type Part = Pick<CompiledRule, 'name' | 'source'>;

function at({ file, line }: SourceLocation, shown: (file: string) => string) {
  return { file: shown(file), line };
}

const DAY = 86_400_000;

function exceptionsOf(
  policy: CompiledPolicy,
  { now, endingWithin }: Pick<ReportInput, 'now' | 'endingWithin'>,
): readonly ReportedException[] {
  return rulesOf(policy).flatMap(({ rule: { name, expires, reason } }) => {
    if (expires === undefined) return [];
    const daysLeft = Math.max(0, Math.ceil((expires - now) / DAY));
    const state = daysLeft === 0 ? 'ended' : daysLeft <= endingWithin ? 'ending' : 'later';
    const end = new Date(expires).toISOString();
    return [{ policy: policy.name, rule: name, expires: end, reason: reason ?? null, daysLeft, state }];
  });
}

/** End and reason of a rule that is an exception. */
function exceptionOf({ expires, reason }: CompiledRule): Pick<ReportedRule, 'expires' | 'reason'> {
  return { expires: expires === undefined ? null : new Date(expires).toISOString(), reason: reason ?? null };
}
