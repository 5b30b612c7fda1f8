import type { ComparedText, TextComparison } from '../../cel/check/text-comparisons.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import type { ValidExpression } from '../compile/expressions.ts';
import { expressionsIn } from '../compile/expressions-in.ts';
import { selectionsOf } from '../compile/identity-reads.ts';
import { type EntryPair, selections } from '../compile/match-relations.ts';
import { rangeIn, replacePart } from '../compile/report-problem.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import type { Analyses } from './analyses.ts';
import { EvaluatedParts } from './evaluated-parts.ts';
import type { LintInput } from './lint-input.ts';
import { exampleWith } from './pattern-examples.ts';
import type { Confirmed, Trials } from './trials.ts';
import { type WrittenPattern, writtenPattern } from './written-patterns.ts';

/** Characters of every wildcard, to look at few expressions only. */
const WILDCARD = /[*{]|\/:/;

/** Reports patterns in comparisons in which they are ordinary text, such as `request.url_path == '/api/*'`. */
export function* lintGlobs(
  { compiled, policies }: LintInput,
  analyses: Analyses,
  trials: Trials,
): Generator<undefined, void> {
  for (const each of compiled) {
    const policy = policies.get(each.policy.name);
    const suspected = each.valid.filter(({ expression }) => WILDCARD.test(expression.source));
    if (policy === undefined || suspected.length === 0) continue;
    const { spec } = each.policy;
    const places = selectionsOf(spec);
    const rules = new Map(
      (spec.rules ?? []).flatMap((rule) => expressionsIn(rule).map((one) => [one, rule.name] as const)),
    );
    const whole = selections(spec.match, undefined);
    for (const valid of suspected) {
      const pairs = places.get(valid.expression) ?? whole;
      const place: Place = { policy, rule: rules.get(valid.expression), pairs, trials };
      for (const comparison of analyses.of(valid).comparisons) {
        const [found] = patternsIn(comparison);
        if (found === undefined) continue;
        const confirmed = confirm(valid, comparison, found.pattern, place);
        if (confirmed !== undefined) reportComparison(valid.expression, comparison, found, confirmed);
      }
    }
    yield;
  }
}

/** Place at which an expression is evaluated. */
interface Place {
  readonly policy: CompiledPolicy;
  /** Undefined outside of rules. */
  readonly rule: string | undefined;
  readonly pairs: readonly EntryPair[];
  readonly trials: Trials;
}

interface FoundPattern {
  readonly pattern: WrittenPattern;
  readonly written: ComparedText;
}

function patternsIn({ name, test, texts }: TextComparison): readonly FoundPattern[] {
  return texts.flatMap((written) => {
    const pattern = writtenPattern(name, test, written.text);
    return pattern === undefined ? [] : [{ pattern, written }];
  });
}

/** The answer to a request that the author meant, for which the comparison has not the meant value. */
function confirm(
  { program }: ValidExpression,
  comparison: TextComparison,
  { sample }: WrittenPattern,
  { policy, rule, pairs, trials }: Place,
): Confirmed | undefined {
  const example = exampleWith(comparison, sample, policy, pairs, trials);
  if (example === undefined) return undefined;
  const parts = new EvaluatedParts(program);
  return trials.confirm(
    example,
    (decision) => {
      const value = parts.take(comparison);
      if (comparison.test === '!=' || value !== undefined) return value === (comparison.test === '!=');
      // Another condition was decisive, but not the rule.
      return rule !== undefined && (decision.policy !== policy.name || decision.rule !== rule);
    },
    parts,
  );
}

function reportComparison(
  expression: Expression,
  comparison: TextComparison,
  { pattern }: FoundPattern,
  { text }: Confirmed,
): void {
  const { start, end, name } = comparison;
  const message = `\`${pattern.wildcard}\` stands only for itself in \`${expression.source.slice(start, end)}\``;
  const condition = conditionFor(comparison, expression.source);
  const help =
    condition === undefined
      ? `compare it with a regular expression: \`${name}.matches(...)\``
      : replacePart(expression, comparison, condition);
  report(expression.at, 'pattern_compared', message, help, rangeIn(expression, start, end), [text]);
}

/** A condition with the meaning that the author gave to the patterns; undefined if there is none. */
function conditionFor({ name, test, texts }: TextComparison, source: string): string | undefined {
  const patterns = texts.map(({ text }) => writtenPattern(name, test, text));
  const plain = texts.filter((_, index) => patterns[index] === undefined);
  const conditions = patterns.flatMap((pattern) =>
    pattern === undefined ? [] : [pattern.condition?.(name)],
  );
  if (conditions.includes(undefined)) return undefined;
  const written = plain.map(({ start, end }) => source.slice(start, end));
  const equal = written.length > 1 ? `${name} in [${written.join(', ')}]` : `${name} == ${written.join('')}`;
  const all = [...(written.length === 0 ? [] : [equal]), ...conditions];
  const joined = all.length > 1 ? `(${all.join(' || ')})` : all.join('');
  return test === '!=' ? `!${joined}` : joined;
}
