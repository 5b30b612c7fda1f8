import type { Lines } from '../../diagnostic/lines.ts';
import { type Remark, remarksOf } from '../../policy/compile/remarks.ts';
import type { Mutant } from './mutant.ts';

/** First word of a comment that excludes a change which no case can detect. */
const UNMUTATED = 'lictor-unmutated';

/** The comment, with a reason, that excludes a mutant; undefined if there is none. */
export function ignoreCommentOf(mutant: Mutant, lines: Lines | undefined): Remark | undefined {
  if (lines === undefined) return undefined;
  return remarksOf(lines, UNMUTATED).find(
    ({ about, reason }) => reason !== '' && mutant.remarkLines.includes(about),
  );
}
