import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { eventOf } from '../../sidecar/audit/chain/chain-events.ts';
import { leafOf, linkOf } from '../../sidecar/audit/chain/chain-line.ts';
import { stateBefore } from '../../sidecar/audit/chain/recover-chain.ts';
import { lineBatches } from '../../sidecar/audit/log-lines.ts';
import { readCheckpoint } from '../../tlog/checkpoint.ts';
import { type Digest, isSame } from '../../tlog/merkle.ts';
import { inclusionProof } from '../../tlog/proof.ts';
import { proofText } from '../../tlog/proof-text.ts';
import type { TreeRange } from '../../tlog/tree-range.ts';
import type { LogSource } from './verify-logs.ts';

export type ProofResult =
  | { readonly text: string; readonly problem?: undefined }
  /** Sentence. */
  | { readonly problem: string; readonly text?: undefined };

/** A record, and the first signed checkpoint after it. */
interface Found {
  readonly line: Buffer;
  readonly seq: number;
  readonly source: LogSource;
  readonly size: number;
  readonly note: string;
}

/**
 * A proof that the record of a decision is in the tree of a log, for a reader without the log. The log is read twice:
 * for the record with the next checkpoint, and for the hashes between the beginning of its file and that checkpoint.
 */
export async function proveRecord(sources: readonly LogSource[], decisionId: string): Promise<ProofResult> {
  const found = await find(sources, decisionId);
  if (typeof found === 'string') return { problem: found };
  const { line, seq, size, note, source } = found;
  const wanted = inclusionProof(seq, size, (start, end) => ({ start, end }));
  const hashes = await hashesOf(source, size, wanted);
  if (hashes === undefined)
    return { problem: `\`${source.name}\` contradicts its checkpoint; \`audit verify\` tells where` };
  return { text: proofText({ extra: line, index: seq, hashes, checkpoint: note }) };
}

async function find(sources: readonly LogSource[], decisionId: string): Promise<Found | string> {
  const needle = Buffer.from(`"decision_id":${JSON.stringify(decisionId)}`);
  for (const source of sources) {
    let record: { readonly line: Buffer; readonly seq: number } | undefined;
    for await (const lines of lineBatches(source.open())) {
      for (const { bytes } of lines) {
        if (bytes === undefined) continue;
        if (record === undefined) {
          if (bytes.includes(needle) && idOf(bytes) === decisionId) {
            const link = linkOf(bytes);
            if (link === undefined)
              return `the record in \`${source.name}\` has no \`seq\` and \`prev\`; \`serve --audit-chain\` writes them`;
            record = { line: Buffer.from(bytes), seq: link.seq };
          }
        } else if (eventOf(bytes) === 'checkpoint') {
          const note = noteOf(bytes);
          const size = readCheckpoint(note).checkpoint?.size;
          if (size !== undefined && size > record.seq) return { ...record, source, size, note };
        }
      }
    }
    if (record !== undefined)
      return `\`${source.name}\` has no checkpoint after the record yet; one is signed after a second`;
  }
  return `no record of the logs has the decision id \`${decisionId}\``;
}

function idOf(bytes: Buffer): string | undefined {
  const { value } = parseJson(bytes.toString());
  const id = isJsonObject(value) ? value['decision_id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

function noteOf(bytes: Buffer): string {
  const { value } = parseJson(bytes.toString());
  const note = isJsonObject(value) ? value['checkpoint'] : undefined;
  return typeof note === 'string' ? note : '';
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The hashes of spans of a tree of `size` lines; undefined if the log is not the one whose checkpoint it has. */
async function hashesOf(
  source: LogSource,
  size: number,
  wanted: readonly Span[],
): Promise<readonly Digest[] | undefined> {
  let tree: TreeRange | undefined;
  let spans: readonly TreeRange[] = [];
  for await (const lines of lineBatches(source.open())) {
    for (const { bytes } of lines) {
      const link = bytes && linkOf(bytes);
      if (bytes === undefined || link === undefined) continue;
      if (tree === undefined) {
        tree = stateBefore(bytes)?.range;
        if (tree === undefined) return undefined;
        spans = beginnings(tree, wanted);
      }
      if (link.seq !== tree.end) continue;
      if (tree.end === size) return checked(tree, bytes, wanted, spans);
      const leaf = leafOf(bytes);
      for (const [index, { start, end }] of wanted.entries())
        if (tree.end >= start && tree.end < end) spans[index]?.append(leaf);
      tree.append(leaf);
    }
  }
  return undefined;
}

/** For each span the part of it that the beginning of a log has. */
function beginnings(tree: TreeRange, wanted: readonly Span[]): readonly TreeRange[] {
  return wanted.map(({ start }) => tree.from(start));
}

function checked(
  tree: TreeRange,
  checkpoint: Buffer,
  wanted: readonly Span[],
  spans: readonly TreeRange[],
): readonly Digest[] | undefined {
  const root = readCheckpoint(noteOf(checkpoint)).checkpoint?.root;
  if (root === undefined || !isSame(root, tree.root())) return undefined;
  const hashes = wanted.flatMap(({ start, end }, index) => spans[index]?.hash(start, end) ?? []);
  return hashes.length === wanted.length ? hashes : undefined;
}
