import { EvaluationError, type Part, type Program } from '../../cel/interpret/program.ts';
import type {
  Effect,
  EvaluationEvent,
  PartOutcome,
  PolicyEvent,
  RuleEvent,
} from '../../engine/decision/trace.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { LocatedExpression } from '../../policy/compile/expression-location.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { refusedText } from './caller-text.ts';
import { mismatchesText, type SkippedPolicy, skippedPolicies, skippedText } from './skipped-policies.ts';
import { type CaseResult, TestRun } from './test-run.ts';
import { TraceRecording } from './trace-recording.ts';
import { outcomeText } from './value-text.ts';

/** Explanation of the answer to one case. */
export interface FailureExplanation {
  /** Those that governed the request, in order of name; a shadow policy is followed by `(shadow)`. */
  readonly policies: readonly string[];
  /** Those that did not, of the policies that the case is about. */
  readonly skipped: readonly SkippedPolicy[];
  /** In the order in which they were evaluated. */
  readonly rules: readonly TriedRule[];
  /** The conditions of the rules that matter, with the values of their parts. */
  readonly conditions: readonly Condition[];
}

interface TriedRule {
  readonly name: string;
  readonly effect: Effect;
  /** `matched`, `false`, `not selected by its match:` or for other callers and why, or `failed:` and why. */
  readonly result: string;
}

export interface Condition {
  /** `policy/rule`; `policy, variables.NAME`; of anything else the policy alone. */
  readonly of: string;
  readonly file: string;
  readonly line: number;
  readonly parts: readonly ShownPart[];
}

interface ShownPart {
  readonly depth: number;
  readonly text: string;
  /** Cut when long; empty: it was not evaluated. */
  readonly value: string;
}

/** Rules whose conditions are shown when no single one decided. */
const MOST_RULES = 3;

/** A rule that was evaluated, with the evaluations that it asked for. */
interface RuleStep extends Pick<RuleEvent, 'policy' | 'rule' | 'effect' | 'entries' | 'result' | 'identity'> {
  readonly evaluations: readonly EvaluationEvent[];
}

/** The place of an expression in the policies. */
interface Owner {
  readonly policy: string;
  /** Name of the variable that it defines. */
  readonly variable: string | undefined;
  readonly located: LocatedExpression;
}

/** Runs failed cases once more with a trace, and explains each. */
export class FailureExplainer {
  readonly #recording = new TraceRecording();
  readonly #run: TestRun;
  readonly #owners: ReadonlyMap<Program, Owner>;

