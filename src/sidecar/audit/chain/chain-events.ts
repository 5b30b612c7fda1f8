import { isoMicroseconds } from '../record.ts';
import { RECORD_VERSION } from '../record-fields.ts';

interface ChainEvent {
  /** Members besides `time`, `event`, `seq` and `prev`. */
  readonly members: readonly string[];
  readonly doc: string;
}

/** Lines of a chained log that are not records, by the text of `event`. */
export const CHAIN_EVENTS = {
  start: {
    members: ['origin', 'edge', 'version', 'unfinished', 'previous'],
    doc: 'a process began to write: the first line of a tree, or its continuation after a restart',
  },
  segment: { members: ['origin', 'edge', 'unfinished'], doc: 'the first line of the next file' },
  policies: { members: ['revision'], doc: 'a policy set went live' },
  omitted: {
    members: ['dropped', 'sampled', 'unfinished'],
    doc: 'records that the log does not have: lost by a full queue or a failed write, or left out by sampling',
  },
  checkpoint: { members: ['checkpoint', 'edge'], doc: 'the signed tree head of all lines before' },
  cosigned: { members: ['checkpoint'], doc: 'a checkpoint with cosignatures of witnesses' },
  rotation: { members: [], doc: 'the log continues in another file' },
  stop: { members: [], doc: 'the process ended as it should' },
} as const satisfies Record<string, ChainEvent>;

export type ChainEventName = keyof typeof CHAIN_EVENTS;

/** A line without its end. `at`: milliseconds since 1970. */
export function eventLine(
  event: ChainEventName,
  at: number,
  members: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  return Buffer.from(JSON.stringify({ v: RECORD_VERSION, time: isoMicroseconds(at), event, ...members }));
}

const EVENT = /^\{"v":\d{1,4},"time":"[^"]{1,40}","event":"([a-z]{1,20})"/;

/** Name of the event of a line; undefined for a record. Most characters of the line that are read: 100. */
export function eventOf(line: Uint8Array): ChainEventName | undefined {
  const [, name = ''] =
    EVENT.exec(Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, 100)).toString()) ?? [];
  return Object.hasOwn(CHAIN_EVENTS, name) ? (name as ChainEventName) : undefined;
}
