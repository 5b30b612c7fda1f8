import type { Limit, LimitStore, Take, Taken } from '../../engine/limit/limit.ts';
import type { LocalStore } from '../../engine/limit/local-store.ts';
import { areTaken, takeFromBoth } from '../../engine/limit/scoped-store.ts';
import { type RedisAddress, redisText } from './address.ts';
import { Buckets } from './buckets.ts';
import type { RedisCredentials } from './client.ts';
import { connect } from './connection.ts';
import { faultOf, type RedisFault } from './faults.ts';
import type { GateState } from './gate.ts';
import { COUNTED, LEASED, Leases, SWEEP } from './leases.ts';
import { Replicas } from './replicas.ts';
import { Shares } from './shares.ts';
import { type CommandResult, Visits } from './visits.ts';

export interface SharedStoreOptions {
  readonly address: RedisAddress;
  readonly credentials: RedisCredentials;
  readonly prefix: string;
  /** Longest time for an answer of Redis, milliseconds. */
  readonly timeout: number;
  /** Number of processes that is assumed at least. */
  readonly replicas: number;
  /** Name of this process, unique. */
  readonly replica: string;
  /** Counts the shares of this process. */
  readonly shares: LocalStore;
  /** Milliseconds of a monotonic clock, as in decisions. */
  readonly clock: () => number;
  /** Milliseconds since 1970, for operators. */
  readonly date: () => number;
  readonly random: () => number;
  readonly onChange: (state: GateState) => void;
  /** A fault while limits are decided without Redis. */
  readonly onFault: (fault: RedisFault) => void;
  /** Renewed credentials are used, or there is a fault with them while the connection with the last ones stays. */
  readonly onRenewal: (fault: RedisFault | undefined) => void;
  readonly onCommand: (result: CommandResult) => void;
}

/** State of the shared store, for operators. Times are RFC 3339. */
export interface SharedStoreStatus {
  readonly state: GateState;
  /** Time of the last change of the state. */
  readonly since: string;
  /** Address without user and password. */
  readonly address: string;
  readonly replicas: number;
  /** Buckets from which units are taken ahead, and the units that this process holds. */
  readonly leased_buckets: number;
  readonly leased_units: number;
  /** Last reason for which there was no answer; null if there was none. */
  readonly last_error: (RedisFault & { readonly at: string }) | null;
}

/** A store of the buckets of shared limits. */
export interface SharedStore extends LimitStore {
  status(): SharedStoreStatus;
  /** Counts by these limits, those of a policy set that becomes live. */
  follow(limits: readonly Limit[]): void;
  /** Uses other credentials for a new connection; the one that there is stays until Redis has accepted them. */
  renew(credentials: RedisCredentials): void;
  /** Hands back all units and ends the connection. */
  close(): Promise<void>;
}

/** Commands without an answer at most. */
const MOST_INFLIGHT = 1000;
/** Time between two looks at what is due, milliseconds. */
const TICK = 20;
/** Time without an answer after which a connection is given up, milliseconds. */
const DEAD = 2000;
/** Buckets that are charged at once for what was allowed without the store. */
const DEBTS_AT_ONCE = 50;

