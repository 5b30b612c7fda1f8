import type { CryptoProvider } from './crypto.ts';
import type { Fetch } from './fetch-document.ts';
import type { Issuer, KeyLocation, Refresh } from './issuer.ts';
import { compileKeys } from './jwks.ts';
import type { KeyProvider, KeysNow } from './keys.ts';
import { type KeyRingDependencies, placeOf, type RefreshResult, RemoteKeys } from './remote-keys.ts';
import type { VerificationKey } from './verification-key.ts';

export interface KeyRingOptions extends Partial<KeyRingDependencies> {
  readonly crypto: CryptoProvider;
  /** Called after each fetch, once for each Issuer document that uses the URL. */
  readonly onRefresh?: (issuerName: string, result: RefreshResult) => void;
}

/** One issuer's keys, as the status page shows them. */
export interface IssuerStatus {
  readonly name: string;
  /** `uri` and `discovery` if the keys are fetched. */
  readonly source: 'inline' | 'uri' | 'discovery';
  /** Number of usable keys. */
  readonly keys: number;
  /** RFC 3339; null for inline keys and before the first successful fetch. */
  readonly fetched_at: string | null;
  /** Reason why the last fetch failed; null if it succeeded. */
  readonly error: string | null;
  /** Keys of a fetched set that are not used, one phrase each; absent if there are none. */
  readonly ignored?: readonly string[];
  /** True if the keys are those of `--jwks-cache` and were not fetched since the start; else absent. */
  readonly cached?: boolean;
}

/** Fetches that begin at once, and milliseconds between the others. */
const AT_ONCE = 16;
const BETWEEN_STARTS = 10;

/**
 * The keys of all issuers: inline keys, and keys at URLs, which it fetches in the background, each URL separately.
 * It outlives policy sets: keys that were fetched for one are used by the next.
 */
export class KeyRing implements KeyProvider {
  readonly #dependencies: KeyRingDependencies;
  readonly #onRefresh: (issuerName: string, result: RefreshResult) => void;
  #issuers: readonly Issuer[] = [];
  /** Issuers of a candidate, which is judged and decides nothing. */
  #candidates: readonly Issuer[] = [];
  #remote = new Map<string, RemoteKeys>();
  /** Dropped by the last `use`; checks that began before it may still need them. */
  #retired = new Map<string, RemoteKeys>();
  readonly #inlineOf = new WeakMap<Issuer, readonly VerificationKey[]>();

