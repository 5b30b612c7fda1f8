import {
  abandon,
  ask,
  emptyLease,
  handBack,
  type Lease,
  receive,
  spend,
  unspend,
} from '../../../src/engine/limit/lease.ts';
import {
  type Ask,
  type Grant,
  levelOf,
  release,
  renew,
  type SharedBucket,
  settle,
  sharedRate,
  spent,
} from '../../../src/engine/limit/shared-bucket.ts';

/**
 * A model of replicas that share one bucket, for an exhaustive search. Its transitions are the functions that the
 * product runs; the model adds only what surrounds them: messages that are late, lost or out of order, replicas that
 * crash, a store that fails over or loses its data, and clocks that differ. Time passes in steps.
 *
 * The property is about real time: a token bucket of the same rate and burst that is emptied by each unit at the time
 * at which it is spent never overflows. That is the same as: in each span of time at most `burst` and `rate × time`
 * units are spent.
 */
export const RULES = { settle, renew, release, spent, spend, unspend, ask, receive, handBack, abandon };
export type Rules = typeof RULES;

export interface Instance {
  readonly replicas: number;
  readonly burst: number;
  /** Milliseconds in which one unit comes back. */
  readonly period: number;
  /** Milliseconds of a step of time. */
  readonly step: number;
  /** Rate of the clock of each replica, 1 for that of the store. */
  readonly drift: readonly number[];
  readonly crashes: number;
  /** Times at which the store goes on with an earlier state. */
  readonly failovers: number;
  /** Steps by which the clock of the store jumps at a failover. */
  readonly jumps: readonly number[];
  /** Messages of one replica that are under way at once. */
  readonly messages: number;
}

interface Replica {
  /** Changes with each restart. */
  name: string;
  lease: Lease;
  /** Milliseconds by its own clock. */
  now: number;
  /** Number of the request before the last unit that was spent, while it can be given back. */
  spentAt: number | undefined;
}

type Message =
  | { readonly kind: 'renew'; readonly from: number; readonly ask: Ask }
  | { readonly kind: 'release'; readonly from: number; readonly ask: Omit<Ask, 'cost' | 'ahead'> }
  | {
      readonly kind: 'reply';
      readonly from: number;
      readonly to: string;
      readonly request: number;
      readonly grant: Grant;
    };

export interface State {
  /** Time of the store, microseconds. */
  now: number;
  bucket: SharedBucket | undefined;
  /** State of the store that a failover goes back to. */
  copy: SharedBucket | undefined;
  replicas: readonly Replica[];
  messages: readonly Message[];
  crashes: number;
  failovers: number;
  /** Steps that the clock of the store has jumped forward. */
  jumped: number;
  /** Units times `period` (ticks) in the bucket of the property, at its time. */
  level: number;
}

interface Move {
  readonly label: string;
  readonly state: State;
}

function firstState({ replicas }: Instance): State {
  return {
    now: 1_000_000_000,
    bucket: undefined,
    copy: undefined,
    replicas: Array.from({ length: replicas }, (_, i) => ({
      name: `${i}`,
      lease: emptyLease(),
      now: 1_000_000,
      spentAt: undefined,
    })),
    messages: [],
    crashes: 0,
    failovers: 0,
    jumped: 0,
    level: 0,
  };
}

/** The states that can follow a state. */
function moves(state: State, instance: Instance, rules: Rules): readonly Move[] {
  const found: Move[] = [timePasses(state, instance)];
  state.replicas.forEach((_, i) => found.push(...movesOfReplica(state, i, instance, rules)));
  state.messages.forEach((_, i) => found.push(...movesOfMessage(state, i, instance, rules)));
  found.push(...movesOfStore(state, instance, rules));
  return found;
}

function timePasses(state: State, { step, drift }: Instance): Move {
  const { replicas, level } = state;
  return {
    label: 'time passes',
    state: {
      ...state,
      now: state.now + step * 1000,
      replicas: replicas.map((replica, i) => ({
        ...replica,
        now: replica.now + step * (drift[i] ?? 1),
        spentAt: undefined,
      })),
      // One unit, `period` in ticks of a microsecond, comes back each `period`.
      level: Math.max(0, level - step * 1000),
    },
  };
}

