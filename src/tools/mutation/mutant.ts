import type { Lines } from '../../diagnostic/lines.ts';
import { type Edit, edited } from './edit.ts';

/** One small change of a policy. */
export interface Mutant {
  readonly file: string;
  /** The document that is changed. */
  readonly document: { readonly kind: 'Policy' | 'PolicyTemplate'; readonly name: string };
  /** Line of the change, from 1. */
  readonly line: number;
  /** Lines whose comment can exclude the mutant: its own, that of its key, that of its rule, limit or schema. */
  readonly remarkLines: readonly number[];
  /** The change, such as `` `==` becomes `!=` ``. */
  readonly what: string;
  readonly edit: Edit;
  /** True if the changed policy may apply to requests that the policy does not apply to. */
  readonly widens: boolean;
}

/** One line of a diff: `-` or `+`, then the text. */
export type DiffLine = `${'-' | '+'}${string}`;

/** Lines that an edit changes, before and after. */
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
