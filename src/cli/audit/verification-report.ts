import { joinLines } from '../../diagnostic/printable.ts';
import type { TreeFollower } from '../../tools/audit/tree-follower.ts';
import type { Verification } from '../../tools/audit/verify-logs.ts';
import { count } from '../terminal/count.ts';

/** The result for people: faults first. */
export function humanVerification({ trees, faults, notes }: Verification, hasKeys: boolean): string {
  const lines = [
    ...faults.map(({ kind, file, line, message }) => `${file}:${line}: ${kind}: ${message}`),
    ...notes.map((note) => `note: ${note}`),
    ...trees.flatMap((tree) => treeLines(tree)),
    ...(hasKeys || trees.length === 0
      ? []
      : [
          'note: signatures were not verified, since no --keys are given: whoever can write the log can have made it anew',
        ]),
    faults.length === 0 ? 'the log is as it was written' : 'the log is not as it was written',
  ];
  return `${joinLines(lines)}\n`;
}

function treeLines(tree: TreeFollower): readonly string[] {
  const { origin, first, size, records, checkpoints, signed, dropped, sampled } = tree;
  const lines = [
    `${origin}: lines ${first} to ${Math.max(first, size - 1)}, ${count(records, 'record')}, ${count(checkpoints, 'checkpoint')}`,
  ];
  if (dropped + sampled > 0)
    lines.push(
      `  the log says that ${count(dropped, 'record')} were lost and ${sampled} left out by sampling`,
    );
  const unsigned = size - signed;
  if (unsigned > 0) lines.push(`  ${count(unsigned, 'line')} at the end without a checkpoint`);
  if (!tree.isStopped)
    lines.push('  the process that writes has not ended, or was ended without its last lines');
  for (const [witness, at] of tree.cosigned) lines.push(`  witness ${witness}: up to line ${at - 1}`);
  return lines;
}

/** The result for programs. */
export function jsonVerification({ trees, faults, notes }: Verification, hasKeys: boolean): string {
  const report = {
    valid: faults.length === 0,
    signatures_verified: hasKeys,
    faults: faults.map(({ kind, file, line, message }) => ({ kind, file, line, message })),
    notes,
    trees: trees.map((tree) => ({
      origin: tree.origin,
      first: tree.first,
      size: tree.size,
      signed: tree.signed,
      records: tree.records,
      checkpoints: tree.checkpoints,
      dropped: tree.dropped,
      sampled: tree.sampled,
      stopped: tree.isStopped,
      cosigned: Object.fromEntries(tree.cosigned),
    })),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
