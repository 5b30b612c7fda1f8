import { type Allow, decide, isAllow } from '../../../src/engine/decision/decide.ts';
import type { Denial } from '../../../src/engine/decision/outcome.ts';
import type { Services } from '../../../src/engine/decision/services.ts';
import type { LimitStore, Taken } from '../../../src/engine/limit/limit.ts';
import { createLocalStore } from '../../../src/engine/limit/local-store.ts';
import { attributes } from '../../support/attributes.ts';
import { policySet } from '../../support/policy-set.ts';
import { seeded } from '../../support/seeded.ts';
import { bench, NOW } from './run-case.ts';

const LIMITED = policySet({
  policies: {
    limited: {
      rules: [{ name: 'all', effect: 'allow' }],
      limits: [{ name: 'once', key: ["'all'"], rate: '1/h' }],
    },
  },
});

async function permit(): Promise<Allow> {
  const { decision } = await decide(attributes(), LIMITED, bench().services);
  if (!isAllow(decision.outcome)) throw new Error('not allowed');
  return decision.outcome;
}

describe('an allow', () => {
  test('is what decide makes', async () => {
    expect(isAllow(await permit())).toBe(true);
  });

  test.each<[string, (genuine: Allow) => object]>([
    ['a plain object', () => ({ changes: {}, reason: 'allowed', status: 200 })],
    ['a copy', (genuine) => ({ ...genuine })],
    [
      'an object of the same prototype',
      (genuine) => Object.create(Object.getPrototypeOf(genuine) as object) as object,
    ],
    ['an heir', (genuine) => Object.create(genuine) as object],
    ['a proxy', (genuine) => new Proxy(genuine, {})],
    [
      'a permit of its constructor',
      (genuine) => new (genuine.constructor as new (changes: object) => object)({}),
    ],
  ])('is not %s', async (_, lookAlike) => {
    expect(isAllow(lookAlike(await permit()) as Allow | Denial)).toBe(false);
  });
});

describe('what a limit gave comes back', () => {
  test.each<[string, Partial<Services>, number | undefined]>([
    ['when the answer is too late', {}, NOW],
    [
      'when something of ours throws at the end',
      {
        id: () => {
          throw new Error('no randomness left');
        },
      },
      undefined,
    ],
  ])('%s', async (_, broken, deadline) => {
    const { services } = bench();
    const early = (async () => decide(attributes(), LIMITED, { ...services, ...broken }, deadline))();
    const outcome = await early.then(
      ({ decision }) => decision.reason,
      (error: unknown) => (error as Error).message,
    );
    expect(['deadline_exceeded', 'no randomness left']).toContain(outcome);
    const { decision } = await decide(attributes(), LIMITED, services);
    expect(decision.reason).toBe('allowed');
    expect((await decide(attributes(), LIMITED, services)).decision.reason).toBe('rate_limited');
  });
});

describe('the time of a take', () => {
  const phased = policySet({
    policies: {
      phased: {
        rules: [{ name: 'all', effect: 'allow' }],
        limits: [
          { name: 'early', phase: 'first', key: ["'all'"], rate: '1/h' },
          { name: 'late', key: ["'all'"], rate: '1/h' },
        ],
      },
    },
  });

  /** The times at which limits are asked and given back, by a clock that goes on with each reading. */
  async function timesOf(answer: (taken: Taken) => Taken | Promise<Taken>): Promise<readonly number[]> {
    const times: number[] = [];
    const { services } = bench();
    const limits: LimitStore = {
      ...services.limits,
      take(_, now) {
        times.push(now);
        return answer({ allowed: true, remaining: 0, retryAfter: 0, resetAfter: 0 });
      },
      giveBack: (_, now) => void times.push(now),
    };
    let now = 5;
    const monotonic = () => (now += 1);
    await decide(attributes(), phased, { ...services, limits, monotonic, reading: () => 5 }, NOW);
    return times;
  }

  test('is that of the beginning of the decision, without another reading', async () => {
    expect(await timesOf((taken) => taken)).toEqual([5, 5, 5]);
  });

  test('is read again after the decision has waited', async () => {
    expect(await timesOf((taken) => Promise.resolve(taken))).toEqual([5, 6, 7]);
  });
});

