import { annotation } from '../../diagnostic/github.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import { readYaml, spanOf } from '../../policy/yaml/yaml-file.ts';
import { ignoreCommentOf } from '../../tools/mutation/ignored-mutants.ts';
import { diffOf, type Mutant } from '../../tools/mutation/mutant.ts';
import { mutantsOf } from '../../tools/mutation/mutate.ts';
import { type MutationScore, type ScoredMutant, scoreOf } from '../../tools/mutation/score.ts';
import { mutationText } from '../../tools/mutation/text.ts';
import type { ListedCase } from '../../tools/testing/test-run.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { pathOf, shownPath } from '../terminal/policy-folder.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import type { Changed } from './changed-policies.ts';
import { wantsCoverage } from './coverage.ts';
import type { TestOptions } from './flags.ts';
import { judgeMutants, type MutationJobs } from './judge-mutants.ts';
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
  const jobs = {
    threads: options.mutationThreads,
    time: options.mutationTime * 1000,
    path: dir === '-' ? undefined : pathOf(dir, terminal),
  };
  const judged = await judgeAll(mutation, mutants, jobs, progress);
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
  jobs: MutationJobs,
  progress: (done: number, survived: number) => void,
): Promise<readonly ScoredMutant[]> {
  const { folder } = mutation;
  const judged = new Map<Mutant, ScoredMutant>();
  let survived = 0;
  const add = (each: ScoredMutant): void => {
    judged.set(each.mutant, each);
    if (each.status === 'survived') survived += 1;
    progress(judged.size, survived);
  };
  const tried: Mutant[] = [];
  for (const mutant of mutants) {
    const remark = ignoreCommentOf(mutant, folder.source(mutant.file));
    if (remark === undefined) tried.push(mutant);
    else add({ mutant, status: 'excluded', reason: remark.reason });
  }
  await judgeMutants(mutation, tried, jobs, add);
  return mutants.map((mutant) => judged.get(mutant) ?? { mutant, status: 'untried' });
}

/** Progress on one line of a terminal, which the report overwrites. */
function progressOn({ stderr }: Terminal, total: number): (done: number, survived: number) => void {
  if (!('isTTY' in stderr) || stderr.isTTY !== true) return () => {};
  return (done, survived) => {
    const told = done === total ? '' : `mutation: ${done} of ${total}, ${survived} survived`;
    stderr.write(`\r\u001B[K${told}`);
  };
}
