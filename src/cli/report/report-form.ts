import { joinLines } from '../../diagnostic/printable.ts';
import { count } from '../terminal/count.ts';
import type { Report, ReportedException, ReportedPolicy, ReportedRule } from './controls.ts';

/** For people: every control, followed by its policies and rules. */
export function textReport(report: Report): string {
  const { controls, uncontrolled, uncatalogued, exceptions, failedTests } = report;
  const out: string[] = [];
  for (const { control, title, policies: implementing } of controls) {
    out.push(title === '' ? control : `${control}  ${title}`);
    for (const policy of implementing) out.push(...policyLines(policy));
    if (implementing.length === 0) out.push('  no policy implements it');
    out.push('');
  }
  if (controls.length === 0) out.push('no policy names a control (`metadata.controls`)', '');
  if (uncontrolled.length > 0) out.push(`without a control: ${uncontrolled.join(', ')}`);
  if (uncatalogued.length > 0) out.push(`not in the catalogue: ${uncatalogued.join(', ')}`);
  if (exceptions.length > 0) out.push('exceptions:', ...exceptions.map(exceptionLine));
  if (failedTests.length > 0) {
    const shown = failedTests.slice(0, MOST_FAILED).join('; ');
    const more = failedTests.length - MOST_FAILED;
    const told = more > 0 ? `${shown} and ${more} more` : shown;
    out.push(`${count(failedTests.length, 'test case')} failed, and count for no rule: ${told}`);
  }
  out.push(summary(report));
  return `${joinLines(out)}\n`;
}

function policyLines(policy: ReportedPolicy): string[] {
  const { name, description, owner, mode, file, line, rules } = policy;
  const facts = [owner === '' ? 'no owner' : owner, mode === 'shadow' ? 'shadow, decides nothing' : ''];
  const about = facts.filter((fact) => fact !== '').join(', ');
  const width = Math.max(0, ...rules.map((rule) => rule.effect.length + rule.name.length + 1));
  return [
    `  ${name} (${about})  ${file}:${line}`,
    ...(description === '' ? [] : [`    ${description}`]),
    ...rules.map((rule) => `    ${`${rule.effect} ${rule.name}`.padEnd(width)}  ${factsOf(rule, policy)}`),
  ];
}

/** Names of failed cases that are shown. */
const MOST_FAILED = 5;

function exceptionLine(exception: ReportedException): string {
  const { policy, rule, expires, reason } = exception;
  const about = reason === null ? '' : `: ${reason}`;
  return `  ${policy}/${rule} ${exception.state === 'ended' ? 'ended' : 'ends'} ${expires}${untilEnd(exception)}${about}`;
}

function untilEnd({ state, daysLeft }: ReportedException): string {
  if (state !== 'ending') return '';
  return daysLeft === 1 ? ', within a day' : `, within ${daysLeft} days`;
}

function factsOf(rule: ReportedRule, policy: ReportedPolicy): string {
  return isShadowRule(rule, policy) ? `${testsOf(rule)}, shadow, decides nothing` : testsOf(rule);
}

/** True for a shadow rule of a policy that decides. */
function isShadowRule(rule: ReportedRule, policy: ReportedPolicy): boolean {
  return rule.mode === 'shadow' && policy.mode !== 'shadow';
}

function testsOf({ tests }: ReportedRule): string {
  return tests.length === 0 ? 'no test reaches it' : count(tests.length, 'test');
}

function summary({ policies, controls }: Report): string {
  const open = controls.filter((each) => each.policies.length === 0).length;
  const rules = policies.flatMap(({ rules }) => rules);
  const tested = rules.filter(({ tests }) => tests.length > 0).length;
  return `${count(controls.length, 'control')}${open === 0 ? '' : `, ${open} of them without a policy`}, ${policies.length === 1 ? '1 policy' : count(policies.length, 'policy')}, ${count(rules.length, 'rule')} and limits, ${tested} of them reached by a test`;
}

