import { annotation } from '../../diagnostic/github.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { compileFolder } from '../../policy/compile-folder.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { readYaml, spanOf } from '../../policy/yaml/yaml-file.ts';
import { edited } from '../../tools/mutation/edit.ts';
import { ignoreCommentOf } from '../../tools/mutation/ignored-mutants.ts';
import { diffOf, type Mutant } from '../../tools/mutation/mutant.ts';
import { mutantsOf } from '../../tools/mutation/mutate.ts';
import { type MutationScore, type ScoredMutant, scoreOf } from '../../tools/mutation/score.ts';
import { mutationText } from '../../tools/mutation/text.ts';
import { ReachedPolicies } from '../../tools/testing/reached-policies.ts';
import { type ListedCase, TestRun } from '../../tools/testing/test-run.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { shownPath } from '../terminal/policy-folder.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import type { Changed } from './changed-policies.ts';
import { wantsCoverage } from './coverage.ts';
import type { TestOptions } from './flags.ts';
import { MutationFiles, type Reach } from './mutation-files.ts';
import { reportStream } from './report-stream.ts';
import type { TestSession } from './run-cases.ts';

/** Input of a mutation run. */
export interface Mutation extends TestSession {
  readonly files: PolicyFiles;
  readonly cases: readonly ListedCase[];
}

/** True if a flag asks for mutation. */
export function wantsMutation(options: TestOptions): boolean {
  const { mutate: asked, since, minMutation } = options;
  return asked || minMutation !== undefined || (since !== undefined && !wantsCoverage(options));
}

/** Runs the cases against small changes of the policies, and reports those that no case detects. All cases must pass before. */
export async function mutate(
  mutation: Mutation,
  dir: string,
  options: TestOptions,
  terminal: Terminal,
  changed: Changed | undefined,
): Promise<ExitCode> {
  const { folder } = mutation;
  const mutants = wanted(mutation, changed);
  const progress = progressOn(terminal, mutants.length);
  const judged = await judgeAll(mutation, mutants, options.mutationTime * 1000, progress);
  const score = scoreOf(judged);
  const stream = reportStream(options, terminal);
  const text = mutationText(judged, score, {
    colour: isColourful(stream, terminal.environment),
    path: (file) => shownPath(file, dir, terminal),
    source: (file) => folder.source(file),
  });
  stream.write(`\nmutation\n${text}`);
  if (options.output === 'github') {
    terminal.stdout.write(annotations(judged, folder, (file) => shownPath(file, dir, terminal)));
  }
  return verdict(score, options.minMutation, terminal);
}

function verdict(score: MutationScore, minMutation: number | undefined, terminal: Terminal): ExitCode {
  if (minMutation === undefined) return EXIT.fine;
  if (score.untried > 0) {
    const help = 'give it more `--mutation-time`, or less to do with `--since`';
    terminal.stderr.write(`lictor test: not every change was tried, so there is no score yet; ${help}\n`);
    return EXIT.fails;
  }
  if (score.percent >= minMutation) return EXIT.fine;
  const percent = Math.floor(score.percent + 1e-9);
  terminal.stderr.write(
    `lictor test: the mutation score is ${percent} %, \`--min-mutation\` asks for ${minMutation} %\n`,
  );
  return EXIT.fails;
}

function annotations(
  judged: readonly ScoredMutant[],
  folder: TestSession['folder'],
  path: (file: string) => string,
): string {
  const told = judged.flatMap(({ mutant: { file, what, edit }, status }) => {
    const lines = folder.source(file);
    if (status !== 'survived' || lines === undefined) return [];
    const message = [`no case detects that ${what}`, '', ...diffOf(lines, edit)].join('\n');
    const span = { ...spanOf({ path: file, lines }, edit), file: path(file) };
    return [`${annotation({ severity: 'warning', span, title: 'lictor mutation', message })}\n`];
  });
  return told.join('');
}