  constructor(set: PolicySet, expressionsOf: (policy: string) => readonly LocatedExpression[], now: number) {
    this.#owners = ownersOf(set, expressionsOf);
    this.#run = new TestRun(set, now, {
      trace: this.#recording,
      onAsk: () => this.#recording.clear(),
    });
  }

  async explain(test: PolicyTestDocument, result: CaseResult): Promise<FailureExplanation> {
    await this.#run.run(test, result.case);
    const { steps, others } = stepsOf(this.#recording);
    const failing = others.filter(({ outcome }) => outcome instanceof EvaluationError);
    const { shadow } = result.answer;
    const marked = (name: string, isShadow: boolean): string => (isShadow ? `${name} (shadow)` : name);
    const policies = this.#recording.of('policy');
    const applying = policies.filter((event) => event.result === 'applies');
    const skipped = skippedPolicies(policies, result.case.expect);
    return {
      policies: [...new Set(applying.map(({ policy }) => policy.name))]
        .toSorted()
        .map((name) => marked(name, shadow.has(name))),
      skipped: skipped.map(skippedText),
      rules: steps.map((step) => ({
        name: marked(ruleName(step), isInShadow(step, result.answer)),
        effect: step.effect,
        result: resultText(step),
      })),
      conditions: [
        ...skipped.flatMap((event) => this.#conditionsOf(event)),
        ...deciding(relevant(steps, result), result).flatMap(({ policy, rule, evaluations }) =>
          evaluations.flatMap((each) => this.#condition(ruleName({ policy, rule }), each)),
        ),
        // Outside of rules: a match, a limit, a header.
        ...failing.flatMap((each) => this.#condition(undefined, each)),
      ],
    };
  }

  /** Conditions of a match that do not hold. */
  #conditionsOf({ policy, entries }: PolicyEvent): readonly Condition[] {
    const evaluations = this.#recording.of('evaluation');
    return entries.flatMap(({ entry, result }) =>
      result === 'when'
        ? evaluations
            .filter(({ program }) => program === entry.when)
            .flatMap((each) => this.#condition(`${policy.name}, match`, each))
        : [],
    );
  }

  #condition(rule: string | undefined, event: EvaluationEvent): readonly Condition[] {
    const owner = this.#owners.get(event.program);
    return owner === undefined ? [] : [conditionOf(rule ?? owner.policy, owner, event.parts)];
  }
}

function ownersOf(
  { policies }: PolicySet,
  expressionsOf: (policy: string) => readonly LocatedExpression[],
): ReadonlyMap<Program, Owner> {
  const owners = new Map<Program, Owner>();
  for (const { name: policy, variables } of policies) {
    const names = new Map([...variables].map(([name, program]) => [program, name]));
    for (const located of expressionsOf(policy)) {
      owners.set(located.program, { policy, variable: names.get(located.program), located });
    }
  }
  return owners;
}

/** The rules that were evaluated; an evaluation is reported before the step that asked for it. */
function stepsOf({ events }: TraceRecording): {
  readonly steps: readonly RuleStep[];
  readonly others: readonly EvaluationEvent[];
} {
  const steps: RuleStep[] = [];
  const others: EvaluationEvent[] = [];
  let evaluations: EvaluationEvent[] = [];
  for (const event of events) {
    if (event.kind === 'evaluation') {
      evaluations.push(event);
      continue;
    }
    if (event.kind !== 'rule') others.push(...evaluations);
    else if (event.result !== 'expired') steps.push({ ...event, evaluations });
    evaluations = [];
  }
  return { steps, others: [...others, ...evaluations] };
}

/**
 * The steps that the case is about: those of shadow policies and shadow rules only if nothing else differs from what was
 * expected.
 */
function relevant(steps: readonly RuleStep[], { answer, differences }: CaseResult): readonly RuleStep[] {
  const trials = new Set(differences.map(({ field }) => /^shadow\.(.*)$/.exec(field)?.[1]));
  const isOfAnswer = differences.length === 0 || trials.has(undefined);
  return steps.filter((step) =>
    isOfAnswer
      ? !isInShadow(step, answer)
      : trials.has(ruleName(step)) || (trials.has(step.policy.name) && !answer.shadow.has(ruleName(step))),
  );
}

function ruleName({ policy, rule }: Pick<RuleStep, 'policy' | 'rule'>): string {
  return `${policy.name}/${rule.name}`;
}

/** True for a rule of a shadow policy, and for a shadow rule. */
function isInShadow(step: RuleStep, { shadow }: CaseResult['answer']): boolean {
  return shadow.has(step.policy.name) || shadow.has(ruleName(step));
}

/** The rule that decided or failed; if there is none, the expected one, or those that could have allowed. */
function deciding(steps: readonly RuleStep[], { answer, case: { expect } }: CaseResult): readonly RuleStep[] {
  const failed = steps.filter(({ result }) => result === 'failed');
  if (failed.length > 0) return failed.slice(0, MOST_RULES);
  const named = (policy: string | undefined, rule: string | undefined): readonly RuleStep[] =>
    rule === undefined || rule === ''
      ? []
      : steps.filter(
          (step) => step.rule.name === rule && (policy === undefined || step.policy.name === policy),
        );
  const wanted = named(expect.policy, expect.rule);
  const decided = answer.rule === expect.rule ? [] : named(answer.policy, answer.rule);
  if (wanted.length + decided.length > 0) return [...decided, ...wanted];
  const own = named(answer.policy, answer.rule);
  if (own.length > 0) return own;
  // Of a shadow policy or shadow rule the answer names no rule.
  const matched = steps.filter((step) => isInShadow(step, answer) && step.result === 'matched');
  if (matched.length > 0) return matched.slice(0, MOST_RULES);
  return steps.filter(({ effect, result }) => effect === 'allow' && result === 'false').slice(0, MOST_RULES);
}

function resultText({ rule, result, identity, entries, evaluations }: RuleStep): string {
  switch (result) {
    case 'matched':
    case 'false':
      return result;
    case 'not_selected':
      return `not selected by its match: ${mismatchesText(entries)}`;
    case 'other_caller':
      return rule.callers === undefined ? 'for other callers' : refusedText(rule.callers, identity);
    case 'expired':
      return 'expired';
    case 'failed': {
      const failing = evaluations.findLast(({ outcome }) => outcome instanceof EvaluationError)?.outcome;
      return failing instanceof EvaluationError ? `failed: ${failing.message}` : 'failed';
    }
  }
}

function conditionOf(
  rule: string,
  { policy, variable, located: { program, location } }: Owner,
  parts: readonly PartOutcome[],
): Condition {
  const of = variable === undefined ? rule : `${policy}, variables.${variable}`;
  const outcomes = Map.groupBy(parts, ({ part }) => part);
  const silent = program.parts.filter((part) => !outcomes.has(part));
  // A part that is not evaluated is shown once, for all that it consists of.
  const shown = program.parts
    .filter((part) => isTelling(part, program.parts, program.source))
    .filter((part) => !silent.includes(part) || silent.every((each) => !encloses(each, part)));
  const { line } = location.lines.position(location.locate(0, program.source.length).start);
  return {
    of,
    file: location.file,
    line,
    parts: shown.map((part) => ({
      depth: shown.filter((each) => each !== part && encloses(each, part)).length,
      text: program.source.slice(part.start, part.end).replaceAll(/\s+/g, ' '),
      value: (outcomes.get(part) ?? []).map(({ outcome }) => outcomeText(outcome)).join(', then '),
    })),
  };
}

/** No literals, nor lists and maps of them, and of `a.b.c` only the whole. */
function isTelling(part: Part, parts: readonly Part[], source: string): boolean {
  if (part.isLiteral) return false;
  if (/^[[{]/.test(source.slice(part.start, part.end))) {
    if (parts.every((inner) => inner === part || !encloses(part, inner) || inner.isLiteral)) return false;
  }
  return !parts.some((longer) => {
    if (longer.start !== part.start || longer.end <= part.end) return false;
    return /^[.?]*\.\??\w+$/.test(source.slice(part.end, longer.end));
  });
}

function encloses(outer: Part, inner: Part): boolean {
  return outer.start <= inner.start && outer.end >= inner.end && outer.depth < inner.depth;
}
