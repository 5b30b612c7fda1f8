import { GATE_FLAGS, type GateOptions } from '../../../src/cli/gate/flags.ts';
import { gate } from '../../../src/cli/gate/gate.ts';
import type { World } from '../../../src/cli/gate/watch-sidecars.ts';
import { readFlags } from '../../../src/flag/read-flags.ts';
import { inProcess, pipedTerminal } from '../../support/in-process.ts';

const ONE = 'http://10.0.0.5:9192';
const TWO = 'http://10.0.0.6:9192';
const NEXT = 'c'.repeat(40);

type Flags = Readonly<Record<string, readonly string[]>>;

function optionsOf(flags: Flags): GateOptions {
  const { values, problems } = readFlags(GATE_FLAGS, [{ texts: flags, nameOf: (name) => `--${name}` }]);
  if (values === undefined) throw new Error(problems?.join());
  return values;
}

interface Page {
  readonly candidate?: string;
  readonly since?: string;
  readonly agrees?: number;
  readonly newly_allowed?: number;
  readonly newly_denied?: number;
  readonly failed?: number;
}

/** The text of `/v1/candidate`. */
function page({ candidate = NEXT, since = '2026-06-01T12:00:00.000Z', ...counts }: Page): string {
  const cause = {
    kind: 'newly_denied',
    live: { reason: 'allowed', policy: 'orders', rule: 'read' },
    candidate: { reason: 'no_rule', policy: 'orders', rule: '' },
    count: 3,
    example: { method: 'GET', host: 'orders.svc', path: '/orders/1' },
  };
  const causes = (counts.newly_denied ?? 0) > 0 ? [cause] : [];
  return JSON.stringify({ comparison: { live: 'a', candidate, since, counts }, causes });
}

type Answer = string | number | Error;

/** A world in which a pause takes no time. Each look gets the next answer of its sidecar, then the last again. */
function worldOf(answers: Readonly<Record<string, readonly Answer[]>>): World & { readonly asked: string[] } {
  let now = 0;
  const looks = new Map<string, number>();
  const asked: string[] = [];
  return {
    asked,
    clock: () => now,
    pause: async (milliseconds) => {
      now += milliseconds;
    },
    async get(url) {
      asked.push(url);
      const address = Object.keys(answers).find((each) => url.startsWith(each)) ?? '';
      const look = looks.get(address) ?? 0;
      looks.set(address, look + 1);
      const answer = answers[address]?.[look] ?? answers[address]?.at(-1) ?? 500;
      if (answer instanceof Error) throw answer;
      return typeof answer === 'number' ? { status: answer, text: '' } : { status: 200, text: answer };
    },
  };
}

async function gated(flags: Flags, answers: Readonly<Record<string, readonly Answer[]>>) {
  const terminal = pipedTerminal('/');
  const code = await gate(
    optionsOf({
      status: [ONE],
      for: ['10s'],
      interval: ['5s'],
      'min-decisions': ['10'],
      output: ['json'],
      ...flags,
    }),
    terminal,
    worldOf(answers),
  );
  const result = JSON.parse(terminal.stdout.text) as {
    readonly passes: boolean;
    readonly problems: readonly string[];
    readonly counts: Readonly<Record<string, number>>;
    readonly revision: string | null;
  };
  expect(result.passes).toBe(code === 0);
  return { code, ...result };
}

const REFUSED = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });

