import { EvaluationError, type Part } from '../../cel/interpret/program.ts';
import type { CompiledPolicy, CompiledRule, PolicySet } from '../../engine/set/policy-set.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import type { PolicyTestDocument } from '../../policy/compile/policy-test.ts';
import { compileFolder } from '../../policy/compile-folder.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import type { Effect, Observer, PartOutcome, PlacedExpression } from '../coverage/observe.ts';
import { instrumentFor } from '../coverage/observe.ts';
import { type CaseResult, TestRun } from './test-run.ts';
import { outcomeText } from './value-text.ts';

/** Why a case came out as it did. */
export interface Explanation {
  /** Those that governed the request, in order of name; a shadow policy has `(shadow)` behind it. */
  readonly policies: readonly string[];
  /** In the order in which they were tried. */
  readonly rules: readonly TriedRule[];
  /** The conditions of the rules that matter, each with what its parts came to. */
  readonly conditions: readonly Condition[];
}

export interface TriedRule {
  readonly name: string;
  readonly effect: Effect;
  /** `matched`, `false`, `not selected by its match`, or what failed. */
  readonly came: string;
}

export interface Condition {
  /** `policy/rule`; `policy, variables.NAME`; of anything else the policy alone. */
  readonly of: string;
  readonly file: string;
  readonly line: number;
  readonly parts: readonly ShownPart[];
}

export interface ShownPart {
  readonly depth: number;
  readonly text: string;
  /** Cut when long; empty: it was not evaluated. */
  readonly value: string;
}

/** Rules whose conditions are shown when no single one decided. */
const MOST_RULES = 3;

interface Step {
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule;
  readonly effect: Effect;
  came: boolean | EvaluationError | undefined;
  readonly evaluations: Evaluation[];
}

interface Evaluation {
  readonly placed: PlacedExpression;
  readonly parts: readonly PartOutcome[];
  readonly owner: Owner;
}

interface Owner {
  readonly policy: string;
  /** Of a variable's expression, its name. */
  readonly variable: string | undefined;
}

/** Runs cases once more, by policies that tell what they do, and says why each came out as it did. */
export class Explainer {
  readonly #run: TestRun | undefined;
  #applying: string[] = [];
  #steps: Step[] = [];
  #evaluations: Evaluation[] = [];
  /** Of no rule: of a match, a limit, a header. */
  #others: Evaluation[] = [];
  readonly #owners = new Map<PlacedExpression, Owner>();

  constructor(files: PolicyFiles, original: PolicySet, now: number) {
    const observer: Observer = {
      compiled: (policy, expressions) => {
        const variables = new Map([...policy.variables].map(([name, program]) => [program, name]));
        for (const each of expressions) {
          const variable = variables.get(each.observed);
          this.#owners.set(each, { policy: policy.name, variable });
        }
      },
      applies: ({ name }) => {
        this.#applying.push(name);
      },
      tried: (policy, rule, effect) => {
        this.#others.push(...this.#evaluations.splice(0));
        this.#steps.push({ policy, rule, effect, came: undefined, evaluations: [] });
      },
      came: (_policy, rule, outcome) => {
        const step = this.#steps.findLast((each) => each.rule === rule);
        if (step === undefined) return;
        step.came = outcome;
        // What was evaluated since the rule's turn came.
        step.evaluations.push(...this.#evaluations.splice(0));
      },
      evaluated: (placed, parts) => {
        const owner = this.#owners.get(placed) ?? { policy: '', variable: undefined };
        this.#evaluations.push({ placed, parts, owner });
      },
    };
    const { set } = compileFolder(files, {
      crypto: nodeCrypto,
      instrument: instrumentFor(observer),
    });
    const { revision, revisionText } = original;
    const onAsk = (): void => {
      this.#applying = [];
      this.#steps = [];
      this.#evaluations = [];
      this.#others = [];
    };
    this.#run = set && new TestRun({ ...set, revision, revisionText }, now, { onAsk });
  }

  async explain(test: PolicyTestDocument, result: CaseResult): Promise<Explanation | undefined> {
    if (this.#run === undefined) return undefined;
    await this.#run.run(test, result.case);
    const steps = this.#steps;
    const others = [...this.#others, ...this.#evaluations];
    const failing = others.filter(({ parts }) => parts.at(-1)?.outcome instanceof EvaluationError);
    const { shadow } = result.answer;
    const marked = (policy: string, name: string): string => (shadow.has(policy) ? `${name} (shadow)` : name);
    return {
      policies: [...new Set(this.#applying)].toSorted().map((name) => marked(name, name)),
      rules: steps.map(({ policy, rule, effect, came }) => ({
        name: marked(policy.name, `${policy.name}/${rule.name}`),
        effect,
        came: shownOutcome(came),
      })),
      conditions: [
        ...deciding(heardOf(steps, result), result).flatMap(({ policy, rule, evaluations }) =>
          evaluations.map((each) => conditionOf(`${policy.name}/${rule.name}`, each)),
        ),
        // Outside of rules: a match, a limit, a header.
        ...failing.map((each) => conditionOf(each.owner.policy, each)),
      ],
    };
  }
}

/** What the policies said that the case is about: shadow policies only where nothing else is other than expected. */
function heardOf(steps: readonly Step[], { answer, differences }: CaseResult): readonly Step[] {
  const trials = new Set(differences.map(({ field }) => /^shadow\.(.*)$/.exec(field)?.[1]));
  return steps.filter(({ policy: { name } }) =>
    trials.has(undefined) ? !answer.shadow.has(name) : trials.has(name),
  );
}

/** The rule that decided or failed; when there is none, that which was wanted, or those that could have allowed. */
function deciding(steps: readonly Step[], { answer, case: { expect } }: CaseResult): readonly Step[] {
  const failed = steps.filter(({ came }) => came instanceof EvaluationError);
  if (failed.length > 0) return failed.slice(0, MOST_RULES);
  const named = (policy: string | undefined, rule: string | undefined): readonly Step[] =>
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
  // Of a shadow policy the answer names no rule.
  const matched = steps.filter(({ policy, came }) => answer.shadow.has(policy.name) && came === true);
  if (matched.length > 0) return matched.slice(0, MOST_RULES);
  return steps.filter(({ effect, came }) => effect === 'allow' && came === false).slice(0, MOST_RULES);
}

function shownOutcome(came: Step['came']): string {
  if (came === undefined) return 'not selected by its match';
  if (came instanceof EvaluationError) return `failed: ${came.message}`;
  return came ? 'matched' : 'false';
}

function conditionOf(named: string, { placed: { program, place }, parts, owner }: Evaluation): Condition {
  const { policy, variable } = owner;
  const of = variable === undefined ? named : `${policy}, variables.${variable}`;
  const outcomes = Map.groupBy(parts, ({ part }) => part);
  const silent = program.parts.filter((part) => !outcomes.has(part));
  // What is not evaluated says so once, for all that it consists of.
  const shown = program.parts
    .filter((part) => isTelling(part, program.parts, program.source))
    .filter((part) => !silent.includes(part) || silent.every((each) => !encloses(each, part)));
  const { line } = place.lines.position(place.locate(0, program.source.length).start);
  return {
    of,
    file: place.file,
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
