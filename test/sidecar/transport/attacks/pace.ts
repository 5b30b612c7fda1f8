import type { Http2Peer } from '../../../support/http2-peer.ts';

/** Lets everything else of this process run. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Milliseconds without progress after which a connection counts as stopped by its server. */
const STANDSTILL = 3000;

/**
 * Sends what `make` returns, at most `rounds` times, as fast as the server reads it. Stops when the server has ended the
 * connection, or has read nothing for three seconds. Returns the number of rounds that were sent.
 */
export async function flood(
  peer: Http2Peer,
  rounds: number,
  make: (round: number) => Uint8Array,
): Promise<number> {
  for (let round = 0; round < rounds; round += 1) {
    if (peer.isEnding || peer.socket.destroyed) return round;
    if (!peer.socket.write(make(round)) && !(await drained(peer))) return round + 1;
    // What has arrived is read before more is sent: a write to a closed socket would discard it.
    await pause();
  }
  return rounds;
}

/** True when the socket takes more; false if it is closed, or stands still. */
function drained({ socket }: Http2Peer): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isReady: boolean): void => {
      clearTimeout(timer);
      socket.off('drain', ready).off('close', closed);
      resolve(isReady);
    };
    const ready = (): void => done(true);
    const closed = (): void => done(false);
    const timer = setTimeout(closed, STANDSTILL);
    socket.once('drain', ready).once('close', closed);
    if (socket.destroyed) done(false);
  });
}
