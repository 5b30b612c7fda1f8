import { type BodySpelling, PLAIN_BODIES, REFUSED_BODIES } from './bodies.ts';
import { TELLING } from './policies.ts';
import { type Answered, ask, type Services, startServices } from './proxied.ts';
import type { RawCall } from './raw-call.ts';
import type { Seen } from './services.ts';
import {
  HEADERS,
  PLAIN_HOSTS,
  PLAIN_PATHS,
  QUERIES,
  REFUSED_HEADERS,
  REFUSED_HOSTS,
  REFUSED_PATHS,
  REFUSED_QUERIES,
} from './spellings.ts';

let services: Services;

beforeAll(async () => {
  services = await startServices(TELLING);
}, 60_000);

afterAll(async () => {
  await services?.stop();
});

/** Number of calls at once to each service. */
const AT_ONCE = 8;

/** Calls both services with each spelling; the differences, as texts. */
async function differences<T>(
  spellings: readonly T[],
  callOf: (spelling: T) => RawCall,
  difference: (answer: Answered, spelling: T) => unknown,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const work = services.all.flatMap((service) => spellings.map((spelling) => ({ service, spelling })));
  const next = async (): Promise<void> => {
    for (let each = work.shift(); each !== undefined; each = work.shift()) {
      const { service, spelling } = each;
      const answer = await ask(service, callOf(spelling));
      const different = difference(answer, spelling);
      if (different !== undefined) found.push({ service: service.name, spelling, different });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return found;
}

/** Value of `name` in the policy; undefined if the service was not reached. */
function judged({ seen }: Answered, name: string): string | undefined {
  const text = seen?.judged[`x-judged-${name}`];
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8');
}

function unlessEqual(left: unknown, right: unknown): unknown {
  return JSON.stringify(left) === JSON.stringify(right) ? undefined : { judged: left, seen: right };
}

/** A difference if the service was reached. */
function unlessRefused({ status, seen }: Answered): unknown {
  if (seen === undefined && status >= 400 && status < 500) return undefined;
  return { status, judged: seen?.judged, target: seen?.target, probe: seen?.probe };
}

function pathDifference(answer: Answered): unknown {
  const path = judged(answer, 'path');
  if (answer.seen === undefined || path === undefined) return { status: answer.status, text: answer.text };
  return unlessEqual(
    segmentsOf(path.split('/').slice(1).map(decodeURIComponent)),
    segmentsOf(answer.seen.segments),
  );
}

/** Without the empty segment after a slash at the end, which makes no difference to a policy. */
function segmentsOf(segments: readonly string[]): readonly string[] {
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}

const SEEN = { host: 'seen.acme.svc', target: '/' };

test('there are at least 100 spellings of paths', () => {
  expect(new Set([...PLAIN_PATHS, ...REFUSED_PATHS]).size).toBeGreaterThanOrEqual(100);
});

test('the service reads the path that was judged', async () => {
  const call = (target: string): RawCall => ({ ...SEEN, target });
  expect(await differences(PLAIN_PATHS, call, pathDifference)).toEqual([]);
});

test('paths that servers read differently do not reach the service', async () => {
  const call = (target: string): RawCall => ({ ...SEEN, target });
  expect(await differences(REFUSED_PATHS, call, unlessRefused)).toEqual([]);
});

test('the service reads the host that was judged', async () => {
  const call = (host: string): RawCall => ({ ...SEEN, host });
  const difference = (answer: Answered): unknown =>
    unlessEqual(judged(answer, 'host'), answer.seen?.host.toLowerCase().replace(/\.$/, ''));
  expect(await differences(PLAIN_HOSTS, call, difference)).toEqual([]);
});

test('hosts that are not those of the policy do not reach the service', async () => {
  const call = (host: string): RawCall => ({ ...SEEN, host });
  expect(await differences(REFUSED_HOSTS, call, unlessRefused)).toEqual([]);
});

test('two hosts do not reach the service', async () => {
  const call = (second: string): RawCall => ({ ...SEEN, headers: [`host: ${second}`] });
  expect(await differences(['seen.acme.svc', 'other.acme.svc'], call, unlessRefused)).toEqual([]);
});

/** Parsers that read a query string as the standard of URLs does; the others are for `respond.allow.query`. */
const STANDARD = ['URL', 'node:querystring', 'urllib.parse'] as const;

function queryDifference(answer: Answered): unknown {
  const told = judged(answer, 'query');
  if (answer.seen === undefined || told === undefined) return { status: answer.status, text: answer.text };
  const read = told === '' ? [] : told.split('\x1f').map((each) => each.split('\x1d'));
  const expected = read.map(([name = '', values = '']): [string, string[]] => [name, values.split('\x1e')]);
  const { queries } = answer.seen;
  const different = STANDARD.filter((parser) => parser in queries).map((parser) => {
    const sorted = Object.entries(queries[parser] ?? {}).toSorted(byName);
    return unlessEqual(expected.toSorted(byName), sorted);
  });
  return different.find((each) => each !== undefined);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

test('the service reads the query parameters that were judged', async () => {
  const call = (query: string): RawCall => ({ ...SEEN, target: `/a?${query}` });
  expect(await differences(QUERIES, call, queryDifference)).toEqual([]);
});

test('query strings that servers read differently do not reach the service', async () => {
  const call = (query: string): RawCall => ({ ...SEEN, target: `/a?${query}` });
  expect(await differences(REFUSED_QUERIES, call, unlessRefused)).toEqual([]);
});

test('the service reads the header that was judged', async () => {
  const call = (headers: readonly string[]): RawCall => ({ ...SEEN, host: 'headers.acme.svc', headers });
  const difference = (answer: Answered): unknown =>
    unlessEqual(judged(answer, 'probe'), probeOf(answer.seen) ?? '(absent)');
  expect(await differences(HEADERS, call, difference)).toEqual([]);
});

/** The header as UTF-8, of which the service has the bytes. */
function probeOf(seen: Seen | undefined): string | undefined {
  const probe = seen?.probe ?? undefined;
  return probe === undefined ? undefined : Buffer.from(probe, 'latin1').toString('utf8');
}

test('headers that servers read differently do not reach the service', async () => {
  const call = (headers: readonly string[]): RawCall => ({ ...SEEN, host: 'headers.acme.svc', headers });
  expect(await differences(REFUSED_HEADERS, call, unlessRefused)).toEqual([]);
});

function bodyCall({ body, headers = [] }: BodySpelling): RawCall {
  return { ...SEEN, host: 'bodies.acme.svc', method: 'POST', body, headers };
}

/** A number of `service.py` and Express, which keep its text, as CEL writes it. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('number' in value)) return String(value);
  return String(value.number);
}

test('the service reads the members of a body that were judged', async () => {
  const difference = (answer: Answered): unknown => {
    const read = answer.seen?.body?.json as Readonly<Record<string, unknown>> | undefined;
    if (read === undefined) return { status: answer.status, text: answer.text };
    const seen = [textOf(read['amount']), textOf(read['note'] ?? '(absent)')];
    return unlessEqual([judged(answer, 'amount'), judged(answer, 'note')], seen);
  };
  expect(await differences(PLAIN_BODIES, bodyCall, difference)).toEqual([]);
});

test('bodies that servers read differently do not reach the service', async () => {
  expect(await differences(REFUSED_BODIES, bodyCall, unlessRefused)).toEqual([]);
});
