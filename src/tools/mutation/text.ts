import type { Lines } from '../../diagnostic/lines.ts';
import { painter } from '../../diagnostic/paint.ts';
import { diffOf } from './mutant.ts';
import type { MutationScore, ScoredMutant } from './score.ts';

export interface MutationTextOptions {
  readonly colour: boolean;
  /** A file of the folder as the user would name it. */
  path(file: string): string;
  source(file: string): Lines | undefined;
}

/** The survivors, each with its place and a diff, and the score. */
export function mutationText(
  judged: readonly ScoredMutant[],
  score: MutationScore,
  { colour, path, source }: MutationTextOptions,
): string {
  const paint = painter(colour);
  const out: string[] = [];
  for (const { mutant, fate } of judged) {
    if (fate !== 'survived') continue;
    const lines = source(mutant.file);
    const diff = lines === undefined ? [] : diffOf(lines, mutant.edit);
    out.push(
      `${paint('bold', `${path(mutant.file)}:${mutant.line}:`)} no case notices that ${mutant.what}`,
      ...diff.map((line) => `  ${paint(line.startsWith('-') ? 'red' : 'green', line)}`),
      '',
    );
  }
  for (const { mutant, fate, reason = '' } of judged) {
    if (fate !== 'excused') continue;
    out.push(paint('dim', `${path(mutant.file)}:${mutant.line}: left out, ${mutant.what}: ${reason}`));
  }
  const { killed, survived, excused, untried } = score;
  const percent = killed + survived === 0 ? '–' : `${Math.floor(score.percent + 1e-9)} %`;
  const more = [
    `${killed} noticed`,
    `${survived} survived`,
    ...(excused > 0 ? [`${excused} left out`] : []),
    ...(untried > 0 ? [`${untried} not tried, time was out`] : []),
  ];
  out.push(
    `${paint('bold', 'mutation score')} ${paint(survived === 0 ? 'green' : 'red', percent)} (${more.join(', ')})`,
  );
  return `${out.join('\n')}\n`;
}
