import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** The most since the last question, in milliseconds. */
export interface LoopTimes {
  /** Processor time of the thread that serves between two looks 5 ms apart: 5 plus the longest turn at most. */
  readonly cpu: number;
  /** Elapsed time of one pause of the garbage collector. */
  readonly collection: number;
  /** Elapsed time by which a turn of the event loop was late; 1 ms is the resolution. */
  readonly delay: number;
}

/** Environment of a sidecar that tells its times at the socket. */
export function loopWatch(socket: string): Readonly<Record<string, string>> {
  const module = new URL('./loop-watch.ts', import.meta.url);
  return { LOOP_WATCH: socket, NODE_OPTIONS: `--import ${module.href}` };
}

/** The times since the last call. */
export async function loopTimes(socket: string): Promise<LoopTimes> {
  return JSON.parse(await text(connect(socket))) as LoopTimes;
}