/** Connects to Redis, which need not answer now, and counts shared limits there. */
export async function openSharedStore(options: SharedStoreOptions): Promise<SharedStore> {
  const { prefix, replica, clock, random, replicas: least } = options;
  let since = options.date();
  let openSince: number | undefined = clock();
  let lastError: { readonly text: string; readonly at: number } | undefined;
  let toldFault: string | undefined;
  const visits = new Visits({
    timeout: options.timeout,
    clock,
    random,
    most: MOST_INFLIGHT,
    onCommand: options.onCommand,
    onFailure: noteFault,
    onChange(state) {
      openSince = state === 'open' ? clock() : undefined;
      since = options.date();
      toldFault = undefined;
      options.onChange(state);
    },
  });
  const connection = await connect({
    address: options.address,
    credentials: options.credentials,
    clock,
    onReady: () => visits.gate.wake(),
    onLost: () => replicas.hurry(),
    onFault: noteFault,
    onRenewed: () => options.onRenewal(undefined),
    onRefused: (text) => options.onRenewal(faultOf(text)),
  });
  visits.use(connection);
  const buckets = new Buckets(visits, prefix);
  const replicas = new Replicas({ visits, prefix, replica, least, clock, random });
  const shares = new Shares(options.shares, () => replicas.count);
  const leases = new Leases({
    replica,
    buckets,
    replicas: () => replicas.count,
    clock,
    withoutStore: (take, now) => answerOf(shares.takeAll([take], now)[0]),
    note: (limit, key, cost, now) => shares.note(limit, key, cost, now),
  });
  const exact = new ExactTakes(buckets, shares, clock);
  const timer = setInterval(look, TICK).unref();
  let sweptAt = clock();
  let closing: Promise<void> | undefined;

  function look(): void {
    const now = clock();
    if (
      openSince !== undefined &&
      connection.isReady &&
      now - Math.max(openSince, connection.heardAt) > DEAD
    ) {
      openSince = now;
      connection.reconnect();
    }
    void replicas.beat(now);
    if (visits.gate.state === 'closed') void charge();
    if (now - sweptAt < SWEEP) return;
    sweptAt = now;
    leases.sweep(now);
  }

  function noteFault(text: string): void {
    lastError = { text, at: options.date() };
    if (visits.gate.state !== 'open' || text === toldFault) return;
    toldFault = text;
    options.onFault(faultOf(text));
  }

  /** Charges the store for some of what was allowed without it. */
  async function charge(): Promise<void> {
    const debts = shares.takeDebts(buckets.takesTogether ? DEBTS_AT_ONCE : 1);
    await Promise.allSettled(
      debts.map(({ limit, key, cost }) => buckets.charge({ bucket: buckets.of(limit, key), cost })),
    );
  }

  const takeLeased = async (takes: readonly Take[], now: number): Promise<readonly Taken[]> => {
    const answers = await Promise.all(takes.map(async (take) => await leases.take(take, now)));
    if (!areTaken(answers))
      giveBack(
        takes.filter((_, i) => answers[i]?.allowed === true),
        clock(),
      );
    return answers;
  };

  async function end(): Promise<void> {
    clearInterval(timer);
    await leases.drain(clock());
    await replicas.leave();
    connection.close();
  }

  function giveBack(takes: readonly Take[], now: number): void {
    const counted: Take[] = [];
    for (const take of takes) {
      if (shares.giveBack(take, now)) continue;
      if (take.heldFrame === LEASED) leases.giveBack(take, now);
      else if (take.heldFrame === COUNTED) counted.push(take);
    }
    if (counted.length > 0) exact.giveBack(counted);
  }

  return {
    take(take, now) {
      if (take.limit.shared?.mode === 'leased') return leases.take(take, now);
      const answers = exact.takeAll([take], now);
      return answers instanceof Promise ? answers.then(([answer]) => answerOf(answer)) : answerOf(answers[0]);
    },
    takeAll: (takes, now) =>
      takeFromBoth(takes, isLeased, {
        first: (leased) => takeLeased(leased, now),
        second: (rest) => exact.takeAll(rest, clock()),
        giveBack: (leased) => giveBack(leased, clock()),
      }),
    giveBack,
    follow: (limits) => shares.follow(limits, clock()),
    renew: (credentials) => connection.renew(credentials),
    status() {
      const { buckets: leasedBuckets, units } = leases.status(clock());
      return {
        state: visits.gate.state,
        since: time(since),
        address: redisText(options.address),
        replicas: replicas.count,
        leased_buckets: leasedBuckets,
        leased_units: units,
        last_error: lastError === undefined ? null : { ...faultOf(lastError.text), at: time(lastError.at) },
      };
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Limits in the mode `exact`: the store is asked about each request, once for all of its limits. */
class ExactTakes {
  readonly #buckets: Buckets;
  readonly #shares: Shares;
  readonly #clock: () => number;

  constructor(buckets: Buckets, shares: Shares, clock: () => number) {
    this.#buckets = buckets;
    this.#shares = shares;
    this.#clock = clock;
  }

  takeAll(takes: readonly Take[], now: number): ReturnType<LimitStore['takeAll']> {
    if (!this.#buckets.admits) return this.#shares.takeAll(takes, now);
    const asked =
      this.#buckets.takesTogether || takes.length === 1 ? this.#together(takes) : this.#each(takes);
    return asked.catch(() => this.#shares.takeAll(takes, this.#clock()));
  }

  async #together(takes: readonly Take[]): Promise<readonly Taken[]> {
    const answers = await this.#buckets.take(
      takes.map(({ limit, key, cost }) => ({ bucket: this.#buckets.of(limit, key), cost })),
    );
    const taken = answers.map((answer) => answer.taken);
    if (areTaken(taken)) takes.forEach((take, i) => this.#note(take, answers[i]?.at ?? 0));
    return taken;
  }

  /** In a cluster, each bucket is asked by itself; what was taken goes back if one of them refuses. */
  async #each(takes: readonly Take[]): Promise<readonly Taken[]> {
    const answers = await Promise.all(takes.map((take) => this.#alone(take)));
    if (!areTaken(answers)) this.giveBack(takes.filter((_, i) => answers[i]?.allowed === true));
    if (answers.includes(undefined)) throw new Error('a bucket of the cluster did not answer');
    return answers.map(answerOf);
  }

  /** Undefined without an answer. */
  async #alone(take: Take): Promise<Taken | undefined> {
    try {
      return (await this.#together([take]))[0];
    } catch {
      return undefined;
    }
  }

  #note(take: Take, at: number): void {
    take.heldFrame = COUNTED;
    take.heldUntil = at;
    this.#shares.note(take.limit, take.key, take.cost, this.#clock());
  }

  giveBack(takes: readonly Take[]): void {
    for (const { limit, key, cost, heldUntil } of takes) {
      const taken = { bucket: this.#buckets.of(limit, key), cost, at: heldUntil };
      void this.#buckets.giveBack(taken).catch(() => undefined);
    }
  }
}

function isLeased({ limit }: Take): boolean {
  return limit.shared?.mode === 'leased';
}

function answerOf(taken: Taken | undefined): Taken {
  if (taken === undefined) throw new Error('the store of limits left out an answer');
  return taken;
}
