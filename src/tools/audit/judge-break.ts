import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { eventOf } from '../../sidecar/audit/chain/chain-events.ts';
import { hexOf, type Link, leafOf, linkOf } from '../../sidecar/audit/chain/chain-line.ts';
import { readCheckpoint } from '../../tlog/checkpoint.ts';
import { type Digest, isSame } from '../../tlog/merkle.ts';
import type { AuditFault, FaultKind, Place } from './audit-fault.ts';

/** A line with its place. */
export interface PlacedLine extends Place {
  readonly bytes: Uint8Array;
}

/** A line that does not continue a chain, with the lines around it. */
export interface Break {
  /** Number of the line that should be here. */
  readonly expected: number;
  /** Hexadecimal digits of the leaf hash of the line before. */
  readonly prev: string;
  /** Root of the lines before. */
  readonly root: Digest;
  /** The line before with the `prev` that it has; undefined at the beginning. */
  readonly before: (PlacedLine & { readonly prev: string }) | undefined;
  /** The line and some after it. */
  readonly lines: readonly PlacedLine[];
}

/** The fault that explains a break of a chain, at the first line that is not as it was written. */
export function judgeBreak(found: Break): AuditFault {
  const [line, next] = found.lines;
  if (line === undefined) throw new Error('a break has at least one line');
  const link = linkOf(line.bytes);
  if (link === undefined) return judgeUnlinked(found, line);
  if (link.seq === found.expected) return judgeSame(found, line, next);
  if (link.seq > found.expected) return judgeLater(found, line, link);
  return judgeEarlier(found, line, link, next);
}

/** A line without a place in the chain. */
function judgeUnlinked({ expected, prev, lines }: Break, line: PlacedLine): AuditFault {
  const next = lines
    .slice(1)
    .map(({ bytes }) => linkOf(bytes))
    .find((each) => each !== undefined);
  if (next?.seq === expected && next.prev === prev)
    return fault('inserted', line, 'the line was not written by the log: it has no `seq` and `prev`');
  return fault(
    'edited',
    line,
    `line ${expected} of the tree has another content: its \`seq\` and \`prev\` are missing`,
  );
}

/** The right number, and a `prev` that is not the hash of the line before: one of the two lines was edited. */
function judgeSame(
  { root, before, expected }: Break,
  line: PlacedLine,
  next: PlacedLine | undefined,
): AuditFault {
  const isBefore =
    next === undefined ? !signs(line, root) : linkOf(next.bytes)?.prev === hexOf(leafOf(line.bytes));
  const edited = isBefore ? (before ?? line) : line;
  const seq = isBefore ? expected - 1 : expected;
  return fault(
    'edited',
    edited,
    `line ${Math.max(0, seq)} of the tree has another content than the line after it says`,
  );
}

/** True if the line is a checkpoint of the lines before. */
function signs(line: PlacedLine, root: Digest): boolean {
  if (eventOf(line.bytes) !== 'checkpoint') return false;
  const { value } = parseJson(Buffer.from(line.bytes).toString());
  const note = isJsonObject(value) && typeof value['checkpoint'] === 'string' ? value['checkpoint'] : '';
  const signed = readCheckpoint(note).checkpoint?.root;
  return signed !== undefined && isSame(signed, root);
}

function judgeLater(found: Break, line: PlacedLine, { seq }: Link): AuditFault {
  const { expected, lines } = found;
  if (isAdded(found))
    return fault('inserted', line, `line ${seq} of a tree, in the place of line ${expected}`);
  if (lines.some(({ bytes }) => linkOf(bytes)?.seq === expected))
    return fault('reordered', line, `line ${seq} of the tree is in the place of line ${expected}`);
  if (isRenumbered(found)) return renumbered(line, expected, seq);
  const missing =
    seq - expected === 1
      ? `line ${expected} of the tree is`
      : `lines ${expected} to ${seq - 1} of the tree are`;
  return fault('dropped', line, `${missing} missing before this line`);
}

function judgeEarlier(
  found: Break,
  line: PlacedLine,
  { seq, prev }: Link,
  next: PlacedLine | undefined,
): AuditFault {
  const { expected, before } = found;
  if (isRenumbered(found)) return renumbered(line, expected, seq);
  const isTwin = seq === expected - 1 && before !== undefined && prev === before.prev;
  const isTrue = isTwin && next !== undefined && linkOf(next.bytes)?.prev === hexOf(leafOf(line.bytes));
  const inserted = isTrue ? before : line;
  return fault(
    'inserted',
    inserted,
    `a second line ${seq} of the tree, in the place of line ${isTrue ? seq : expected}`,
  );
}

/** True if the tree continues after the line as if it were not there. */
function isAdded({ expected, prev, lines: [, next, third] }: Break): boolean {
  const link = next && linkOf(next.bytes);
  if (link?.seq !== expected || link.prev !== prev) return false;
  return third === undefined || linkOf(third.bytes)?.seq === expected + 1;
}

/** True if the lines after the line have the numbers that they should. */
function isRenumbered({ expected, lines: [, next] }: Break): boolean {
  return next !== undefined && linkOf(next.bytes)?.seq === expected + 1;
}

function renumbered(line: PlacedLine, expected: number, seq: number): AuditFault {
  return fault('edited', line, `line ${expected} of the tree says that it is line ${seq}`);
}

export function fault(kind: FaultKind, { file, line }: Place, message: string): AuditFault {
  return { kind, file, line, message };
}