describe('checks of one key at once', () => {
  test('never take one unit too many, and those that are denied later give theirs back', async () => {
    const set = policySet({
      policies: {
        open: {
          rules: [{ name: 'all', effect: 'allow' }],
          limits: [
            { name: 'both', key: ["'all'"], rate: '7/h' },
            { name: 'path', key: ['request.path'], rate: '5/h', when: "request.path == '/twice'" },
          ],
          respond: { allow: { requestHeaders: { set: { 'x-a': { cel: "request.headers['x-a']" } } } } },
        },
      },
    });
    const random = seeded(12);
    const late = async <T>(answer: T): Promise<T> => {
      for (let turns = Math.floor(random() * 5); turns > 0; turns--) await Promise.resolve();
      return answer;
    };
    for (let round = 0; round < 50; round++) {
      const { services } = bench();
      const { limits } = services;
      const slow: Services = {
        ...services,
        limits: {
          take: async (take, now) => late(await limits.take(take, now)),
          takeAll: async (takes, now) => late(await limits.takeAll(takes, now)),
          giveBack: (takes, now) => limits.giveBack(takes, now),
        },
      };
      const reasons = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const path = random() < 0.3 ? '/twice' : '/once';
          // Without the header, a value of the answer fails after the limits were taken.
          const headers: Record<string, string> = random() < 0.4 ? { 'x-a': '1' } : {};
          return (await decide(attributes({ path, headers }), set, slow)).decision.reason;
        }),
      );
      const allowed = reasons.filter((reason) => reason === 'allowed').length;
      expect(allowed).toBeLessThanOrEqual(7);
      let left = 0;
      const one = () => decide(attributes({ path: '/once', headers: { 'x-a': '1' } }), set, services);
      while ((await one()).decision.reason === 'allowed') left += 1;
      expect(allowed + left).toBe(7);
    }
  });
});

describe('a decision', () => {
  test('tells its time, its duration in microseconds and its id', async () => {
    const times = [NOW, NOW + 0.5];
    const services = { ...bench().services, clock: () => times.shift() ?? NOW + 1 };
    const { decision, deferred } = await decide(attributes(), LIMITED, services);
    expect(decision).toMatchObject({ id: 'decision-1', time: NOW, duration: 500, status: 200 });
    expect(deferred).toBeUndefined();
  });

  test('without a live set is a denial without a revision', async () => {
    const { decision } = await decide(attributes(), undefined, bench().services);
    expect(isAllow(decision.outcome)).toBe(false);
    expect(decision).toMatchObject({ reason: 'not_ready', status: 503, revisionText: '' });
    expect(decision.revision).toBeUndefined();
  });

  test('a shadow policy never takes the room of a bucket that decides', async () => {
    const set = policySet({
      policies: {
        live: {
          rules: [{ name: 'all', effect: 'allow' }],
          limits: [{ name: 'once', key: ["'all'"], rate: '1/h' }],
        },
        strict: { mode: 'shadow', limits: [{ name: 'many', key: ['request.path'], rate: '1/h' }] },
      },
    });
    const services: Services = {
      ...bench().services,
      limits: createLocalStore({ maxKeys: 1, seed: [0, 0] }),
      shadowLimits: createLocalStore({ maxKeys: 1, seed: [0, 0] }),
    };
    const reasons: string[] = [];
    for (const path of ['/a', '/b', '/c']) {
      const { decision, deferred } = await decide(attributes({ path }), set, services);
      const { shadow } = (await deferred?.()) ?? decision;
      reasons.push(`${decision.reason}, ${shadow[0]?.reason ?? 'nothing'} in shadow`);
    }
    expect(reasons).toEqual([
      'allowed, allowed in shadow',
      'rate_limited, allowed in shadow',
      'rate_limited, allowed in shadow',
    ]);
  });

  test('nobody asks for a token or a limit where no policy does', async () => {
    const untouched = (): never => {
      throw new Error('asked');
    };
    const set = policySet({ policies: { open: { rules: [{ name: 'all', effect: 'allow' }] } } });
    const services: Services = {
      ...bench().services,
      tokens: { verify: untouched },
      limits: { take: untouched, takeAll: untouched, giveBack: untouched },
      shadowLimits: { take: untouched, takeAll: untouched, giveBack: untouched },
    };
    const { decision } = await decide(attributes({ body: '{', certificate: 'none' }), set, services);
    expect(decision.reason).toBe('allowed');
  });
});