describe('a gate passes', () => {
  test('if enough decisions were judged since it began, and none differs', async () => {
    const pages = [page({ agrees: 100, newly_denied: 5 }), page({ agrees: 150, newly_denied: 5 })];
    expect(await gated({}, { [ONE]: pages })).toMatchObject({
      code: 0,
      problems: [],
      revision: NEXT,
      counts: { judged: 50, agrees: 50, newly_denied: 0 },
    });
  });

  test('with differences up to its bound', async () => {
    const pages = [page({}), page({ agrees: 998, newly_denied: 1, newly_allowed: 1 })];
    const bounds = { 'max-newly-denied': ['0.001'], 'max-newly-allowed': ['0.001'] };
    expect((await gated(bounds, { [ONE]: pages })).code).toBe(0);
  });

  test('across a restart, counting what came before and after it', async () => {
    const restarted = page({ agrees: 7, since: '2026-06-01T12:05:00.000Z' });
    const pages = [page({ agrees: 100 }), page({ agrees: 120 }), restarted];
    expect((await gated({}, { [ONE]: pages })).counts).toMatchObject({ judged: 27 });
  });

  test('with counts that went down without another begin', async () => {
    const pages = [page({ agrees: 100 }), page({ agrees: 120 }), page({ agrees: 30 })];
    expect((await gated({}, { [ONE]: pages })).counts).toMatchObject({ judged: 50 });
  });

  test('with a sidecar that did not answer for a moment', async () => {
    const pages = [page({ agrees: 100 }), REFUSED, page({ agrees: 120 })];
    expect(await gated({}, { [ONE]: pages })).toMatchObject({ code: 0, counts: { judged: 20 } });
  });

  test('with a candidate that arrives after it began, of which all is counted', async () => {
    const pages = [page({ candidate: 'old', agrees: 100 }), page({ agrees: 20 }), page({ agrees: 30 })];
    expect(await gated({ revision: [NEXT] }, { [ONE]: pages })).toMatchObject({
      code: 0,
      counts: { judged: 30 },
    });
  });
});

describe('a gate fails', () => {
  test.each<[string, Flags, Readonly<Record<string, readonly Answer[]>>, string]>([
    [
      'if more decisions are newly denied than its bound',
      { 'max-newly-denied': ['0.001'] },
      { [ONE]: [page({}), page({ agrees: 998, newly_denied: 2 })] },
      '2 of 1,000 decisions are newly denied: 0.2 %, at most 0.1 % may be',
    ],
    [
      'if one decision is newly allowed, by default',
      {},
      { [ONE]: [page({}), page({ agrees: 999, newly_allowed: 1 })] },
      '1 of 1,000 decisions are newly allowed: 0.1 %, at most 0 % may be',
    ],
    [
      'if an evaluation failed, which would deny',
      {},
      { [ONE]: [page({}), page({ agrees: 99, failed: 1 })] },
      '1 of 100 decisions are newly denied: 1 %, at most 0 % may be',
    ],
    [
      'if too few decisions were judged',
      {},
      { [ONE]: [page({ agrees: 100 }), page({ agrees: 109 })] },
      '9 decisions were judged, at least 10 are needed',
    ],
    [
      'if a sidecar is not reached',
      { status: [ONE, TWO] },
      { [ONE]: [page({}), page({ agrees: 100 })], [TWO]: [REFUSED] },
      `\`${TWO}\` cannot be reached (ECONNREFUSED)`,
    ],
    [
      'if a sidecar no longer answers',
      { for: ['30s'] },
      { [ONE]: [page({}), page({ agrees: 100 }), 503] },
      `\`${ONE}\` cannot be reached (status 503)`,
    ],
    [
      'if a sidecar has no candidate',
      { status: [ONE, TWO] },
      { [ONE]: [page({}), page({ agrees: 100 })], [TWO]: [404] },
      `\`${TWO}\` has no candidate`,
    ],
    [
      'if sidecars judge different candidates',
      { status: [ONE, TWO] },
      { [ONE]: [page({}), page({ agrees: 100 })], [TWO]: [page({ candidate: 'other', agrees: 100 })] },
      `\`${TWO}\` judges candidate \`other\``,
    ],
    [
      'if an address is that of another program',
      {},
      { [ONE]: ['{"status":"ok"}'] },
      `\`${ONE}\` cannot be reached (it is not a page of a candidate)`,
    ],
  ])('%s', async (_, flags, answers, problem) => {
    const { code, problems } = await gated(flags, answers);
    expect(code).toBe(1);
    expect(problems).toContain(problem);
  });

  test('at once if nothing can pass any more', async () => {
    const world = worldOf({ [ONE]: [page({}), page({ newly_allowed: 1 })] });
    const code = await gate(optionsOf({ status: [ONE], for: ['10m'] }), pipedTerminal('/'), world);
    expect([code, world.asked.length]).toEqual([1, 2]);
  });
});

