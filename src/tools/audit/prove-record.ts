import { parseJson } from '../../engine/request/json.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { eventOf } from '../../sidecar/audit/chain/chain-events.ts';
import { linkOf } from '../../sidecar/audit/chain/chain-line.ts';
import { noteOf } from '../../sidecar/audit/chain/note-of-line.ts';
import { spanHashes } from '../../sidecar/audit/chain/span-hashes.ts';
import { lineBatches } from '../../sidecar/audit/log-lines.ts';
import { readCheckpoint } from '../../tlog/checkpoint.ts';
import { inclusionProof } from '../../tlog/proof.ts';
import { proofText } from '../../tlog/proof-text.ts';
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
  const hashes = await spanHashes(source.open(), size, wanted);
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
