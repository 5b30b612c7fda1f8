import { joinLines } from '../../diagnostic/printable.ts';
import { count } from '../terminal/count.ts';
import type { Report, ReportedPolicy, ReportedRule } from './controls.ts';

/** For people: every control, followed by its policies and rules. */
export function textReport({ controls, uncontrolled, policies }: Report): string {
  const out: string[] = [];
  for (const { control, policies: implementing } of controls) {
    out.push(control);
    for (const policy of implementing) out.push(...policyLines(policy));
    out.push('');
  }
  if (controls.length === 0) out.push('no policy names a control (`metadata.controls`)', '');
  if (uncontrolled.length > 0) out.push(`without a control: ${uncontrolled.join(', ')}`);
  const exceptions = exceptionsOf(policies);
  if (exceptions.length > 0) {
    out.push('exceptions:');
    for (const { policy, rule } of exceptions) {
      out.push(
        `  ${policy.name}/${rule.name} ends ${rule.expires}${rule.reason === null ? '' : `: ${rule.reason}`}`,
      );
    }
  }
  out.push(summary(policies, controls.length));
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
    ...rules.map((rule) => `    ${`${rule.effect} ${rule.name}`.padEnd(width)}  ${testsOf(rule)}`),
  ];
}

function testsOf({ tests }: ReportedRule): string {
  return tests.length === 0 ? 'no test expects it' : count(tests.length, 'test');
}

function summary(policies: readonly ReportedPolicy[], controls: number): string {
  const rules = policies.flatMap(({ rules }) => rules);
  const tested = rules.filter(({ tests }) => tests.length > 0).length;
  return `${count(controls, 'control')}, ${policies.length === 1 ? '1 policy' : count(policies.length, 'policy')}, ${count(rules.length, 'rule')} and limits, ${tested} of them expected by a test`;
}

function exceptionsOf(policies: readonly ReportedPolicy[]) {
  return policies.flatMap((policy) =>
    policy.rules.filter(({ expires }) => expires !== null).map((rule) => ({ policy, rule })),
  );
}

/** For a wiki or a pull request. */
export function markdownReport({ controls, uncontrolled, policies }: Report): string {
  const out = ['# Controls', ''];
  for (const { control, policies: implementing } of controls) {
    out.push(
      `## ${escaped(control)}`,
      '',
      '| policy | owner | rule | effect | tests | place |',
      '|---|---|---|---|---|---|',
    );
    for (const policy of implementing) {
      const { name, owner, file, line, mode } = policy;
      const shown = `${escaped(name)}${mode === 'shadow' ? ' (shadow)' : ''}`;
      if (policy.rules.length === 0)
        out.push(`| ${shown} | ${escaped(owner)} | | | | ${escaped(file)}:${line} |`);
      for (const rule of policy.rules) {
        out.push(
          `| ${shown} | ${escaped(owner)} | ${rule.name} | ${rule.effect} | ${rule.tests.length} | ${escaped(rule.file)}:${rule.line} |`,
        );
      }
    }
    out.push('');
  }
  const exceptions = exceptionsOf(policies);
  if (exceptions.length > 0) {
    out.push('## Exceptions', '', '| rule | ends | reason |', '|---|---|---|');
    for (const { policy, rule } of exceptions) {
      out.push(`| ${policy.name}/${rule.name} | ${rule.expires} | ${escaped(rule.reason ?? '')} |`);
    }
    out.push('');
  }
  if (uncontrolled.length > 0)
    out.push('## Without a control', '', ...uncontrolled.map((name) => `- ${name}`), '');
  return `${joinLines(out).trimEnd()}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\|`*_<>[\]]/g, (mark) => `\\${mark}`).replaceAll(/\s+/g, ' ');
}

/** For programs. */
export function jsonReport({ controls, uncontrolled, policies }: Report): string {
  const named = controls.map(({ control, policies: of }) => ({
    control,
    policies: of.map(({ name }) => name),
  }));
  return `${JSON.stringify({ controls: named, uncontrolled, policies }, null, 2)}\n`;
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
    ...controls.flatMap(({ control, policies: of }) => of.flatMap((policy) => rowsOf(control, policy))),
    ...policies.filter((each) => each.controls.length === 0).flatMap((policy) => rowsOf('', policy)),
  ];
  return [COLUMNS, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

function rowsOf(control: string, { name, owner, mode, file, line, rules }: ReportedPolicy): string[][] {
  const start = [control, name, owner, mode];
  if (rules.length === 0) return [[...start, '', '', '', '', '', file, String(line)]];
  return rules.map((rule) => [
    ...start,
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
