import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { printableJson } from '../../diagnostic/printable.ts';

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** Headers of every answer, which forbid caches, type sniffing, frames and scripts. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function json(status: number, value: object): Answer {
  return jsonText(status, printableJson(JSON.stringify(value)));
}

/** Answer of a value that is JSON already. */
export function jsonText(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${text}\n` };
}

export function notAllowed(): Answer {
  const answer = json(405, { error: 'only GET and HEAD are supported, nothing here can be changed' });
  return { ...answer, headers: { ...answer.headers, allow: 'GET, HEAD' } };
}

export function notFound(paths: readonly string[]): Answer {
  return json(404, { error: 'no such page', paths });
}

/** Index page for people: links to the other pages. */
export function page(paths: readonly (readonly [path: string, doc: string])[]): Answer {
  const rows = paths.map(([path, doc]) => `<dt><a href="${path}">${path}</a></dt><dd>${doc}</dd>`);
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lictor</title><h1>Lictor</h1><dl>${rows.join('\n')}</dl></html>\n`;
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** Sends the whole answer, or its headers if the request is a HEAD. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    ...SAFE_HEADERS,
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}