/** For a wiki or a pull request. */
export function markdownReport(report: Report): string {
  const { controls, uncontrolled, uncatalogued, exceptions } = report;
  const out = ['# Controls', ''];
  for (const { control, title, policies: implementing } of controls) {
    out.push(`## ${escaped(title === '' ? control : `${control} ${title}`)}`, '');
    if (implementing.length === 0) {
      out.push('No policy implements it.', '');
      continue;
    }
    out.push('| policy | owner | rule | effect | tests | place |', '|---|---|---|---|---|---|');
    for (const policy of implementing) {
      const { name, owner, file, line, mode } = policy;
      const shown = `${escaped(name)}${mode === 'shadow' ? ' (shadow)' : ''}`;
      if (policy.rules.length === 0)
        out.push(`| ${shown} | ${escaped(owner)} | | | | ${escaped(file)}:${line} |`);
      for (const rule of policy.rules) {
        out.push(
          `| ${shown} | ${escaped(owner)} | ${rule.name}${isShadowRule(rule, policy) ? ' (shadow)' : ''} | ${rule.effect} | ${rule.tests.length} | ${escaped(rule.file)}:${rule.line} |`,
        );
      }
    }
    out.push('');
  }
  if (exceptions.length > 0) {
    out.push('## Exceptions', '', '| rule | ends | state | reason |', '|---|---|---|---|');
    for (const { policy, rule, expires, reason, state } of exceptions) {
      out.push(`| ${policy}/${rule} | ${expires} | ${state} | ${escaped(reason ?? '')} |`);
    }
    out.push('');
  }
  if (uncatalogued.length > 0)
    out.push('## Not in the catalogue', '', ...uncatalogued.map((name) => `- ${escaped(name)}`), '');
  if (uncontrolled.length > 0)
    out.push('## Without a control', '', ...uncontrolled.map((name) => `- ${name}`), '');
  return `${joinLines(out).trimEnd()}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\|`*_<>[\]]/g, (mark) => `\\${mark}`).replaceAll(/\s+/g, ' ');
}

/** For programs. */
export function jsonReport(report: Report): string {
  const { controls, uncontrolled, uncatalogued, policies, exceptions, failedTests } = report;
  const named = controls.map(({ control, title, policies: of }) => ({
    control,
    title,
    policies: of.map(({ name }) => name),
  }));
  const ends = exceptions.map(({ daysLeft, ...exception }) => ({ ...exception, days_left: daysLeft }));
  const whole = {
    controls: named,
    uncontrolled,
    uncatalogued,
    policies,
    exceptions: ends,
    failed_tests: failedTests,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

const COLUMNS = [
  'control',
  'policy',
  'owner',
  'mode',
  'effect',
  'rule',
  'tests',
  'expires',
  'reason',
  'file',
  'line',
];

/** RFC 4180: one line for each rule of each control, and for each policy without rules or without a control. */
export function csvReport({ controls, policies }: Report): string {
  const rows = [
    ...controls.flatMap(({ control, policies: of }) =>
      of.length === 0 ? [emptyRow(control)] : of.flatMap((policy) => rowsOf(control, policy)),
    ),
    ...policies.filter((each) => each.controls.length === 0).flatMap((policy) => rowsOf('', policy)),
  ];
  return [COLUMNS, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** The row of a control without a policy. */
function emptyRow(control: string): string[] {
  return COLUMNS.map((column) => (column === 'control' ? control : ''));
}

function rowsOf(control: string, { name, owner, mode, file, line, rules }: ReportedPolicy): string[][] {
  const start = [control, name, owner];
  if (rules.length === 0) return [[...start, mode, '', '', '', '', '', file, String(line)]];
  return rules.map((rule) => [
    ...start,
    rule.mode,
    rule.effect,
    rule.name,
    String(rule.tests.length),
    rule.expires ?? '',
    rule.reason ?? '',
    rule.file,
    String(rule.line),
  ]);
}

/** A spreadsheet would evaluate a field with one of these first characters as a formula; a leading `'` makes it text. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
