import type { CryptoProvider } from './crypto.ts';
import type { Refresh } from './issuer.ts';
import { type Fetch, fetchKeys } from './key-fetch.ts';
import type { VerificationKey } from './keys.ts';

/** What the ring may not have of its own. */
export interface KeyRingDependencies {
  readonly crypto: CryptoProvider;
  readonly fetch: Fetch;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Runs `act` once after `delay` milliseconds, unless the function that it gives back is called before. */
  readonly timer: (act: () => void, delay: number) => () => void;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
}

export type RefreshResult = 'success' | 'failure';

const FIRST_RETRY = 1_000;
/** Share of each delay that is random, so that a mesh does not ask its provider all at once. */
const JITTER = 0.1;

/** The keys behind one URL, kept fresh in the background. */
export class RemoteKeys {
  readonly #url: string;
  readonly #outside: KeyRingDependencies;
  readonly #onResult: (result: RefreshResult) => void;
  #refresh: Refresh;
  #keys: readonly VerificationKey[] = [];
  #fetchedAt: number | undefined;
  #error: string | undefined;
  #failures = 0;
  #fetching: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  /** When an unknown key last caused a fetch. */
  #askedAt: number | undefined;
  #stopped = false;

  constructor(
    url: string,
    refresh: Refresh,
    outside: KeyRingDependencies,
    onResult: (result: RefreshResult) => void,
  ) {
    this.#url = url;
    this.#refresh = refresh;
    this.#outside = outside;
    this.#onResult = onResult;
  }

  /** The keys of the last fetch that worked, unless it is more than `maxStale` milliseconds ago. */
  keys(maxStale: number): readonly VerificationKey[] | undefined {
    if (this.#fetchedAt === undefined) return undefined;
    return this.#outside.clock() - this.#fetchedAt > maxStale ? undefined : this.#keys;
  }

  /** Milliseconds since 1970 of the last fetch that worked. */
  get fetchedAt(): number | undefined {
    return this.#fetchedAt;
  }

  /** Why the last fetch did not work; undefined when it did. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Fetches now, then again and again. After `stop` it begins anew with what it has. */
  start(): void {
    this.#stopped = false;
    if (this.#fetching === undefined && this.#cancelTimer === undefined) void this.#fetch();
  }

  /** Ends the background refresh; the keys stay readable. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#abort?.abort(new Error('stopped'));
  }

  /** New intervals count from now. */
  configure(refresh: Refresh): void {
    const changed = refresh.interval !== this.#refresh.interval;
    this.#refresh = refresh;
    if (changed && this.#cancelTimer !== undefined) this.#schedule();
  }

  /**
   * For a key that is not there. Joins a fetch under way; begins one unless the last that began here was less than
   * the cooldown ago. While there is no key at all and fetches fail nobody waits: the background retries.
   */
  refetch(): Promise<void> | undefined {
    if (this.#stopped) return undefined;
    if (this.#fetchedAt === undefined && this.#error !== undefined) return undefined;
    if (this.#fetching !== undefined) return this.#fetching;
    const now = this.#outside.clock();
    const since = this.#askedAt === undefined ? Number.POSITIVE_INFINITY : now - this.#askedAt;
    // A clock that was set back must not lengthen the wait.
    if (since >= 0 && since < this.#refresh.cooldown) return undefined;
    this.#askedAt = now;
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
    const cancel = this.#outside.timer(() => abort.abort(new Error('timed out')), this.#refresh.timeout);
    this.#abort = abort;
    const { keys, error } = await fetchKeys(this.#url, this.#outside, abort.signal);
    cancel();
    if (this.#stopped) return;
    if (keys === undefined) {
      this.#error = error;
      this.#failures += 1;
      this.#onResult('failure');
      return;
    }
    this.#keys = keepKnown(keys, this.#keys);
    this.#fetchedAt = this.#outside.clock();
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
    this.#cancelTimer = this.#outside.timer(
      () => {
        this.#cancelTimer = undefined;
        void this.#fetch();
      },
      delay * (1 - JITTER * this.#outside.random()),
    );
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}

/** Keys that were there before stay the same objects, so that tokens verified with them stay verified. */
function keepKnown(
  keys: readonly VerificationKey[],
  before: readonly VerificationKey[],
): readonly VerificationKey[] {
  const known = new Map(before.map((key) => [key.identity, key]));
  return keys.map((key) => known.get(key.identity) ?? key);
}
