import { readFile } from 'node:fs/promises';
import { waitFor } from './wait.ts';

/** The fields of a decision record that tests read. */
export interface DecisionRecord {
  readonly time: string;
  readonly decision_id: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: string;
  readonly status: number;
  readonly policy: string;
  readonly rule: string;
  readonly revision: { readonly commit: string; readonly digest: string; readonly dirty: boolean };
  readonly request: {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
  };
  readonly source: { readonly principal: string; readonly address: string };
  readonly duration_us: number;
  readonly shadow?: readonly {
    readonly of?: string;
    readonly policy: string;
    readonly decision: string;
    readonly reason: string;
  }[];
}

/** A line of Envoy's access log; `-` or null for an absent value. */
export interface AccessLine {
  readonly request_id: string;
  readonly status: number;
  readonly details: string;
  readonly decision: string | null;
  readonly decision_id: string | null;
  readonly reason: string | null;
  readonly policy: string | null;
  readonly rule: string | null;
  readonly revision: string | null;
}

/** All complete lines of a file of JSON lines, without a last line that is still being written. */
export async function readLines<T>(file: string): Promise<T[]> {
  const text = await readFile(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T);
}

/** Waits for the record of a decision. */
export function recordOf(file: string, decisionId: string): Promise<DecisionRecord> {
  return waitFor(
    async () =>
      (await readLines<DecisionRecord>(file)).findLast((record) => record.decision_id === decisionId),
    { what: `the record of decision ${decisionId}`, timeout: 3000 },
  );
}

/** Waits for the access log line of a request, by the `x-request-id` of its response. */
export function accessLineOf(file: string, requestId: string): Promise<AccessLine> {
  return waitFor(
    async () => (await readLines<AccessLine>(file)).findLast((line) => line.request_id === requestId),
    { what: `the access log line of request ${requestId}`, timeout: 3000 },
  );
}
