import { type Decision, decide } from '../../engine/decision/decide.ts';
import type { Services } from '../../engine/decision/services.ts';
import type { DecisionTrace } from '../../engine/decision/trace.ts';
import { UNCOUNTED } from '../../engine/limit/uncounted-store.ts';
import { canonicalPath } from '../../engine/request/canonical-path.ts';
import { normalizeHost } from '../../engine/request/host.ts';
import { type MatchInput, selects } from '../../engine/set/match.ts';
import { indexOf } from '../../engine/set/policy-index.ts';
import type { CompiledPolicy, PolicySet } from '../../engine/set/policy-set.ts';
import { inEnvironment } from '../compile/environments.ts';
import { type Example, exampleText } from './example.ts';
import { attributesOf, verifierOf } from './example-attributes.ts';
import type { UnrevisedSet } from './lint-input.ts';

/**
 * Most decisions of one run of lint, and most rules of the policies that may govern them. Beyond either nothing is
 * confirmed, so that nothing more is reported.
 */
const MOST_TRIALS = 5_000;
const MOST_RULES = 1_000_000;

/** An example whose answer the engine has confirmed. */
export interface Confirmed {
  /** The example with its answer, as a line of a diagnostic. */
  readonly text: string;
  /** Environments with that answer, if others have another; empty if all have it. */
  readonly only: readonly string[];
}

/** Requests decided by the engine, before a warning about them is reported. */
export class Trials {
  readonly #sets: readonly PolicySet[];
  readonly #now: number;
  #left = MOST_TRIALS;
  #rules = MOST_RULES;

  /** `now` is the time of the decisions, in milliseconds since 1970. */
  constructor(set: UnrevisedSet, now: number) {
    const names = [...set.environments.keys()];
    const sets = names.length === 0 ? [set] : names.flatMap((name) => inEnvironment(set, name) ?? []);
    this.#sets = sets.map((each) => ({ ...each, revision: NO_REVISION, revisionText: '' }));
    this.#now = now;
  }

  /** The policies that may govern a request, as conditions of their `match` are taken to hold. */
  policiesFor(request: Pick<Example, 'method' | 'host' | 'path'>): readonly CompiledPolicy[] {
    const input = inputOf(request);
    const policies = this.#sets[0]?.policies ?? [];
    return indexOf(policies)
      .candidates(input)
      .filter(({ match }) => selects(match, input, () => true, undefined) !== undefined);
  }

  /**
   * Undefined if no Environment has the expected answer, or beyond the bound on decisions. `trace` gets the steps of
   * each decision before `isExpected` is asked about it.
   */
  confirm(
    example: Example,
    isExpected: (decision: Decision) => boolean,
    trace?: DecisionTrace,
  ): Confirmed | undefined {
    const confirming: Decision[] = [];
    for (const set of this.#sets) {
      const decision = this.#decide(example, set, trace);
      if (decision === undefined) return undefined;
      if (isExpected(decision)) confirming.push(decision);
    }
    const [first] = confirming;
    if (first === undefined) return undefined;
    const isEverywhere = confirming.length === this.#sets.length;
    const only = isEverywhere ? [] : confirming.map(({ environment }) => environment);
    return { text: exampleText(example, first), only };
  }

  #decide(example: Example, set: PolicySet, trace: DecisionTrace | undefined): Decision | undefined {
    if (this.#left <= 0 || this.#rules <= 0) return undefined;
    this.#left -= 1;
    for (const { allowRules, denyRules } of indexOf(set.policies).candidates(inputOf(example))) {
      this.#rules -= allowRules.length + denyRules.length;
    }
    const now = this.#now;
    const services: Services = {
      clock: () => now,
      monotonic: () => now,
      id: () => '',
      tokens: verifierOf(example, now),
      certificates: { read: () => undefined, issuers: () => undefined },
      xfccTrustedHops: example.caller?.via === 'xfcc' ? 1 : 0,
      limits: UNCOUNTED,
      shadowLimits: UNCOUNTED,
    };
    const pending = decide(attributesOf(example), set, services, undefined, trace);
    return pending instanceof Promise ? undefined : pending.decision;
  }
}

function inputOf({ method, host, path }: Pick<Example, 'method' | 'host' | 'path'>): MatchInput {
  return { method, host: normalizeHost(host), path: canonicalPath(path, method).path };
}

const NO_REVISION: PolicySet['revision'] = { commit: '', digest: '', dirty: false, source: 'digest' };