function movesOfReplica(state: State, i: number, instance: Instance, rules: Rules): readonly Move[] {
  const found: Move[] = [];
  const under = state.messages.filter(({ from }) => from === i).length;
  const change = (label: string, act: (replica: Replica) => Partial<State> | undefined): void => {
    const copy = replicaCopy(state, i);
    const rest = act(copy.replica);
    if (rest !== undefined) found.push({ label: `replica ${i} ${label}`, state: { ...copy.state, ...rest } });
  };
  change('spends a unit', (replica) => {
    if (!rules.spend(replica.lease, 1, replica.now)) return undefined;
    replica.spentAt = replica.lease.request;
    return { level: state.level + instance.period * 1000 };
  });
  change('gives the unit back', (replica) => {
    const { spentAt, lease, now } = replica;
    if (spentAt === undefined) return undefined;
    replica.spentAt = undefined;
    rules.unspend(lease, 1, spentAt, now);
    return { level: state.level - instance.period * 1000 };
  });
  if (under < instance.messages) {
    for (const [cost, ahead] of [
      [1, 0],
      [1, instance.burst],
      [0, instance.burst],
    ] as const) {
      change(`asks for ${cost} at once and ${ahead} ahead`, ({ lease, name, now }) => {
        const request = rules.ask(lease, name, cost, ahead, now);
        return { messages: [...state.messages, { kind: 'renew', from: i, ask: request }] };
      });
    }
    change('hands back', ({ lease, name, now }) => {
      const request = rules.handBack(lease, name, now);
      return { messages: [...state.messages, { kind: 'release', from: i, ask: request }] };
    });
  }
  change('gives up waiting', ({ lease }) => {
    if (lease.pending === undefined) return undefined;
    rules.abandon(lease, lease.pending.request);
    return {};
  });
  if (state.crashes < instance.crashes) {
    change('starts again after a crash', (replica) => {
      replica.name = `${i}.${state.crashes + 1}`;
      replica.lease = emptyLease();
      replica.spentAt = undefined;
      return { crashes: state.crashes + 1 };
    });
  }
  return found;
}

function movesOfMessage(state: State, at: number, instance: Instance, rules: Rules): readonly Move[] {
  const message = state.messages[at];
  if (message === undefined) return [];
  const rest = state.messages.filter((_, i) => i !== at);
  const lost: Move = {
    label: `a ${message.kind} of replica ${message.from} is lost`,
    state: { ...state, messages: rest },
  };
  const { from } = message;
  const rate = rateOf(instance);
  const settled = rules.settle(state.bucket, rate, state.now);
  switch (message.kind) {
    case 'renew': {
      const result = rules.renew(settled, rate, message.ask, state.now);
      if (result === undefined) return [lost];
      const { replica: to, request } = message.ask;
      const reply: Message = { kind: 'reply', from, to, request, grant: result.grant };
      const { allowed, granted } = result.grant;
      const label = `the store allows ${allowed ? message.ask.cost : 0} and grants ${granted} to replica ${from}`;
      // Units that are spent at once count from now, although the reply is late or lost.
      const level = state.level + (allowed ? message.ask.cost * instance.period * 1000 : 0);
      return [lost, { label, state: { ...state, level, bucket: result.bucket, messages: [...rest, reply] } }];
    }
    case 'release': {
      const bucket = rules.release(settled, message.ask);
      if (bucket === undefined) return [lost];
      return [
        lost,
        { label: `the store takes back from replica ${from}`, state: { ...state, bucket, messages: rest } },
      ];
    }
    case 'reply': {
      const copy = replicaCopy(state, from);
      const { name, lease } = copy.replica;
      if (name === message.to) rules.receive(lease, message.request, message.grant);
      return [lost, { label: `replica ${from} has its reply`, state: { ...copy.state, messages: rest } }];
    }
  }
}

function movesOfStore(state: State, instance: Instance, rules: Rules): readonly Move[] {
  const rate = rateOf(instance);
  const settled = rules.settle(state.bucket, rate, state.now);
  const found: Move[] = [];
  if (levelOf(settled, rate, 1).retryAfter === 0) {
    const bucket = rules.spent(settled, 1);
    const level = state.level + instance.period * 1000;
    found.push({ label: 'the store allows a unit by itself', state: { ...state, bucket, level } });
  }
  if (instance.failovers > 0 && state.failovers < instance.failovers) {
    found.push({ label: 'the copy follows', state: { ...state, copy: state.bucket } });
    for (const jump of instance.jumps) {
      found.push({
        label: `the copy takes over, its clock ${jump} steps ahead`,
        state: {
          ...state,
          bucket: state.copy,
          now: state.now + jump * instance.step * 1000,
          failovers: state.failovers + 1,
          jumped: state.jumped + Math.max(0, jump),
        },
      });
    }
  }
  return found;
}

function rateOf({ burst, period }: Instance) {
  return sharedRate({ count: 1, period }, burst);
}

function replicaCopy(state: State, i: number): { readonly state: State; readonly replica: Replica } {
  const before = state.replicas[i];
  if (before === undefined) throw new Error(`there is no replica ${i}`);
  const { lease } = before;
  const replica = { ...before, lease: { ...lease, pending: lease.pending && { ...lease.pending } } };
  return { state: { ...state, replicas: state.replicas.with(i, replica) }, replica };
}

