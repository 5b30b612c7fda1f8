import type { CountedParts } from './counted-document.ts';
import type { AdopterCoverage, Coverage, CoveredParts, DocumentCoverage, Gap } from './coverage.ts';

type Shown = (file: string) => string;

/** The whole of it for programs. Lines and columns count from 1. */
export function coverageJson(coverage: Coverage, path: Shown): string {
  const { percent, rules, outcomes, patterns, documents, gaps, excused } = coverage;
  const report = {
    percent,
    rules,
    outcomes,
    patterns,
    policies: documents
      .filter(({ kind }) => kind === 'Policy')
      .map((each) => ({ policy: each.name, ...documentJson(each, path) })),
    templates: documents
      .filter(({ kind }) => kind === 'PolicyTemplate')
      .map((each) => ({
        template: each.name,
        ...documentJson(each, path),
        adopters: each.adopters.map((adopter) => adopterJson(adopter, path)),
      })),
    gaps: gaps.map((gap) => gapJson(gap, path)),
    excused: excused.map(({ file, line, reason }) => ({ file: path(file), line, reason })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function gapJson({ policy, span, missing }: Gap, path: Shown): object {
  return {
    policy,
    file: path(span.file),
    line: span.start.line,
    column: span.start.column,
    end_line: span.end.line,
    end_column: span.end.column,
    missing,
  };
}

function adopterJson(adopter: AdopterCoverage, path: Shown): object {
  const { name, reached, gaps } = adopter;
  return {
    policy: name,
    reached,
    covered: sharesOf(adopter),
    gaps: gaps.map((gap) => gapJson(gap, path)),
  };
}

function sharesOf({ rules, outcomes, patterns }: CoveredParts): object {
  return { rules, outcomes, patterns };
}

function documentJson(document: DocumentCoverage, path: Shown): object {
  const { source, reached, counts } = document;
  return {
    file: path(source.file),
    line: source.line,
    reached,
    covered: sharesOf(document),
    ...partsJson(counts, path),
  };
}

function partsJson({ rules, expressions, patterns }: CountedParts, path: Shown): object {
  return {
    rules: rules.map((rule) => ({
      rule: rule.name,
      effect: rule.effect,
      file: path(rule.source.file),
      line: rule.source.line,
      tried: rule.tried,
      matched: rule.matched,
      failed: rule.failed,
      cases: rule.cases.names,
    })),
    expressions: expressions.map(({ file, lines, body, evaluated, cases, conditions }) => ({
      file: path(file),
      ...lines.position(body.start),
      evaluated,
      cases: cases.names,
      conditions: conditions.map((condition) => ({
        text: lines.text.slice(condition.range.start, condition.range.end),
        ...lines.position(condition.range.start),
        true: condition.true,
        false: condition.false,
        error: condition.error,
      })),
    })),
    patterns: patterns.map(({ kind, text, file, lines, range, matched, cases }) => ({
      kind,
      text,
      file: path(file),
      ...lines.position(range.start),
      matched,
      cases: cases.names,
    })),
  };
}
