import type { Lines } from '../../diagnostic/lines.ts';
import { painter } from '../../diagnostic/paint.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { diffOf } from './mutant.ts';
import type { MutationScore, ScoredMutant } from './score.ts';

export interface MutationTextOptions {
  readonly colour: boolean;
  /** Path of a file of the folder for display. */
  path(file: string): string;
  source(file: string): Lines | undefined;
}

/** Report for people: surviving mutants with location and diff, excluded mutants, and the score. */
export function mutationText(
  mutants: readonly ScoredMutant[],
  score: MutationScore,
  { colour, path, source }: MutationTextOptions,
): string {
  const paint = painter(colour);
  const out: string[] = [];
  for (const { mutant, status } of mutants) {
    if (status !== 'survived') continue;
    const lines = source(mutant.file);
    const diff = lines === undefined ? [] : diffOf(lines, mutant.edit);
    out.push(
      `${paint('bold', `${path(mutant.file)}:${mutant.line}:`)} no case detects that ${mutant.what}`,
      ...diff.map((line) => `  ${paint(line.startsWith('-') ? 'red' : 'green', line)}`),
      '',
    );
  }
  for (const { mutant, status, reason = '' } of mutants) {
    if (status !== 'excluded') continue;
    out.push(paint('dim', `${path(mutant.file)}:${mutant.line}: excluded, ${mutant.what}: ${reason}`));
  }
  const { killed, survived, excluded, untried } = score;
  const percent = killed + survived === 0 ? '–' : `${Math.floor(score.percent + 1e-9)} %`;
  const counts = [
    `${killed} detected`,
    `${survived} survived`,
    ...(excluded > 0 ? [`${excluded} excluded`] : []),
    ...(untried > 0 ? [`${untried} untried, the time ran out`] : []),
  ];
  out.push(
    `${paint('bold', 'mutation score')} ${paint(survived === 0 ? 'green' : 'red', percent)} (${counts.join(', ')})`,
  );
  return `${joinLines(out)}\n`;
}