  constructor(options: KeyRingOptions) {
    this.#dependencies = {
      crypto: options.crypto,
      fetch: options.fetch ?? defaultFetch,
      clock: options.clock ?? Date.now,
      timer: options.timer ?? defaultTimer,
      random: options.random ?? Math.random,
      store: options.store,
    };
    this.#onRefresh = options.onRefresh ?? (() => {});
  }

  /**
   * Replaces the issuers whose keys are held. Call it with the issuers of a policy set before that set goes live. Key
   * sets that were used before stay, new ones are fetched at once, others are dropped.
   */
  use(issuers: Iterable<Issuer>): void {
    const used = [...issuers];
    for (const _ of this.prepare(used));
    this.#issuers = used;
    this.#hold();
  }

  /**
   * Also holds the keys of the issuers of a candidate. A key set that both use is fetched once, as the issuers in use
   * want it. The status and `onRefresh` leave the others out.
   */
  useCandidates(issuers: Iterable<Issuer>): void {
    const used = [...issuers];
    for (const _ of this.prepare(used));
    this.#candidates = used;
    this.#hold();
  }

  #hold(): void {
    const sources = new Map([...sourcesOf(this.#candidates), ...sourcesOf(this.#issuers)]);
    const known = new Map([...this.#retired, ...this.#remote]);
    this.#remote = new Map();
    for (const [place, { location, refresh }] of sources) {
      const remote = known.get(place) ?? this.#create(place, location, refresh);
      known.delete(place);
      this.#remote.set(place, remote);
      remote.configure(refresh);
    }
    this.#startInTurn();
    for (const remote of known.values()) remote.stop();
    this.#retired = new Map([...known].filter(([place]) => !this.#retired.has(place)));
  }

  /**
   * Makes the inline keys of issuers ready in steps, one for each issuer, so that `use` has nothing left to do.
   * Unchanged keys stay the same objects, so that tokens verified with them stay verified.
   */
  *prepare(issuers: Iterable<Issuer>): Generator<undefined, void> {
    const known = new Map<string, VerificationKey>();
    for (const issuer of [...this.#candidates, ...this.#issuers]) {
      for (const key of this.#inlineOf.get(issuer) ?? []) known.set(key.identity, key);
      yield;
    }
    for (const issuer of issuers) {
      if (issuer.keys.kind !== 'inline' || this.#inlineOf.has(issuer)) continue;
      const keys = this.#compile(issuer).map((key) => known.get(key.identity) ?? key);
      this.#inlineOf.set(issuer, keys);
      yield;
    }
  }

  of(issuer: Issuer): KeysNow {
    if (issuer.keys.kind === 'inline') return { keys: this.#inlineKeys(issuer), failing: false };
    const remote = this.#remoteOf(issuer);
    return { keys: remote?.keys(issuer.keys.refresh.maxStale), failing: remote?.error !== undefined };
  }

  refetch(issuer: Issuer): Promise<void> | undefined {
    return this.#remoteOf(issuer)?.refetch();
  }

  /** Sorted by name. */
  status(): readonly IssuerStatus[] {
    return this.#issuers
      .map((issuer) => {
        const remote = this.#remoteOf(issuer);
        const fetchedAt = remote?.fetchedAt;
        const ignored = remote?.ignored ?? [];
        return {
          name: issuer.name,
          source: issuer.keys.kind,
          keys: this.of(issuer).keys?.length ?? 0,
          fetched_at: fetchedAt === undefined ? null : new Date(fetchedAt).toISOString(),
          error: remote?.error ?? null,
          ...(ignored.length === 0 ? {} : { ignored }),
          ...(remote?.isStored === true ? { cached: true } : {}),
        };
      })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Stops all fetches and timers. */
  close(): void {
    this.#candidates = [];
    this.use([]);
  }

  #remoteOf({ keys }: Issuer): RemoteKeys | undefined {
    if (keys.kind === 'inline') return undefined;
    const place = placeOf(keys);
    return this.#remote.get(place) ?? this.#retired.get(place);
  }

  /** Starts a few fetches at once and the others one after another, since beginning one takes time. */
  #startInTurn(): void {
    for (const [at, [place, remote]] of [...this.#remote].entries()) {
      const start = (): void => {
        if (this.#remote.get(place) === remote) remote.start();
      };
      if (at < AT_ONCE) start();
      else this.#dependencies.timer(start, (at - AT_ONCE) * BETWEEN_STARTS);
    }
  }

  #create(place: string, location: KeyLocation, refresh: Refresh): RemoteKeys {
    return new RemoteKeys(location, refresh, this.#dependencies, (result) => {
      for (const { name, keys } of this.#issuers) {
        if (keys.kind !== 'inline' && placeOf(keys) === place) this.#onRefresh(name, result);
      }
    });
  }

  #inlineKeys(issuer: Issuer): readonly VerificationKey[] {
    let keys = this.#inlineOf.get(issuer);
    if (keys === undefined) {
      keys = this.#compile(issuer);
      this.#inlineOf.set(issuer, keys);
    }
    return keys;
  }

  #compile({ keys, algorithms }: Issuer): readonly VerificationKey[] {
    if (keys.kind !== 'inline') return [];
    return keys.compiled ?? compileKeys(keys.jwks, algorithms, this.#dependencies.crypto).keys;
  }
}

interface Source {
  readonly location: KeyLocation;
  readonly refresh: Refresh;
}

/** Issuers that share a location share its fetches, at the shortest interval and cooldown of them. */
function sourcesOf(issuers: readonly Issuer[]): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>();
  for (const { keys } of issuers) {
    if (keys.kind === 'inline') continue;
    const place = placeOf(keys);
    const other = sources.get(place)?.refresh ?? keys.refresh;
    const refresh = {
      interval: Math.min(keys.refresh.interval, other.interval),
      cooldown: Math.min(keys.refresh.cooldown, other.cooldown),
      timeout: Math.max(keys.refresh.timeout, other.timeout),
      maxStale: Math.max(keys.refresh.maxStale, other.maxStale),
    };
    sources.set(place, { location: keys, refresh });
  }
  return sources;
}

const defaultFetch: Fetch = (url, init) => fetch(url, init);

/** Longest delay that `setTimeout` accepts, 24.8 days; it fires at once after a longer one. Milliseconds. */
const MAX_DELAY = 2 ** 31 - 1;

/** A timer that does not keep the process alive. */
function defaultTimer(act: () => void, delay: number): () => void {
  const timer = setTimeout(act, Math.min(delay, MAX_DELAY));
  detach(timer);
  return () => clearTimeout(timer);
}

/** Node keeps running for a timer unless it is told not to; in a browser a timer is a number. */
function detach(timer: number | { unref?(): unknown }): void {
  if (typeof timer === 'object') timer.unref?.();
}
