import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** On every answer: nothing is kept, guessed at, framed or run. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function json(status: number, value: object): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

export function notAllowed(): Answer {
  const answer = json(405, { error: 'only GET and HEAD, nothing here can be changed' });
  return { ...answer, headers: { ...answer.headers, allow: 'GET, HEAD' } };
}

export function notFound(paths: readonly string[]): Answer {
  return json(404, { error: 'there is no such page', paths });
}

/** The page for people: what else there is. */
export function page(paths: Readonly<Record<string, string>>): Answer {
  const rows = Object.entries(paths).map(
    ([path, doc]) => `<dt><a href="${path}">${path}</a></dt><dd>${doc}</dd>`,
  );
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lictor</title><h1>Lictor</h1><dl>${rows.join('\n')}</dl></html>\n`;
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** To HEAD, everything but the body. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    ...SAFE_HEADERS,
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}
