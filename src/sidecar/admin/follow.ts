import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DecisionRecord } from '../audit/record.ts';
import { json, SAFE_HEADERS, send } from './answer.ts';

/** Clients that follow decisions as server-sent events. */
export interface Followers {
  add(request: IncomingMessage, response: ServerResponse): void;
  /** Ends all of them. */
  end(): void;
}

/** Streams at once; another one is answered 503. */
export const MAX_FOLLOWERS = 16;
/** Between two signs of life, which let proxies keep the connection; milliseconds. */
const HEARTBEAT = 15_000;

/**
 * Sends each record as it comes. A client that reads slower than that misses records, and is told how many when it
 * has caught up: nothing waits for it and nothing is kept for it.
 */
export function createFollowers(
  follow: (listener: (record: DecisionRecord) => void) => () => void,
): Followers {
  const open = new Set<ServerResponse>();
  return {
    add(request, response) {
      if (open.size >= MAX_FOLLOWERS) {
        send(request, response, json(503, { error: `${MAX_FOLLOWERS} clients follow decisions already` }));
        return;
      }
      open.add(response);
      const stop = stream(response, follow);
      response.once('close', () => {
        open.delete(response);
        stop();
      });
    },
    end() {
      for (const response of open) response.end();
    },
  };
}

function stream(
  response: ServerResponse,
  follow: (listener: (record: DecisionRecord) => void) => () => void,
): () => void {
  response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream' });
  response.write(': decisions from now on\n\n');
  let missed = 0;
  response.on('drain', () => {
    if (missed === 0) return;
    response.write(`event: missed\ndata: {"count":${missed}}\n\n`);
    missed = 0;
  });
  const unfollow = follow((record) => {
    if (response.writableEnded) return;
    if (response.writableNeedDrain) missed++;
    else response.write(`id: ${record.decision_id}\ndata: ${JSON.stringify(record)}\n\n`);
  });
  const heartbeat = setInterval(() => {
    if (!response.writableEnded && !response.writableNeedDrain) response.write(':\n\n');
  }, HEARTBEAT);
  heartbeat.unref();
  return () => {
    unfollow();
    clearInterval(heartbeat);
  };
}
