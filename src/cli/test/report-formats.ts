import { annotation } from '../../diagnostic/github.ts';
import { shownPath } from '../terminal/policy-folder.ts';
import { plainFailure, type TestReport } from './human-report.ts';

/** Output of `lictor test --output json`. */
export function jsonReport({ results, explanations, dir, terminal }: TestReport): string {
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const cases = results.map((result) => {
    const { test, case: each, source, differences, answer } = result;
    const why = explanations.get(result);
    return {
      test,
      name: each.name,
      file: shownPath(source.file, dir, terminal),
      line: source.line,
      ok: differences.length === 0,
      decision: answer.decision,
      reason: answer.reason,
      status: answer.status,
      policy: answer.policy,
      rule: answer.rule,
      failures: differences,
      ...why,
    };
  });
  return `${JSON.stringify({ cases, passed: results.length - failed, failed }, null, 2)}\n`;
}

/** JUnit's XML, as build servers read it: a suite for each PolicyTest. */
export function junitReport(report: TestReport): string {
  const { results, dir, terminal, duration } = report;
  const suites = Object.entries(Object.groupBy(results, ({ test }) => test)).map(([test, cases = []]) => {
    const failures = cases.filter(({ differences }) => differences.length > 0).length;
    const time = cases.reduce((sum, each) => sum + each.duration, 0);
    const inner = cases.map((each) => {
      const file = shownPath(each.source.file, dir, terminal);
      const open = `    <testcase classname="${attribute(test)}" name="${attribute(each.case.name)}" file="${attribute(file)}" line="${each.source.line}" time="${seconds(each.duration)}"`;
      if (each.differences.length === 0) return `${open}/>`;
      const message = attribute(oneLine(each.differences));
      return `${open}>\n      <failure message="${message}" type="difference">${content(plainFailure(each, report))}</failure>\n    </testcase>`;
    });
    const head = `  <testsuite name="${attribute(test)}" tests="${cases.length}" failures="${failures}" errors="0" time="${seconds(time)}">`;
    return `${head}\n${inner.join('\n')}\n  </testsuite>`;
  });
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="lictor" tests="${results.length}" failures="${failed}" errors="0" time="${seconds(duration)}">
${suites.join('\n')}
</testsuites>
`;
}

/** Annotations that GitHub shows beside the lines of a pull request. */
export function githubReport(report: TestReport): string {
  const { results, dir, terminal } = report;
  const failed = results.filter(({ differences }) => differences.length > 0);
  const lines = failed.map((each) =>
    annotation({
      severity: 'error',
      span: { file: shownPath(each.source.file, dir, terminal), start: each.source, end: each.source },
      title: `${each.test}: ${each.case.name}`,
      message: `${oneLine(each.differences)}\n\n${plainFailure(each, report)}`,
    }),
  );
  return `${[...lines, `${results.length - failed.length} passed, ${failed.length} failed`].join('\n')}\n`;
}

function oneLine(differences: TestReport['results'][number]['differences']): string {
  return differences
    .map(({ field, wanted, got }) => `${field}: wanted ${wanted || '(none)'}, got ${got || '(none)'}`)
    .join('; ');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
}

/** Text without the characters that XML 1.0 excludes. */
function content(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
