import { printable } from '../../diagnostic/printable.ts';
import type { CaseChange } from '../../tools/diff/case-changes.ts';
import { requestText } from '../../tools/diff/request-text.ts';
import type { Witness } from '../../tools/diff/witnesses.ts';
import { count } from '../terminal/count.ts';
import { answerText, CUT, changeText, type DiffReport, FLIPS, skippedText, versionText } from './report.ts';

/** Most bytes of a comment: GitHub takes 65,536 characters. */
const MOST_BYTES = 60_000;
/** Bytes that the ends of all sections need. */
const RESERVE = 1_000;

/** The report as a comment of a pull request: a summary, and a collapsed section for each layer. */
export function markdownReport(report: DiffReport): string {
  const { before, after, change } = report;
  const { text, cases, search } = change;
  const room = { left: MOST_BYTES - RESERVE };
  const head = [
    `### What the policies do otherwise`,
    '',
    `From ${code(versionText(before))} to ${code(versionText(after))}: ${summary(report)}.`,
    '',
  ];
  spend(room, head.join('\n'));
  const notes = [...(cases.skipped > 0 ? [skippedText(cases.skipped)] : []), ...(search.isCut ? [CUT] : [])];
  const sections = [
    section(
      `Witnesses: ${count(search.witnesses.length, 'difference')} in ${count(search.tried, 'made request')}`,
      search.witnesses.map((each) => witnessItem(each, report)),
      room,
    ),
    section(
      `Tests: ${count(cases.changes.length, 'difference')} in ${count(cases.compared, 'request')}`,
      cases.changes.map(caseItem),
      room,
    ),
    section(
      `Text: ${count(text.length, 'change')}`,
      text.map((each) => `- ${code(`${each.file}:${each.line}`)} ${code(changeText(each))}`),
      room,
    ),
  ];
  return `${[...head, ...sections, ...notes.map((note) => `*${note}*`)].join('\n').trimEnd()}\n`;
}

/** The kinds of differences with their numbers, from the witnesses and the tests. */
function summary({ change: { cases, search } }: DiffReport): string {
  const kinds = [...cases.changes.map(({ kind }) => kind), ...search.witnesses.map(({ flip }) => flip)];
  const flips = (['newly_allowed', 'newly_denied'] as const).filter((kind) => kinds.includes(kind));
  return flips.length === 0
    ? 'no request was found that one version allows and the other denies'
    : `requests are **${flips.map((kind) => FLIPS[kind]).join('** and **')}**`;
}

interface Room {
  left: number;
}

/** True if the text fits. */
function spend(room: Room, text: string): boolean {
  const bytes = Buffer.byteLength(text) + 1;
  if (bytes > room.left) return false;
  room.left -= bytes;
  return true;
}

function section(title: string, items: readonly string[], room: Room): string {
  if (items.length === 0) return `${title}\n`;
  const shown: string[] = [];
  for (const item of items) {
    if (!spend(room, item)) break;
    shown.push(item);
  }
  const rest = items.length - shown.length;
  const more = rest === 0 ? [] : [`- … and ${count(rest, 'more entry')}`];
  return [`<details><summary>${title}</summary>`, '', ...shown, ...more, '', '</details>', ''].join('\n');
}

function witnessItem({ candidate, answers, flip, environment }: Witness, { change }: DiffReport): string {
  const where = environment === '' ? '' : ` in ${code(environment)}`;
  const request = code(requestText(candidate, change.search.issuers));
  return `- **${FLIPS[flip]}**${where}: ${request}<br>${code(answerText(answers.before))} → ${code(answerText(answers.after))}`;
}

function caseItem({ test, name, file, line, kind, before, after }: CaseChange): string {
  const place = code(`${file}:${line}`);
  return `- **${FLIPS[kind]}**: ${code(`${test}: ${name}`)} ${place}<br>${code(answerText(before))} → ${code(answerText(after))}`;
}

/** Text of somebody else in a code span, in which Markdown and HTML mean nothing: its fence is longer than any in it. */
function code(text: string): string {
  const plain = printable(text);
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const isEdged = plain === '' || plain.startsWith('`') || plain.endsWith('`') || /^ .* $/.test(plain);
  return isEdged ? `${fence} ${plain} ${fence}` : `${fence}${plain}${fence}`;
}
