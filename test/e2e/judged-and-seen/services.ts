import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import querystring from 'node:querystring';
import express, { type Request } from 'express';
import { startChild } from '../../support/child.ts';
import { freePort } from '../../support/ports.ts';
import { waitFor } from '../../support/wait.ts';

/** Parameters by name, as one parser of query strings reads them. */
export type Query = Readonly<Record<string, readonly string[]>>;

/** A request as the parsers of a service read it. */
export interface Seen {
  readonly method: string;
  /** Request target, unchanged. */
  readonly target: string;
  /** Decoded segments of the path. */
  readonly segments: readonly string[];
  /** Name of the host, without the port. */
  readonly host: string;
  /** Header `x-probe`, each byte as a character (Latin-1); null if it is absent. */
  readonly probe: string | null;
  /** By name of the parser. */
  readonly queries: Readonly<Record<string, Query>>;
  /** All headers by lower-case name, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Headers `x-judged-...`, by which the policies tell what they have read. */
  readonly judged: Readonly<Record<string, string>>;
  /** The body as JSON; null if the service cannot read it. */
  readonly body: { readonly json: unknown } | null;
  /** Number of body bytes. */
  readonly bytes: number;
}

export interface Service {
  readonly name: 'Express' | 'Python';
  readonly port: number;
}

/** Starts `service.py`. */
export async function startPython(folder: string, stack: AsyncDisposableStack): Promise<Service> {
  const port = await freePort();
  const child = await startChild({
    name: 'service.py',
    command: 'python3',
    args: ['-I', join(import.meta.dirname, 'service.py'), String(port)],
    log: join(folder, 'python.log'),
  });
  stack.defer(() => child.stop());
  await waitFor(async () => ((await fetch(`http://127.0.0.1:${port}/`)).ok ? true : undefined), {
    what: 'a Python service',
    timeout: 10_000,
    child,
  });
  return { name: 'Python', port };
}

/** Starts a service of Express that answers with a `Seen`. */
export async function startExpress(stack: AsyncDisposableStack): Promise<Service> {
  const app = express();
  app.set('etag', false);
  app.set('query parser', 'extended');
  app.use(express.raw({ type: () => true, limit: '4mb', inflate: false }));
  app.all('/{*segments}', (request, response) => void response.json(seenBy(request)));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return { name: 'Express', port: (server.address() as AddressInfo).port };
}

function seenBy(request: Request): Seen {
  const { method, url, params, headers } = request;
  const search = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  const body: unknown = request.body;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const segments: unknown = params['segments'] ?? [];
  return {
    method,
    target: url,
    segments: Array.isArray(segments) ? segments.map(String) : [],
    host: request.hostname ?? '',
    probe: request.get('x-probe') ?? null,
    queries: {
      'node:querystring': lists(querystring.parse(search)),
      'querystring with `;`': lists(querystring.parse(search.replaceAll('&', ';'), ';')),
      URL: searched(new URL(url, 'http://service').searchParams),
      // As many services do. The constructor skips a second `?`.
      URLSearchParams: searched(new URLSearchParams(search)),
      qs: lists(request.query),
    },
    headers: request.rawHeaders.flatMap((name, i, all) =>
      i % 2 === 0 ? [[name.toLowerCase(), all[i + 1] ?? ''] as const] : [],
    ),
    judged: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        name.startsWith('x-judged-') ? [[name, String(value)]] : [],
      ),
    ),
    body: jsonOf(new TextDecoder().decode(bytes)),
    bytes: bytes.length,
  };
}

/** Lists of values; what is neither text nor a list of texts, such as an object of `qs`, as JSON. */
function lists(query: Readonly<Record<string, unknown>>): Query {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      [value].flat().map((each) => (typeof each === 'string' ? each : JSON.stringify(each))),
    ]),
  );
}

function searched(parameters: URLSearchParams): Query {
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]));
}

/** Numbers as their text, as in `service.py`. */
function jsonOf(text: string): Seen['body'] {
  try {
    const numbers = (_: string, value: unknown, { source }: { readonly source?: string }): unknown =>
      typeof value === 'number' ? { number: source } : value;
    return { json: JSON.parse(text, numbers as (key: string, value: unknown) => unknown) };
  } catch {
    return null;
  }
}
