import type { Paint } from '../../diagnostic/paint.ts';
import { joinLines, printableJson } from '../../diagnostic/printable.ts';
import type { CaseAnswer, CaseChange } from '../../tools/diff/case-changes.ts';
import type { VersionChange } from '../../tools/diff/compare-versions.ts';
import { requestText } from '../../tools/diff/request-text.ts';
import type { TextChange } from '../../tools/diff/text-changes.ts';
import type { Witness } from '../../tools/diff/witnesses.ts';
import { count } from '../terminal/count.ts';
import type { NamedVersion } from './open-version.ts';

/** A change between two versions, to be reported. */
export interface DiffReport {
  readonly before: NamedVersion;
  readonly after: NamedVersion;
  readonly change: VersionChange;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The layers of a report, in order, each with the question that it answers. */
const LAYERS = {
  text: 'Text: documents that differ',
  cases: 'Tests: requests of the PolicyTests, by both versions',
  witnesses: 'Witnesses: requests made of the literals of both versions',
} as const;

/** Words for the kinds of a difference between two answers. */
export const FLIPS = {
  newly_allowed: 'newly allowed',
  newly_denied: 'newly denied',
  other: 'another reason',
} as const satisfies Record<CaseChange['kind'], string>;

const SIGNS = { added: '+', removed: '-', changed: '~' } as const satisfies Record<
  TextChange['kind'],
  string
>;
const COLOURS = { newly_allowed: 'green', newly_denied: 'red', other: 'yellow' } as const;

export function versionText({ written, commit }: NamedVersion): string {
  return commit === '' || commit === written ? written : `${written} (${commit.slice(0, 12)})`;
}

export function humanReport({ before, after, change }: DiffReport, paint: Paint): string {
  const { text, cases, search } = change;
  const out = [`from ${versionText(before)} to ${versionText(after)}`, ''];
  const section = (title: string, lines: readonly string[], none: string) =>
    void out.push(paint('bold', title), ...(lines.length === 0 ? [`  ${none}`] : lines), '');
  section(LAYERS.text, text.map(textLine), 'none');
  section(
    LAYERS.cases,
    cases.changes.flatMap((each) => caseLines(each, paint)),
    `no difference, ${count(cases.compared, 'request')}`,
  );
  if (cases.skipped > 0) out.push(`  ${skippedText(cases.skipped)}`, '');
  section(
    LAYERS.witnesses,
    search.witnesses.flatMap((each) => witnessLines(each, change, paint)),
    `no difference, ${count(search.tried, 'request')}`,
  );
  if (search.isCut) out.push(`  ${CUT}`, '');
  return `${joinLines(out).trimEnd()}\n`;
}

export const CUT = 'the search ended at its bound: there may be more';

export function skippedText(skipped: number): string {
  return `${count(skipped, 'case')} left out: a version lacks the issuer of the token`;
}

/** A change in one line, such as `+ orders.yaml:14 Policy orders: rules[read] added`. */
export function changeText({ document, path, kind, before, after }: TextChange): string {
  const what = path === '' ? document : `${document}: ${path}`;
  if (kind !== 'changed') {
    const value = before ?? after;
    return value === undefined ? `${what} ${kind}` : `${what}: ${value} ${kind}`;
  }
  return before === undefined || after === undefined ? `${what} changed` : `${what}: ${before} → ${after}`;
}

function textLine(change: TextChange): string {
  const { kind, file, line } = change;
  return `  ${SIGNS[kind]} ${file}:${line} ${changeText(change)}`;
}

export function answerText({
  reason,
  status,
  policy,
  rule,
}: Pick<CaseAnswer, 'reason' | 'status' | 'policy' | 'rule'>): string {
  const by = policy === '' ? '' : ` by ${rule === '' ? policy : `${policy}/${rule}`}`;
  return reason === 'allowed' ? `allow${by}` : `deny ${status} ${reason}${by}`;
}

function caseLines(
  { test, name, file, line, kind, before, after }: CaseChange,
  paint: Paint,
): readonly string[] {
  return [
    `  ${paint(COLOURS[kind], FLIPS[kind])}: ${test}: ${name}  ${paint('dim', `${file}:${line}`)}`,
    `      ${answerText(before)} → ${answerText(after)}`,
  ];
}

function witnessLines(
  { candidate, answers, flip, environment }: Witness,
  { search }: VersionChange,
  paint: Paint,
): readonly string[] {
  const where = environment === '' ? '' : ` in ${environment}`;
  return [
    `  ${paint(COLOURS[flip], FLIPS[flip])}${where}: ${requestText(candidate, search.issuers)}`,
    `      ${answerText(answers.before)} → ${answerText(answers.after)}`,
  ];
}

export function jsonReport({ before, after, change, now }: DiffReport): string {
  const { text, cases, search } = change;
  const version = ({ written, commit, set }: NamedVersion) => ({
    written,
    commit,
    digest: set.revision.digest,
  });
  const answer = ({ reason, status, policy, rule }: Witness['answers']['before']) => ({
    decision: reason === 'allowed' ? 'allow' : 'deny',
    reason,
    status,
    policy,
    rule,
  });
  const report = {
    before: version(before),
    after: version(after),
    now: new Date(now).toISOString(),
    text,
    tests: {
      compared: cases.compared,
      skipped: cases.skipped,
      changes: cases.changes,
    },
    witnesses: {
      tried: search.tried,
      cut: search.isCut,
      found: search.witnesses.map(({ candidate, answers, flip, environment }) => ({
        kind: flip,
        environment,
        request: requestText(candidate, search.issuers),
        before: answer(answers.before),
        after: answer(answers.after),
      })),
    },
  };
  return `${printableJson(JSON.stringify(report, null, 2))}\n`;
}
