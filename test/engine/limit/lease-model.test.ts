import { emptyLease } from '../../../src/engine/limit/lease.ts';
import { type Instance, RULES, type Rules, type State, search } from './lease-model.ts';

/** One replica beside a store that others use as well; a unit comes back in a second, as long as a lease lasts. */
const SMALL: Instance = {
  replicas: 1,
  burst: 2,
  period: 1000,
  step: 500,
  drift: [0.96],
  crashes: 0,
  failovers: 0,
  jumps: [],
  messages: 1,
};

/** The bound of a store that loses nothing: the burst. */
const exactly =
  ({ burst }: Instance) =>
  () =>
    burst;

/** A store that goes on with an earlier state may allow a burst more each time, and what its clock jumps over. */
const withFailovers =
  ({ burst, step, period }: Instance) =>
  ({ failovers, jumped }: State) =>
    burst * (1 + failovers) + (jumped * step) / period;

test.each<[string, Partial<Instance>]>([
  ['one that is slow by 4 %', {}],
  ['one that is slow, of a larger bucket', { burst: 3 }],
  ['one whose requests overtake each other', { messages: 2, step: 1000 }],
  ['one that crashes', { crashes: 1, step: 1000 }],
])('no replica spends more than the bucket has: %s', (_, change) => {
  const instance = { ...SMALL, ...change };
  const { broken, states } = search(instance, exactly(instance));
  expect(broken).toBeUndefined();
  expect(states).toBeGreaterThan(500);
});

test('two replicas together spend no more than the bucket has', () => {
  const instance = { ...SMALL, replicas: 2, step: 1000, drift: [1, 1] };
  expect(search(instance, exactly(instance)).broken).toBeUndefined();
}, 240_000);

test('a failover with lost writes allows at most a burst more, and what the clock jumps over', () => {
  const instance = { ...SMALL, step: 1000, drift: [1], failovers: 1, jumps: [0, 1, -1] };
  expect(search(instance, withFailovers(instance)).broken).toBeUndefined();
  // Less than that is not enough.
  expect(search(instance, exactly(instance)).broken).toBeDefined();
}, 240_000);

/** Rules with a mistake, each of which must break the bound. */
const MISTAKES: Readonly<
  Record<string, { readonly rules: Partial<Rules>; readonly change?: Partial<Instance> }>
> = {
  'a lease that has ended is forgotten': {
    rules: {
      settle: (bucket, rate, now) => {
        const settled = RULES.settle(bucket, rate, now);
        const kept = bucket && { ...bucket, leases: bucket.leases.filter(({ until }) => until > now) };
        return kept === undefined ? settled : RULES.settle(kept, rate, now);
      },
    },
  },
  'units in leases can be granted again': {
    rules: {
      renew: (bucket, rate, ask, now) => {
        const others = bucket.leases.filter(({ replica }) => replica !== ask.replica);
        const own = bucket.leases.filter(({ replica }) => replica === ask.replica);
        const result = RULES.renew({ ...bucket, leases: own }, rate, ask, now);
        return (
          result && { ...result, bucket: { ...result.bucket, leases: [...others, ...result.bucket.leases] } }
        );
      },
    },
    change: { replicas: 2, step: 1000, drift: [1, 1] },
  },
  'units are spent after the lease has ended in the store': {
    rules: {
      receive: (lease, request, grant) => {
        const received = RULES.receive(lease, request, grant);
        if (received) lease.end += 200;
        return received;
      },
    },
  },
  'a reply that nobody waits for is taken': {
    rules: {
      receive: (lease, request, grant) => {
        lease.pending ??= { request, sent: lease.end };
        return RULES.receive(lease, lease.pending.request, grant);
      },
    },
    change: { messages: 2, step: 1000 },
  },
  'a grant whose reply came is taken for lost': {
    rules: {
      renew: (bucket, rate, ask, now) => RULES.renew(bucket, rate, { ...ask, known: -1 }, now),
    },
  },
  'what was spent is not counted when it is handed back': {
    rules: {
      release: (bucket, ask) => {
        const released = RULES.release(bucket, ask);
        return released && { ...released, used: bucket.used };
      },
    },
  },
  'a unit is given back after it was counted': {
    rules: {
      unspend: (lease, cost) => {
        lease.left += cost;
      },
    },
  },
  'a request that comes after a later one is answered': {
    rules: {
      renew: (bucket, rate, ask, now) =>
        RULES.renew(
          {
            ...bucket,
            leases: bucket.leases.map((each) => ({
              ...each,
              request: Math.min(each.request, ask.request - 1),
            })),
          },
          rate,
          ask,
          now,
        ),
    },
    change: { messages: 2, step: 1000 },
  },
  'a lease is forgotten under the name that it goes on with': {
    rules: {
      abandon: (lease) => {
        Object.assign(lease, { ...emptyLease(), request: lease.request });
      },
    },
  },
};

test.each(Object.entries(MISTAKES))(
  'the search finds the mistake: %s',
  (_, { rules, change }) => {
    const instance = { ...SMALL, ...change };
    const { broken } = search(instance, exactly(instance), { ...RULES, ...rules });
    expect(broken?.at(-1)).toMatch(/spends a unit|allows|gives/);
  },
  240_000,
);