/** The changes of all policies, or of those that changed. */
function wanted({ files }: Mutation, changed: Changed | undefined): readonly Mutant[] {
  return [...files.yaml].flatMap(([path, bytes]) =>
    mutantsOf(readYaml(path, bytes)).filter(
      ({ document: { kind, name } }) => changed?.(path, kind, name) !== false,
    ),
  );
}

async function judgeAll(
  mutation: Mutation,
  mutants: readonly Mutant[],
  time: number,
  progress: (done: number, survived: number) => void,
): Promise<readonly ScoredMutant[]> {
  const { folder, cases, files, set } = mutation;
  const end = performance.now() + time;
  const reach = await reachOf(mutation);
  const trial = new MutationFiles(files, set, reach);
  const judged: ScoredMutant[] = [];
  let survived = 0;
  for (const mutant of mutants) {
    const remark = ignoreCommentOf(mutant, folder.source(mutant.file));
    if (remark !== undefined) judged.push({ mutant, status: 'excluded', reason: remark.reason });
    else if (performance.now() > end) judged.push({ mutant, status: 'untried' });
    else {
      const status = await judge(mutation, trial, mutant, reachedBy(mutant, set, cases, reach));
      if (status === 'survived') survived += 1;
      judged.push({ mutant, status });
    }
    progress(judged.length, survived);
  }
  return judged;
}

/** The cases that a change may be of account for, while it governs the same requests. */
function reachedBy(
  { document: { kind, name } }: Mutant,
  { policies }: PolicySet,
  cases: readonly ListedCase[],
  reach: Reach,
): readonly ListedCase[] {
  const policy = kind === 'Policy' ? policies.find((each) => each.name === name) : undefined;
  // A condition that is false today may be true in the change.
  if (policy === undefined || policy.match.some(({ when }) => when !== undefined)) return cases;
  return cases.filter((each) => reach.get(each)?.has(name));
}

async function judge(
  mutation: Mutation,
  trial: MutationFiles,
  { file, edit, widens }: Mutant,
  reached: readonly ListedCase[],
): Promise<ScoredMutant['status']> {
  const change = (text: string): string => edited(text, edit);
  const { cases } = mutation;
  const some = reached.length < cases.length ? reached : undefined;
  const status = await judgeBy(mutation, trial.with(file, change, some), reached);
  // A policy that governs more than before may be noticed by whom it did not govern.
  if (status !== 'survived' || !widens || some === undefined) return status;
  return judgeBy(mutation, trial.with(file, change), cases);
}

async function judgeBy(
  { set: { revision, revisionText }, now, snapshots }: Mutation,
  files: PolicyFiles,
  cases: readonly ListedCase[],
): Promise<ScoredMutant['status']> {
  const { set } = compileFolder(files, { crypto: nodeCrypto });
  if (set === undefined) return 'invalid';
  const run = new TestRun({ ...set, revision, revisionText }, now, { snapshots });
  for (const { document, case: each } of cases) {
    const { differences } = await run.run(document, each);
    if (differences.length > 0) return 'killed';
  }
  return 'survived';
}

async function reachOf({ set, cases, now }: Mutation): Promise<Reach> {
  const reach = new Map<ListedCase, ReadonlySet<string>>();
  const reached = new ReachedPolicies();
  const run = new TestRun(set, now, { trace: reached });
  for (const each of cases) {
    const names = reached.begin();
    await run.run(each.document, each.case);
    reach.set(each, names);
  }
  return reach;
}

/** Progress on one line of a terminal, which the report overwrites. */
function progressOn({ stderr }: Terminal, total: number): (done: number, survived: number) => void {
  if (!('isTTY' in stderr) || stderr.isTTY !== true) return () => {};
  return (done, survived) => {
    const told = done === total ? '' : `mutation: ${done} of ${total}, ${survived} survived`;
    stderr.write(`\r\u001B[K${told}`);
  };
}
