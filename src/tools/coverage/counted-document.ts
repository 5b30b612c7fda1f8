import type { SourceLocation } from '../../engine/set/policy-set.ts';
import type { AdoptedTemplate } from '../../policy/compile/policy-compiler.ts';
import type { ExpressionCount, PolicyCount, RuleCount } from './count.ts';
import type { PatternCount } from './pattern-count.ts';
import { ReachingCases } from './reaching-cases.ts';

/** The counted parts that one document has. */
export interface CountedParts {
  readonly rules: readonly RuleCount[];
  readonly expressions: readonly ExpressionCount[];
  readonly patterns: readonly PatternCount[];
}

/** A policy with its own parts, or a template with the sums of the counts of its adopters. */
export interface CountedDocument extends CountedParts {
  readonly kind: 'Policy' | 'PolicyTemplate';
  readonly name: string;
  readonly source: SourceLocation;
  readonly applied: number;
  /** The parts of a template as each adopter counted them. */
  readonly adopters: readonly (CountedParts & { readonly name: string; readonly applied: number })[];
}

/** The documents of a run: every policy, and every template that a policy adopts. */
export function countedDocuments(policies: readonly PolicyCount[]): readonly CountedDocument[] {
  const adopted = policies.filter(({ template }) => template !== undefined);
  const byTemplate = Map.groupBy(adopted, ({ template }) => template?.name ?? '');
  const templates = [...byTemplate.values()].flatMap((adopters) => {
    const template = adopters[0]?.template;
    return template === undefined ? [] : [templateOf(template, adopters)];
  });
  const own = policies.map((policy): CountedDocument => {
    const { name, source, applied, template } = policy;
    const parts =
      template === undefined ? policy : partsOf(policy, (file, line) => !isIn(template, file, line));
    return { kind: 'Policy', name, source, applied, adopters: [], ...only(parts) };
  });
  return [...own, ...templates];
}

function templateOf(template: AdoptedTemplate, policies: readonly PolicyCount[]): CountedDocument {
  const adopters = policies.map((policy) => ({
    name: policy.name,
    applied: policy.applied,
    ...partsOf(policy, (file, line) => isIn(template, file, line)),
  }));
  return {
    kind: 'PolicyTemplate',
    name: template.name,
    source: template.source,
    applied: adopters.reduce((sum, { applied }) => sum + applied, 0),
    adopters,
    ...summed(adopters),
  };
}

function isIn({ source, firstLine, lastLine }: AdoptedTemplate, file: string, line: number): boolean {
  return file === source.file && line >= firstLine && line <= lastLine;
}

function partsOf(parts: CountedParts, isOf: (file: string, line: number) => boolean): CountedParts {
  const isHere = ({ file, lines, range }: ExpressionCount | PatternCount): boolean =>
    isOf(file, lines.position(range.start).line);
  return {
    rules: parts.rules.filter(({ source }) => isOf(source.file, source.line)),
    expressions: parts.expressions.filter(isHere),
    patterns: parts.patterns.filter(isHere),
  };
}

function only({ rules, expressions, patterns }: CountedParts): CountedParts {
  return { rules, expressions, patterns };
}

/** The sums of the counts at each location. */
function summed(all: readonly CountedParts[]): CountedParts {
  const expressions = new Map<string, ExpressionCount>();
  for (const each of all.flatMap((parts) => parts.expressions)) {
    const sum = sumAt(expressions, `${each.file}:${each.range.start}`, () => emptyExpression(each));
    sum.evaluated += each.evaluated;
    sum.cases.addAll(each.cases);
    for (const [index, { true: holds, false: not, error }] of each.conditions.entries()) {
      const condition = sum.conditions[index];
      if (condition === undefined) continue;
      condition.true += holds;
      condition.false += not;
      condition.error += error;
    }
  }
  const rules = new Map<string, RuleCount>();
  for (const each of all.flatMap((parts) => parts.rules)) {
    const { file, line, column } = each.source;
    const sum = sumAt(rules, `${file}:${line}:${column}`, () => {
      const own = each.expressions.flatMap((one) => expressions.get(`${one.file}:${one.range.start}`) ?? []);
      return { ...each, expressions: own, cases: new ReachingCases(), tried: 0, matched: 0, failed: 0 };
    });
    sum.tried += each.tried;
    sum.matched += each.matched;
    sum.failed += each.failed;
    sum.cases.addAll(each.cases);
  }
  const patterns = new Map<string, PatternCount>();
  for (const each of all.flatMap((parts) => parts.patterns)) {
    const key = `${each.file}:${each.range.start}`;
    const sum = sumAt(patterns, key, () => ({ ...each, cases: new ReachingCases(), matched: 0 }));
    sum.matched += each.matched;
    sum.cases.addAll(each.cases);
  }
  return {
    rules: [...rules.values()],
    expressions: [...expressions.values()],
    patterns: [...patterns.values()],
  };
}

function emptyExpression(count: ExpressionCount): ExpressionCount {
  const conditions = count.conditions.map((each) => ({ ...each, true: 0, false: 0, error: 0 }));
  return { ...count, conditions, cases: new ReachingCases(), evaluated: 0 };
}

function sumAt<T>(sums: Map<string, T>, key: string, create: () => T): T {
  const sum = sums.get(key) ?? create();
  sums.set(key, sum);
  return sum;
}
