import type { Lines } from '../../diagnostic/lines.ts';
import { type Remark, remarksOf } from '../../policy/compile/remarks.ts';
import type { Mutant } from './mutant.ts';

/** The comment that says that no case could tell a change from what is written. */
export const UNMUTATED = 'lictor-unmutated';

/** The remark, with a reason, that speaks of a mutant. */
export function ignoreCommentOf(mutant: Mutant, lines: Lines | undefined): Remark | undefined {
  if (lines === undefined) return undefined;
  return remarksOf(lines, UNMUTATED).find(
    ({ about, reason }) => reason !== '' && mutant.remarkLines.includes(about),
  );
}
