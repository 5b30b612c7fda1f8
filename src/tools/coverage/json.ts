import type { Coverage, PolicyCoverage } from './coverage.ts';

/** The whole of it for programs. Lines and columns count from 1. */
export function coverageJson(coverage: Coverage, path: (file: string) => string): string {
  const { percent, rules, outcomes, policies, gaps, excused } = coverage;
  const report = {
    percent,
    rules,
    outcomes,
    policies: policies.map((policy) => policyJson(policy, path)),
    gaps: gaps.map(({ policy, span, missing }) => ({
      policy,
      file: path(span.file),
      line: span.start.line,
      column: span.start.column,
      end_line: span.end.line,
      end_column: span.end.column,
      missing,
    })),
    excused: excused.map(({ file, line, reason }) => ({ file: path(file), line, reason })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function policyJson(
  { name, source, reached, rules, outcomes, counts }: PolicyCoverage,
  path: (file: string) => string,
): object {
  return {
    policy: name,
    file: path(source.file),
    line: source.line,
    reached,
    covered: { rules, outcomes },
    rules: counts.rules.map((rule) => ({
      rule: rule.name,
      effect: rule.effect,
      file: path(rule.source.file),
      line: rule.source.line,
      tried: rule.tried,
      matched: rule.matched,
      failed: rule.failed,
    })),
    expressions: counts.expressions.map(({ file, lines, body, evaluated, conditions }) => ({
      file: path(file),
      ...lines.position(body.start),
      evaluated,
      conditions: conditions.map((condition) => ({
        text: lines.text.slice(condition.range.start, condition.range.end),
        ...lines.position(condition.range.start),
        true: condition.true,
        false: condition.false,
        error: condition.error,
      })),
    })),
  };
}
