import type { Span } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import type { SourceLocation } from '../../engine/set/policy-set.ts';
import type { Remark } from '../../policy/compile/remarks.ts';
import { spanOf } from '../../policy/yaml/yaml-file.ts';
import type { ConditionCount, CoverageCount, ExpressionCount, RuleCount } from './count.ts';
import { type CountedDocument, type CountedParts, countedDocuments } from './counted-document.ts';
import { type ExcludedGap, Remarks } from './uncovered-comments.ts';

/** Covered number of a total. */
export interface Share {
  readonly covered: number;
  readonly total: number;
}

/** Rule, outcome or pattern that no case reached. */
export interface Gap {
  /** The policy or template. */
  readonly policy: string;
  readonly span: Span;
  /** `never matched`, `never false` and so on, with the rule's name before it. */
  readonly missing: string;
}

/** Covered parts of a document, or of a template by one of its adopters. */
export interface CoveredParts {
  readonly name: string;
  /** True if it applied to the request of any case. */
  readonly reached: boolean;
  /** Rules that matched. */
  readonly rules: Share;
  /** True and false of each condition; of an expression without one, that it was evaluated. */
  readonly outcomes: Share;
  /** Hosts, methods, paths and principals that matched. */
  readonly patterns: Share;
}

/** Coverage of a policy, or of a template by all of its adopters. */
export interface DocumentCoverage extends CoveredParts {
  readonly kind: CountedDocument['kind'];
  readonly source: SourceLocation;
  readonly counts: CountedDocument;
  /** Coverage of the template by each adopter alone, which is not part of the sums. */
  readonly adopters: readonly AdopterCoverage[];
}

export interface AdopterCoverage extends CoveredParts {
  /** Gaps of this adopter that another one covers. */
  readonly gaps: readonly Gap[];
}

/** Coverage of the policies by the cases of a run. */
export interface Coverage {
  /** In order of name; a template comes before policies. */
  readonly documents: readonly DocumentCoverage[];
  readonly rules: Share;
  readonly outcomes: Share;
  readonly patterns: Share;
  /** From 0 to 100, of rules, outcomes and patterns together. */
  readonly percent: number;
  /** In order of file and line. */
  readonly gaps: readonly Gap[];
  readonly excused: readonly ExcludedGap[];
  /** Comments without effect: there is no gap, or they give no reason. */
  readonly idle: readonly ExcludedGap[];
  /** Texts of the files with policies. */
  readonly sources: ReadonlyMap<string, Lines>;
}

/**
 * Sums up what was counted, of the documents that `isWanted` takes. `source` gives the text of a file of the folder.
 */
export function coverageOf(
  { policies }: Pick<CoverageCount, 'policies'>,
  source: (file: string) => Lines | undefined,
  isWanted: (document: CountedDocument) => boolean = () => true,
): Coverage {
  const gaps: Gap[] = [];
  const remarks = new Remarks(source);
  const documents = countedDocuments(policies)
    .filter(isWanted)
    .map((document) => documentCoverage(document, remarks, gaps))
    .toSorted((a, b) => byText(b.kind, a.kind) || byText(a.name, b.name));
  const rules = sum(documents.map((document) => document.rules));
  const outcomes = sum(documents.map((document) => document.outcomes));
  const patterns = sum(documents.map((document) => document.patterns));
  return {
    documents,
    rules,
    outcomes,
    patterns,
    percent: percentOf(sum([rules, outcomes, patterns])),
    gaps: gaps.toSorted(byPlace),
    ...remarks.told(),
    sources: remarks.sources,
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of nothing, all is covered. */
function percentOf({ covered, total }: Share): number {
  return total === 0 ? 100 : (covered / total) * 100;
}

/** Whole per cent, rounded down, so that 100 % means everything. */
export function shownPercent(percent: number): string {
  return `${Math.floor(percent + 1e-9)} %`;
}

/** Covered share of all parts, in percent. */
export function percentOfParts({
  rules,
  outcomes,
  patterns,
}: Omit<CoveredParts, 'name' | 'reached'>): number {
  return percentOf(sum([rules, outcomes, patterns]));
}

function documentCoverage(counts: CountedDocument, remarks: Remarks, gaps: Gap[]): DocumentCoverage {
  const { kind, source } = counts;
  remarks.read(source.file);
  const own: Gap[] = [];
  const covered = coveredParts(counts, remarks, own);
  gaps.push(...own);
  const known = new Set(own.map(placeOf));
  const adopters = counts.adopters.map((adopter): AdopterCoverage => {
    const all: Gap[] = [];
    const parts = coveredParts(adopter, remarks, all);
    return { ...parts, gaps: all.filter((gap) => !known.has(placeOf(gap))).toSorted(byPlace) };
  });
  return { ...covered, kind, source, counts, adopters };
}

function placeOf({ span: { file, start, end }, missing }: Gap): string {
  const what = missing.replace(/^rule `[^`]*`/, 'rule');
  return `${file}:${start.line}:${start.column}:${end.line}:${end.column} ${what}`;
}

function coveredParts(
  counts: CountedParts & { readonly name: string; readonly applied: number },
  remarks: Remarks,
  gaps: Gap[],
): CoveredParts {
  const { name } = counts;
  let rules: Share = { covered: 0, total: 0 };
  const outOfRule = new Map<ExpressionCount, Remark>();
  /** Expressions that the gap of their rule covers. */
  const told = new Set<ExpressionCount>();
  for (const rule of counts.rules) {
    const remark = remarks.on(rule.source.file, rule.source.line, rule.source.line);
    if (remark !== undefined) {
      for (const each of rule.expressions) outOfRule.set(each, remark);
    }
    if (rule.matched === 0 && remark !== undefined) {
      remarks.use(remark);
      continue;
    }
    rules = sum([rules, { covered: rule.matched > 0 ? 1 : 0, total: 1 }]);
    if (rule.matched > 0) continue;
    gaps.push(ruleGap(name, rule, remarks));
    for (const each of rule.expressions) if (each.evaluated === 0) told.add(each);
  }
  let outcomes: Share = { covered: 0, total: 0 };
  for (const each of counts.expressions) {
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
  const patterns = coveredPatterns(counts, remarks, gaps);
  return { name, reached: counts.applied > 0, rules, outcomes, patterns };
}

function coveredPatterns(
  { name, rules, patterns }: CountedParts & { readonly name: string },
  remarks: Remarks,
  gaps: Gap[],
): Share {
  let share: Share = { covered: 0, total: 0 };
  // The gap of a rule covers the patterns of its match, and so does its comment.
  const excused = new Map(
    rules.map(({ name: of, source: { file, line } }) => [of, remarks.on(file, line, line)]),
  );
  const told = new Set(rules.filter(({ matched }) => matched === 0).map((each) => each.name));
  for (const { kind, text, rule, file, lines, range, matched } of patterns) {
    const { line } = lines.position(range.start);
    const remark = remarks.on(file, line, line) ?? excused.get(rule ?? '');
    if (matched === 0 && remark !== undefined) {
      remarks.use(remark);
      continue;
    }
    share = sum([share, { covered: matched > 0 ? 1 : 0, total: 1 }]);
    if (matched > 0 || (rule !== undefined && told.has(rule))) continue;
    const span = spanOf({ path: file, lines }, range);
    gaps.push({ policy: name, span, missing: `${kind} \`${text}\` never matched` });
  }
  return share;
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

function sum(shares: readonly Share[]): Share {
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
