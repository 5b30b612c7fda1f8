import type { CryptoProvider } from './crypto.ts';
import type { Refresh } from './issuer.ts';
import { type Fetch, fetchKeys } from './key-fetch.ts';
import type { VerificationKey } from './verification-key.ts';

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
}

export type RefreshResult = 'success' | 'failure';

/** Milliseconds. */
const FIRST_RETRY = 1_000;
/** Random share of each delay, so that the processes of a mesh do not fetch at the same time. */
const JITTER = 0.1;

/** The keys at one URL, refreshed in the background. */
export class RemoteKeys {
  readonly #url: string;
  readonly #dependencies: KeyRingDependencies;
  readonly #onResult: (result: RefreshResult) => void;
  #refresh: Refresh;
  #keys: readonly VerificationKey[] = [];
  #ignored: readonly string[] = [];
  #fetchedAt: number | undefined;
  #error: string | undefined;
  #failures = 0;
  #fetching: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  /** Time of the last fetch that an unknown key caused, milliseconds since 1970. */
  #refetchedAt: number | undefined;
  #stopped = false;

  constructor(
    url: string,
    refresh: Refresh,
    dependencies: KeyRingDependencies,
    onResult: (result: RefreshResult) => void,
  ) {
    this.#url = url;
    this.#refresh = refresh;
    this.#dependencies = dependencies;
    this.#onResult = onResult;
  }

  /** Keys of the last successful fetch; undefined if there is none or it is more than `maxStale` milliseconds ago. */
  keys(maxStale: number): readonly VerificationKey[] | undefined {
    if (this.#fetchedAt === undefined) return undefined;
    return this.#dependencies.clock() - this.#fetchedAt > maxStale ? undefined : this.#keys;
  }

  /** Time of the last successful fetch, milliseconds since 1970. */
  get fetchedAt(): number | undefined {
    return this.#fetchedAt;
  }

  /** Keys of the last successful fetch that are not used, one phrase each. */
  get ignored(): readonly string[] {
    return this.#ignored;
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
    const { keys, ignored, error } = await fetchKeys(this.#url, this.#dependencies, abort.signal);
    cancel();
    if (this.#stopped) return;
    if (keys === undefined) {
      this.#error = error;
      this.#failures += 1;
      this.#onResult('failure');
      return;
    }
    this.#keys = keepKnown(keys, this.#keys);
    this.#ignored = ignored;
    this.#fetchedAt = this.#dependencies.clock();
    this.#error = undefined;
    this.#failures = 0;
    this.#onResult('success');
  }

  #schedule(): void {
    this.#cancel();
    const { interval } = this.#refresh;
    const delay =
      this.#failures === 0
        ? interval
        : Math.min(interval, FIRST_RETRY * 2 ** Math.min(this.#failures - 1, 16));
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

/** Known keys stay the same objects, so that tokens verified with them stay verified. */
function keepKnown(
  keys: readonly VerificationKey[],
  before: readonly VerificationKey[],
): readonly VerificationKey[] {
  const known = new Map(before.map((key) => [key.identity, key]));
  return keys.map((key) => known.get(key.identity) ?? key);
}