test('the table has each sidecar, the causes, and the verdict', async () => {
  const terminal = pipedTerminal('/');
  const pages = [page({}), page({ agrees: 1995, newly_denied: 5 })];
  const options = optionsOf({
    status: [ONE, TWO],
    for: ['2m'],
    interval: ['1m'],
    'max-newly-denied': ['0.01'],
  });
  expect(await gate(options, terminal, worldOf({ [ONE]: pages, [TWO]: pages }))).toBe(0);
  expect(terminal.stdout.text).toBe(`candidate ${NEXT}
                      judged  newly allowed  newly denied  other reason  failed  dropped
http://10.0.0.5:9192   2,000              0             5             0       0        0
http://10.0.0.6:9192   2,000              0             5             0       0        0
together               4,000              0            10             0       0        0
causes since these sidecars judge the candidate:
  6 newly denied: allowed (orders/read) -> no_rule (orders), such as GET orders.svc/orders/1
passed
`);
  expect(terminal.stderr.text).toBe(`1m of 2m: 4,000 judged, 0 newly allowed, 10 newly denied
2m of 2m: 4,000 judged, 0 newly allowed, 10 newly denied
`);
});

describe('by Prometheus', () => {
  const SOURCE = { status: [], prometheus: ['http://prometheus:9090'] };

  function vector(label: string, values: Readonly<Record<string, string>>): string {
    const result = Object.entries(values).map(([name, value]) => ({
      metric: { [label]: name },
      value: [0, value],
    }));
    return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
  }

  const asked = (counted: string, revisions: string) =>
    gated(SOURCE, { 'http://prometheus:9090': [vector('x', { y: '1' }), counted, revisions] });

  test('it passes with enough judged decisions of one candidate', async () => {
    const counts = vector('result', { agrees: '1000.7', newly_denied: '0', dropped: '3.2' });
    expect(await asked(counts, vector('revision', { [NEXT]: '4' }))).toMatchObject({
      code: 0,
      revision: NEXT,
      counts: { judged: 1000, agrees: 1000, dropped: 4 },
    });
  });

  test('a part of a difference counts, and other candidates are named', async () => {
    const counts = vector('result', { agrees: '1000', newly_allowed: '0.3' });
    const { code, problems } = await asked(counts, vector('revision', { [NEXT]: '3', other: '1' }));
    expect(code).toBe(1);
    expect(problems).toEqual([
      'a sidecar judges candidate `other`',
      '1 of 1,001 decisions are newly allowed: 0.0999 %, at most 0 % may be',
    ]);
  });

  test('it fails without sidecars, and without Prometheus', async () => {
    expect((await asked(vector('result', {}), vector('revision', {}))).problems).toEqual([
      'no sidecar has a candidate',
      '0 decisions were judged, at least 10 are needed',
    ]);
    const { code, problems } = await gated(SOURCE, { 'http://prometheus:9090': [REFUSED] });
    expect([code, problems]).toEqual([
      1,
      ['Prometheus at `http://prometheus:9090` cannot be asked (ECONNREFUSED)'],
    ]);
  });
});

test.each<[readonly string[], string]>([
  [[], 'name the sidecars by `--status`, or a Prometheus by `--prometheus`'],
  [['--status', 'sidecar'], '--status: `sidecar` is not an address, such as `http://127.0.0.1:9192`'],
  [['--status', ONE, '--max-newly-denied', '2'], '--max-newly-denied: `2` is not a number from 0 to 1'],
  [
    ['--prometheus', ONE, '--selector', 'job="a"} or up{'],
    '--selector: `job="a"} or up{` is not a list of label matchers, such as `namespace="shop",job="lictor"`',
  ],
])('%p is wrong usage', async (args, problem) => {
  const { code, stderr } = await inProcess(['gate', ...args], '/');
  expect(code).toBe(2);
  expect(stderr).toContain(problem);
});
