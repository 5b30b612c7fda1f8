import type { Readable } from 'node:stream';
import { LogReader } from '../../sidecar/audit/log-reader.ts';
import { openLog } from '../../sidecar/audit/plain-log.ts';
import { type RecordedDecision, readRecord } from '../../sidecar/audit/read-record.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** A record with its line. */
export interface FoundRecord {
  readonly record: RecordedDecision;
  readonly line: string;
  /** Name of the log. */
  readonly log: string;
}

/** The record of a decision in the first log that has it. */
export async function findRecord(
  id: string,
  paths: readonly string[],
  terminal: Terminal,
  input: Readable,
): Promise<FoundRecord | { readonly problem: string }> {
  for (const path of paths) {
    const read = (line: string) => {
      const { record, problem } = readRecord(line);
      return record === undefined ? { problem } : { record: { record, line, log: path } };
    };
    const log = new LogReader<FoundRecord>(path, () => openLog(path, terminal.directory, input), read);
    for await (const batch of log.batches()) {
      const found = batch.find(({ record }) => record.id === id);
      if (found !== undefined) return found;
    }
    if (log.problem !== undefined) return { problem: log.problem };
  }
  return { problem: `no record of the decision \`${id}\` is in the log` };
}
