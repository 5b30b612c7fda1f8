import type { CryptoProvider } from './crypto.ts';
import type { Fetch } from './fetch-document.ts';
import type { KeyLocation, Refresh } from './issuer.ts';
import { type FetchedKeys, fetchKeys, type KeySet, type KeySetVersion, readKeySet } from './key-fetch.ts';
import type { VerificationKey } from './verification-key.ts';

/** A key set as it was fetched. */
export interface StoredKeys {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly fetchedAt: number;
}

/** Key sets that outlive the process, so that a restart during an outage still verifies. */
export interface KeyStore {
  /** The last key set of a place (`placeOf`); undefined if there is none. */
  load(place: string): StoredKeys | undefined;
  /** Keeps a key set, at once or later. Never fails. */
  save(place: string, keys: StoredKeys): void;
}

/** A text for a location: those of a URL and of a discovery never meet, since a URL has no space. */
export function placeOf(location: KeyLocation): string {
  return location.kind === 'uri' ? location.jwksUri : `discovery ${location.issuer}`;
}

/** Everything that a key ring takes as a parameter. */
export interface KeyRingDependencies {
  readonly crypto: CryptoProvider;
  readonly fetch: Fetch;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Runs `act` once after `delay` milliseconds; the returned function cancels it. */
  readonly timer: (act: () => void, delay: number) => () => void;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** undefined: key sets end with the process. */
  readonly store: KeyStore | undefined;
}

export type RefreshResult = 'success' | 'failure';

/** Milliseconds. */
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 60_000;
/** Shortest time between two fetches that a server asks for by `max-age` or `spiffe_refresh_hint`. Milliseconds. */
const SHORTEST_REFRESH = 10_000;
/** A stored key set may be this much younger than now: clocks are corrected between two processes. Milliseconds. */
const LARGEST_CORRECTION = 60_000;
/** Random share of each delay, so that the processes of a mesh do not fetch at the same time. */
const JITTER = 0.1;

/** The keys of one location, refreshed in the background. */
export class RemoteKeys {
  readonly #location: KeyLocation;
  readonly #dependencies: KeyRingDependencies;
  readonly #onResult: (result: RefreshResult) => void;
  #refresh: Refresh;
  #set: KeySet = NOTHING;
  /** Only if there is a store. */
  #text = '';
  #version: KeySetVersion | undefined;
  /** Time for which the last answer says that it is fresh. Milliseconds. */
  #fresh: number | undefined;
  #fetchedAt: number | undefined;
  #isStored = false;
  #error: string | undefined;
  #failures = 0;
  #fetching: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  /** Time of the last fetch that an unknown key caused, milliseconds since 1970. */
  #refetchedAt: number | undefined;
  #stopped = false;

  constructor(
    location: KeyLocation,
    refresh: Refresh,
    dependencies: KeyRingDependencies,
    onResult: (result: RefreshResult) => void,
  ) {
    this.#location = location;
    this.#refresh = refresh;
    this.#dependencies = dependencies;
    this.#onResult = onResult;
    this.#restore();
  }

