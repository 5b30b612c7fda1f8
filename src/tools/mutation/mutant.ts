import type { Lines } from '../../diagnostic/lines.ts';
import { type Edit, edited } from './edit.ts';

/** One small change of a policy. */
export interface Mutant {
  readonly file: string;
  /** What is changed. */
  readonly document: { readonly kind: 'Policy' | 'PolicyTemplate'; readonly name: string };
  /** From 1: where the change stands. */
  readonly line: number;
  /** Lines on which a remark speaks of it: its own, its key's, its rule's. */
  readonly remarkLines: readonly number[];
  /** `` `==` becomes `!=` `` */
  readonly what: string;
  readonly edit: Edit;
  /** Whether a request that the policy did not govern before may be governed by the change. */
  readonly widens: boolean;
}

/** One line of a diff, `-` or `+` and the text. */
export type DiffLine = `${'-' | '+'}${string}`;

/** The lines that an edit changes, as they were and as they are. */
export function diffOf({ text }: Lines, edit: Edit): readonly DiffLine[] {
  const start = text.lastIndexOf('\n', edit.start - 1) + 1;
  const found = text.indexOf('\n', edit.end);
  const end = found === -1 ? text.length : found;
  const before = text.slice(start, end).split('\n');
  const after = edited(text, edit)
    .slice(start, end + edit.text.length - (edit.end - edit.start))
    .split('\n');
  while (before.length > 0 && after.length > 0 && before[0] === after[0]) {
    before.shift();
    after.shift();
  }
  while (before.length > 0 && after.length > 0 && before.at(-1) === after.at(-1)) {
    before.pop();
    after.pop();
  }
  return [...before.map((line): DiffLine => `-${line}`), ...after.map((line): DiffLine => `+${line}`)];
}
