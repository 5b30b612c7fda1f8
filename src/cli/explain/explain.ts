import type { Readable } from 'node:stream';
import { printable } from '../../diagnostic/printable.ts';
import { blameLine } from '../../git/blame.ts';
import { inEnvironment } from '../../policy/compile/environments.ts';
import { openHistory, type PolicyHistory } from '../../policy/source/policy-history.ts';
import type { RecordedDecision } from '../../sidecar/audit/read-record.ts';
import { requestOfRecord } from '../../tools/testing/recorded-request.ts';
import { decideAndExplain } from '../eval/eval.ts';
import { CommitFolders } from '../terminal/commit-folder.ts';
import { complain } from '../terminal/complain.ts';
import { usualFolder } from '../terminal/default-folder.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { pathOf } from '../terminal/policy-folder.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ValidFolder } from '../terminal/valid-folder.ts';
import { type FoundRecord, findRecord } from './find-record.ts';
import type { ExplainOptions } from './flags.ts';

/** `lictor explain ID`: explains a recorded decision at exactly the commit that made it, out of git objects. */
export async function explainDecision(
  id: string,
  options: ExplainOptions,
  terminal: Terminal,
  input: Readable,
): Promise<ExitCode> {
  const usage = (problem: string): ExitCode => {
    complain(terminal, 'explain', problem);
    return EXIT.usage;
  };
  const found = await findRecord(id, options.log, terminal, input);
  if ('problem' in found) return usage(found.problem);
  const { commit } = found.record;
  if (commit === '') return usage(`the record of \`${id}\` names no commit`);
  const dir = options.repo ?? usualFolder(terminal);
  const history = openHistory(pathOf(dir, terminal));
  if ('problem' in history) return usage(history.problem);
  try {
    return await explainAt(found, history, dir, options, terminal);
  } finally {
    history.repository.close();
  }
}

async function explainAt(
  found: FoundRecord,
  history: PolicyHistory,
  dir: string,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { record } = found;
  const commit = history.repository.resolve(record.commit);
  const problem = typeof commit === 'string' ? undefined : commit.problem;
  const folder = typeof commit === 'string' ? await new CommitFolders(history).open(commit) : undefined;
  if (folder === undefined || 'problem' in folder || folder.set === undefined) {
    const own = folder !== undefined && 'problem' in folder ? folder.problem : undefined;
    complain(
      terminal,
      'explain',
      problem ?? own ?? `the folder of the commit ${record.commit} does not compile`,
    );
    return EXIT.usage;
  }
  const set = inEnvironment(folder.set, record.environment) ?? folder.set;
  const { simulation, problem: unread } = requestOfRecord(found.line, set.issuers, found.log);
  if (simulation === undefined) {
    complain(terminal, 'explain', unread);
    return EXIT.usage;
  }
  const valid: ValidFolder = { ...folder, set };
  const { xfccTrustedHops, maxRequestBytes, output } = options;
  const lines = blameText(record, valid, history, folder.commit);
  return decideAndExplain(
    valid,
    { ...simulation, notes: [...simulation.notes, ...lines] },
    dir,
    { xfccTrustedHops, maxRequestBytes, output },
    terminal,
  );
}

/** The commit that wrote the line of the rule, or of the policy, that decided. */
function blameText(
  { policy, rule }: RecordedDecision,
  { set }: ValidFolder,
  { repository, path }: PolicyHistory,
  commit: string,
): readonly string[] {
  const found = set.policies.find(({ name }) => name === policy);
  if (found === undefined) return ['no policy of that commit has the name of the one that decided'];
  const { allowRules, denyRules, source } = found;
  const place = [...allowRules, ...denyRules].find(({ name }) => name === rule)?.source ?? source;
  const file = path === '' ? place.file : `${path}/${place.file}`;
  const blame = blameLine(repository, commit, { path: file, line: place.line });
  if (blame === undefined) return [];
  const { author, subject, id } = blame.commit;
  const date = new Date(author.time).toISOString().slice(0, 10);
  const by = printable(`${author.name} <${author.email}>`);
  return [
    `${file}:${place.line} was last changed by ${by} on ${date} in ${id.slice(0, 12)}: ${printable(subject)}`,
  ];
}