/**
 * A text that equals that of another state if nothing that can follow tells them apart: times are relative, and the
 * numbers of requests are replaced by their order.
 */
function identityOf(state: State, instance: Instance, rules: Rules): string {
  const rate = rateOf(instance);
  const numbers = numbersOf(state);
  const rank = (name: string, number: number) => numbers.get(name)?.indexOf(number) ?? -1;
  const bucketText = (bucket: SharedBucket | undefined): string => {
    if (bucket === undefined) return '-';
    const { used, at, leases } = rules.settle(bucket, rate, state.now);
    const held = leases.map(
      (each) =>
        `${each.replica} ${rank(each.replica, each.request)} ${each.granted} ${each.held} ${each.until - state.now}`,
    );
    return `${used} ${at - state.now}(${held.sort().join('|')})`;
  };
  const replicas = state.replicas.map(({ name, lease, now, spentAt }) => {
    const { left, end, request, known, pending } = lease;
    const remains = Math.max(0, end - now);
    const waits =
      pending === undefined ? '' : `${rank(name, pending.request)} ${Math.max(-2000, pending.sent - now)}`;
    const spentRank = spentAt === undefined ? '' : rank(name, spentAt);
    return `${name} ${remains === 0 ? 0 : left} ${remains} ${rank(name, request)} ${rank(name, known)} ${waits} ${spentRank}`;
  });
  const messages = state.messages.map((message) => {
    if (message.kind === 'reply') {
      const { to, request, grant } = message;
      return `reply ${to} ${rank(to, request)} ${grant.granted} ${grant.isKnown}`;
    }
    const { replica, request, known, left } = message.ask;
    const wanted = message.kind === 'renew' ? `${message.ask.cost} ${message.ask.ahead}` : '';
    return `${message.kind} ${replica} ${rank(replica, request)} ${rank(replica, known)} ${left} ${wanted}`;
  });
  return [
    bucketText(state.bucket),
    state.failovers < instance.failovers ? bucketText(state.copy) : '',
    ...replicas,
    messages.sort().join('|'),
    state.crashes,
    state.failovers,
    state.jumped,
    state.level,
  ].join(';');
}

/** The numbers of requests that a state has, in order, by the name of the replica. */
function numbersOf({ bucket, copy, replicas, messages }: State): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, Set<number>>();
  const note = (name: string, ...all: readonly number[]) => {
    const known = numbers.get(name) ?? new Set();
    for (const number of all) known.add(number);
    numbers.set(name, known);
  };
  for (const { replica, request } of [...(bucket?.leases ?? []), ...(copy?.leases ?? [])])
    note(replica, request);
  for (const { name, lease, spentAt } of replicas) {
    note(name, lease.request, lease.known, ...(lease.pending ? [lease.pending.request] : []));
    if (spentAt !== undefined) note(name, spentAt);
  }
  for (const message of messages) {
    if (message.kind === 'reply') note(message.to, message.request);
    else note(message.ask.replica, message.ask.request, message.ask.known);
  }
  return new Map([...numbers].map(([name, set]) => [name, [...set].sort((a, b) => a - b)]));
}

export interface Search {
  readonly states: number;
  /** The moves that lead to a state that breaks the bound; undefined if there is none. */
  readonly broken: readonly string[] | undefined;
}

/**
 * Visits every state that can be reached, the nearest first, until one breaks the bound: `bound` is the highest level
 * that a state may have, in units. More than `most` states are an error: the search would not be exhaustive.
 */
export function search(
  instance: Instance,
  bound: (state: State) => number,
  rules: Rules = RULES,
  most = 3_000_000,
): Search {
  const first = firstState(instance);
  const seen = new Set([identityOf(first, instance, rules)]);
  interface Step {
    readonly state: State;
    readonly label: string;
    readonly before: Step | undefined;
  }
  let layer: Step[] = [{ state: first, label: '', before: undefined }];
  const unit = instance.period * 1000;
  while (layer.length > 0) {
    const next: Step[] = [];
    for (const step of layer) {
      for (const { state, label } of moves(step.state, instance, rules)) {
        const key = identityOf(state, instance, rules);
        if (seen.has(key)) continue;
        seen.add(key);
        const reached = { state, label, before: step };
        if (state.level > bound(state) * unit) return { states: seen.size, broken: pathOf(reached) };
        next.push(reached);
      }
      if (seen.size > most) throw new Error(`there are more than ${most} states`);
    }
    layer = next;
  }
  return { states: seen.size, broken: undefined };

  function pathOf(step: Step): readonly string[] {
    const labels: string[] = [];
    for (let at: Step | undefined = step; at?.before !== undefined; at = at.before) labels.push(at.label);
    return labels.reverse();
  }
}
