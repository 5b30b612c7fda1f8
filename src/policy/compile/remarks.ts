import type { Lines } from '../../diagnostic/lines.ts';
import { commentedLine, yamlComments } from '../yaml/yaml-comments.ts';

/** A comment that gives the reason for an exclusion: `# lictor-uncovered: reason`. */
export interface Remark {
  /** Line of the comment, from 1. */
  readonly line: number;
  /** Line that the comment applies to: its own, or, for a comment alone on its line, the next line with content. */
  readonly about: number;
  /** Empty if the author gave none. */
  readonly reason: string;
}

/** Comments of a file that begin with `word` and a colon. */
export function remarksOf(lines: Lines, word: string): readonly Remark[] {
  const { text } = lines;
  if (!text.includes(word)) return [];
  const remarks: Remark[] = [];
  for (const { start, end } of yamlComments(text)) {
    const comment = text.slice(start + 1, end).trim();
    if (!comment.startsWith(`${word}:`) && comment !== word) continue;
    const { line } = lines.position(start);
    const reason = comment.slice(word.length + 1).trim();
    remarks.push({ line, about: commentedLine(line, lines), reason });
  }
  return remarks;
}
