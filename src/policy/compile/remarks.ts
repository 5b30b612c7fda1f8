import type { Lines } from '../../diagnostic/lines.ts';
import { spokenOf, yamlComments } from '../yaml/yaml-comments.ts';

/** A comment that says why something is left out: `# lictor-uncovered: reason`. */
export interface Remark {
  /** The line of the comment itself, from 1. */
  readonly line: number;
  /** What it speaks of: its own line, or, alone on its line, the next with something else on it. */
  readonly about: number;
  /** Empty when the author gave none. */
  readonly reason: string;
}

/** The comments of a file that begin with `word` and a colon. */
export function remarksOf(lines: Lines, word: string): readonly Remark[] {
  const { text } = lines;
  if (!text.includes(word)) return [];
  const remarks: Remark[] = [];
  for (const { start, end } of yamlComments(text)) {
    const comment = text.slice(start + 1, end).trim();
    if (!comment.startsWith(`${word}:`) && comment !== word) continue;
    const { line } = lines.position(start);
    const reason = comment.slice(word.length + 1).trim();
    remarks.push({ line, about: spokenOf(line, lines), reason });
  }
  return remarks;
}