  /** Keys of the last successful fetch; undefined if there is none or it is more than `maxStale` milliseconds ago. */
  keys(maxStale: number): readonly VerificationKey[] | undefined {
    if (this.#fetchedAt === undefined) return undefined;
    const now = this.#dependencies.clock();
    // After the clock was set back, the age counts from then, else old keys would be used as much longer.
    if (now < this.#fetchedAt) this.#fetchedAt = now;
    return now - this.#fetchedAt > maxStale ? undefined : this.#set.keys;
  }

  /** Time of the last successful fetch, milliseconds since 1970. */
  get fetchedAt(): number | undefined {
    return this.#fetchedAt;
  }

  /** Keys of the last successful fetch that are not used, one phrase each. */
  get ignored(): readonly string[] {
    return this.#set.ignored;
  }

  /** True until the first successful fetch if the keys are those of an earlier process. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Reason why the last fetch failed; undefined if it succeeded. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Fetches now and from then on at each interval. After `stop` it resumes with the keys that it has. */
  start(): void {
    this.#stopped = false;
    if (this.#fetching === undefined && this.#cancelTimer === undefined) void this.#fetch();
  }

  /** Stops the background refresh; the keys stay readable. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#abort?.abort(new Error('stopped'));
  }

  /** Changes the timing; a new interval counts from now. */
  configure(refresh: Refresh): void {
    const changed = refresh.interval !== this.#refresh.interval;
    this.#refresh = refresh;
    if (changed && this.#cancelTimer !== undefined) this.#schedule();
  }

  /**
   * Fetches again for a missing key. Joins a fetch under way; begins one unless the last one that began here was less
   * than the cooldown ago. Undefined if keys were never fetched and fetches fail: the background retries.
   */
  refetch(): Promise<void> | undefined {
    if (this.#stopped) return undefined;
    if (this.#fetchedAt === undefined && this.#error !== undefined) return undefined;
    if (this.#fetching !== undefined) return this.#fetching;
    const now = this.#dependencies.clock();
    const since = this.#refetchedAt === undefined ? Number.POSITIVE_INFINITY : now - this.#refetchedAt;
    // A clock that was set back must not prolong the cooldown.
    if (since >= 0 && since < this.#refresh.cooldown) return undefined;
    this.#refetchedAt = now;
    return this.#fetch();
  }

  #fetch(): Promise<void> {
    this.#cancel();
    this.#fetching = this.#load().finally(() => {
      this.#fetching = undefined;
      if (!this.#stopped) this.#schedule();
    });
    return this.#fetching;
  }

  async #load(): Promise<void> {
    const abort = new AbortController();
    const cancel = this.#dependencies.timer(() => abort.abort(new Error('timed out')), this.#refresh.timeout);
    this.#abort = abort;
    const fetched = await fetchKeys(this.#location, this.#dependencies, abort.signal, this.#version);
    cancel();
    if (this.#stopped) return;
    this.#error = fetched.error ?? this.#problemOf(fetched.set);
    if (this.#error === undefined) this.#take(fetched);
    else this.#failures += 1;
    this.#onResult(this.#error === undefined ? 'success' : 'failure');
  }

  /** Refuses a SPIFFE bundle that is older than the one in use, in which a withdrawn key could come back. */
  #problemOf(set: KeySet | undefined): string | undefined {
    const [had, has] = [this.#set.sequence, set?.sequence];
    if (had === undefined || has === undefined || has >= had) return undefined;
    const isInUse = this.keys(this.#refresh.maxStale) !== undefined;
    return isInUse
      ? 'answered with a bundle that is older than the one in use (`spiffe_sequence`)'
      : undefined;
  }

  #take(fetched: FetchedKeys): void {
    this.#fetchedAt = this.#dependencies.clock();
    this.#failures = 0;
    this.#isStored = false;
    if (fetched.error !== undefined) return;
    if (fetched.set !== undefined) {
      this.#set = keepKnown(fetched.set, this.#set);
      this.#version = fetched.version;
      if (this.#dependencies.store !== undefined) this.#text = fetched.text;
    }
    this.#fresh = fetched.maxAge ?? this.#set.refreshHint;
    this.#dependencies.store?.save(placeOf(this.#location), { text: this.#text, fetchedAt: this.#fetchedAt });
  }

  /** Takes the keys of an earlier process, which are as old as they were there. */
  #restore(): void {
    const { store, clock, crypto } = this.#dependencies;
    const stored = store?.load(placeOf(this.#location));
    if (stored === undefined || stored.fetchedAt > clock() + LARGEST_CORRECTION) return;
    const { set } = readKeySet(stored.text, crypto);
    if (set === undefined) return;
    this.#set = set;
    this.#text = stored.text;
    this.#fetchedAt = stored.fetchedAt;
    this.#isStored = true;
  }

  #schedule(): void {
    this.#cancel();
    const { interval } = this.#refresh;
    const wanted =
      this.#failures === 0
        ? Math.max(this.#fresh ?? interval, SHORTEST_REFRESH)
        : Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(this.#failures - 1, 16));
    const delay = Math.min(interval, wanted);
    this.#cancelTimer = this.#dependencies.timer(
      () => {
        this.#cancelTimer = undefined;
        void this.#fetch();
      },
      delay * (1 - JITTER * this.#dependencies.random()),
    );
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}

const NOTHING: KeySet = { keys: [], ignored: [], sequence: undefined, refreshHint: undefined };

/** Known keys stay the same objects, so that tokens verified with them stay verified. */
function keepKnown(set: KeySet, { keys: before }: KeySet): KeySet {
  const known = new Map(before.map((key) => [key.identity, key]));
  return { ...set, keys: set.keys.map((key) => known.get(key.identity) ?? key) };
}
