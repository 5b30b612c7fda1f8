import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RecentDecisions } from '../audit/recent.ts';
import { json, SAFE_HEADERS, send } from './answer.ts';

/** Clients that receive decisions as server-sent events. */
export interface Followers {
  add(request: IncomingMessage, response: ServerResponse): void;
  /** Ends all streams. */
  end(): void;
}

/** Most streams at once; one more is answered with 503. */
export const MAX_FOLLOWERS = 16;
/** Milliseconds between two heartbeats, for which proxies keep an idle connection open. */
const HEARTBEAT = 15_000;

/**
 * Sends each record to all followers at once. A client that reads too slowly misses records, and receives their number
 * when it has caught up: nothing waits for it and nothing is buffered for it.
 */
export function createFollowers(follow: RecentDecisions['follow']): Followers {
  const open = new Set<ServerResponse>();
  return {
    add(request, response) {
      if (open.size >= MAX_FOLLOWERS) {
        send(request, response, json(503, { error: `${MAX_FOLLOWERS} clients already follow decisions` }));
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

function stream(response: ServerResponse, follow: RecentDecisions['follow']): () => void {
  response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream' });
  response.write(': decisions from now on\n\n');
  let missed = 0;
  response.on('drain', () => {
    if (missed === 0) return;
    response.write(`event: missed\ndata: {"count":${missed}}\n\n`);
    missed = 0;
  });
  const unfollow = follow(({ id, line }) => {
    if (response.writableEnded) return;
    if (response.writableNeedDrain) missed++;
    else response.write(`id: ${id}\ndata: ${line}\n\n`);
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
