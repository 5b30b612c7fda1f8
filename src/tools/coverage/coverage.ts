import type { Span } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { SourceLocation } from '../../engine/set/policy-set.ts';
import { type Remark, remarksOf } from '../../policy/compile/remarks.ts';
import { spanOf } from '../../policy/yaml/yaml-file.ts';
import type { ConditionCount, CoverageCount, ExpressionCount, PolicyCount, RuleCount } from './count.ts';

/** The comment that leaves a rule or expression out. */
export const UNCOVERED = 'lictor-uncovered';

/** Covered number of a total. */
export interface Share {
  readonly covered: number;
  readonly total: number;
}

/** Rule or outcome that no case reached. */
export interface Gap {
  readonly policy: string;
  readonly span: Span;
  /** `never matched`, `never false` and so on, with the rule's name before it. */
  readonly missing: string;
}

/** A gap that its author left out, and why. */
interface ExcludedGap {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface PolicyCoverage {
  readonly name: string;
  readonly source: SourceLocation;
  /** True if it applied to the request of any case. */
  readonly reached: boolean;
  /** Rules that matched. */
  readonly rules: Share;
  /** True and false of each condition; of an expression without one, that it was evaluated. */
  readonly outcomes: Share;
  readonly counts: PolicyCount;
}

/** Coverage of the policies by the cases of a run. */
export interface Coverage {
  readonly policies: readonly PolicyCoverage[];
  readonly rules: Share;
  readonly outcomes: Share;
  /** From 0 to 100, of rules and outcomes together. */
  readonly percent: number;
  /** In order of file and line. */
  readonly gaps: readonly Gap[];
  readonly excused: readonly ExcludedGap[];
  /** Comments without effect: there is no gap, or they give no reason. */
  readonly idle: readonly ExcludedGap[];
  /** Texts of the files with policies. */
  readonly sources: ReadonlyMap<string, Lines>;
}

/** Sums up what was counted. `source` gives the text of a file of the folder. */
export function coverageOf(count: CoverageCount, source: (file: string) => Lines | undefined): Coverage {
  const gaps: Gap[] = [];
  const remarks = new Remarks(source);
  const policies = count.policies
    .map((policy) => policyCoverage(policy, remarks, gaps))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rules = sum(policies.map((policy) => policy.rules));
  const outcomes = sum(policies.map((policy) => policy.outcomes));
  return {
    policies,
    rules,
    outcomes,
    percent: percentOf(sum([rules, outcomes])),
    gaps: gaps.toSorted(byPlace),
    ...remarks.told(),
    sources: remarks.sources,
  };
}

/** Of nothing, all is covered. */
export function percentOf({ covered, total }: Share): number {
  return total === 0 ? 100 : (covered / total) * 100;
}

/** Whole per cent, rounded down, so that 100 % means everything. */
export function shownPercent(percent: number): string {
  return `${Math.floor(percent + 1e-9)} %`;
}

function policyCoverage(policy: PolicyCount, remarks: Remarks, gaps: Gap[]): PolicyCoverage {
  const { name, source } = policy;
  remarks.read(source.file);
  let ruleCount: Share = { covered: 0, total: 0 };
  const outOfRule = new Map<ExpressionCount, Remark>();
  /** Expressions that the gap of their rule covers. */
  const told = new Set<ExpressionCount>();
  for (const rule of policy.rules) {
    const remark = remarks.on(rule.source.file, rule.source.line, rule.source.line);
    if (remark !== undefined) {
      for (const each of rule.expressions) outOfRule.set(each, remark);
    }
    if (rule.matched === 0 && remark !== undefined) {
      remarks.use(remark);
      continue;
    }
    ruleCount = sum([ruleCount, { covered: rule.matched > 0 ? 1 : 0, total: 1 }]);
    if (rule.matched > 0) continue;
    gaps.push(ruleGap(name, rule, remarks));
    for (const each of rule.expressions) if (each.evaluated === 0) told.add(each);
  }
  let outcomes: Share = { covered: 0, total: 0 };
  for (const each of policy.expressions) {
    const share = shareOf(each);
    const first = each.lines.position(each.range.start).line;
    const last = each.lines.position(each.body.end).line;
    const remark = outOfRule.get(each) ?? remarks.on(each.file, first, last);
    if (share.covered < share.total && remark !== undefined) {
      remarks.use(remark);
      continue;
    }
    outcomes = sum([outcomes, share]);
    if (!told.has(each)) gaps.push(...expressionGaps(name, each));
  }
  return { name, source, reached: policy.applied > 0, rules: ruleCount, outcomes, counts: policy };
}

function shareOf({ conditions, evaluated }: ExpressionCount): Share {
  if (conditions.length === 0) return { covered: evaluated > 0 ? 1 : 0, total: 1 };
  return sum(
    conditions.map((each) => ({ covered: Number(each.true > 0) + Number(each.false > 0), total: 2 })),
  );
}

function ruleGap(policy: string, { name, source, tried, failed }: RuleCount, remarks: Remarks): Gap {
  const missing =
    tried === 0 ? 'never tried' : failed === tried ? 'never matched, it always failed' : 'never matched';
  const line = remarks.sources.get(source.file)?.line(source.line) ?? '';
  const end = { line: source.line, column: [...line.trimEnd()].length + 1 };
  const start = { line: source.line, column: source.column };
  return {
    policy,
    span: { file: source.file, start, end },
    missing: `rule \`${policy}/${name}\` ${missing}`,
  };
}

function expressionGaps(policy: string, expression: ExpressionCount): readonly Gap[] {
  const gap = (range: Range, missing: string): Gap => ({
    policy,
    span: spanOf({ path: expression.file, lines: expression.lines }, range),
    missing,
  });
  if (expression.evaluated === 0) return [gap(expression.body, 'never evaluated')];
  const gaps: Gap[] = [];
  let silent = -1;
  for (const condition of expression.conditions) {
    if (condition.part.end <= silent) continue;
    const missing = missingOf(condition);
    if (missing === undefined) continue;
    gaps.push(gap(condition.range, missing));
    // Its parts were not evaluated either.
    if (isSilent(condition)) silent = condition.part.end;
  }
  return gaps;
}

function missingOf(condition: ConditionCount): string | undefined {
  if (isSilent(condition)) return 'never evaluated';
  if (condition.true === 0 && condition.false === 0) return 'never true or false, it always failed';
  if (condition.true === 0) return 'never true';
  return condition.false === 0 ? 'never false' : undefined;
}

function isSilent(condition: ConditionCount): boolean {
  return condition.true + condition.false + condition.error === 0;
}

export function sum(shares: readonly Share[]): Share {
  let covered = 0;
  let total = 0;
  for (const each of shares) {
    covered += each.covered;
    total += each.total;
  }
  return { covered, total };
}

export function shownShare({ covered, total }: Share): string {
  return total === 0 ? '–' : `${covered}/${total}`;
}

function byPlace(a: Gap, b: Gap): number {
  if (a.span.file !== b.span.file) return a.span.file < b.span.file ? -1 : 1;
  const { start } = a.span;
  return start.line - b.span.start.line || start.column - b.span.start.column;
}

/** Comments of the files that were read, and which of them excluded a gap. */
class Remarks {
  readonly sources = new Map<string, Lines>();
  readonly #source: (file: string) => Lines | undefined;
  readonly #remarks = new Map<string, readonly Remark[]>();
  readonly #used = new Set<Remark>();

  constructor(source: (file: string) => Lines | undefined) {
    this.#source = source;
  }

  read(file: string): readonly Remark[] {
    const known = this.#remarks.get(file);
    if (known !== undefined) return known;
    const lines = this.#source(file);
    const found = lines === undefined ? [] : remarksOf(lines, UNCOVERED);
    if (lines !== undefined) this.sources.set(file, lines);
    this.#remarks.set(file, found);
    return found;
  }

  /** The remark, with a reason, about one of these lines. */
  on(file: string, first: number, last: number): Remark | undefined {
    return this.read(file).find(({ about, reason }) => reason !== '' && about >= first && about <= last);
  }

  use(remark: Remark): void {
    this.#used.add(remark);
  }

  told(): Pick<Coverage, 'excused' | 'idle'> {
    const all = [...this.#remarks].flatMap(([file, found]) => found.map((remark) => ({ file, remark })));
    const shown = (used: boolean): readonly ExcludedGap[] =>
      all
        .filter(({ remark }) => this.#used.has(remark) === used)
        .map(({ file, remark: { line, reason } }) => ({ file, line, reason }));
    return { excused: shown(true), idle: shown(false) };
  }
}
