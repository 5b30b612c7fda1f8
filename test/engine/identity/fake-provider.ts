import type { Fetch } from '../../../src/engine/identity/fetch-document.ts';
import { KeyRing, type KeyRingOptions } from '../../../src/engine/identity/key-ring.ts';
import type { JsonObject } from '../../../src/engine/request/attributes.ts';
import { nodeCrypto } from '../../../src/node/crypto.ts';

/** A clock that moves only by `advance`, which runs due timers in order. */
export class FakeClock {
  now: number;
  #timers: { at: number; act: () => void }[] = [];

  constructor(now: number) {
    this.now = now;
  }

  readonly timer = (act: () => void, delay: number): (() => void) => {
    const timer = { at: this.now + delay, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.now = due.at;
      due.act();
      await settled();
    }
    this.now = end;
  }
}

/** Resolves after everything that waits for promises alone. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

/** A provider that serves a document, is down, or never answers. */
export class FakeProvider {
  served: JsonObject | Response | 'down' | 'silent';
  /** Documents at other URLs than those of keys, such as an OpenID configuration. */
  readonly pages = new Map<string, JsonObject>();
  headers: Readonly<Record<string, string>> = {};
  readonly fetched: string[] = [];
  readonly versions: (string | undefined)[] = [];

  constructor(served: JsonObject) {
    this.served = served;
  }

  readonly fetch: Fetch = (url, { signal, headers }) => {
    this.fetched.push(url);
    this.versions.push(headers['if-none-match']);
    if (this.served === 'down') {
      return Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error(url), { code: 'ECONNREFUSED' }) }),
      );
    }
    if (this.served === 'silent') {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    }
    if (this.served instanceof Response) return Promise.resolve(this.served.clone());
    const etag = this.headers['etag'];
    if (etag !== undefined && headers['if-none-match'] === etag)
      return Promise.resolve(new Response(null, { status: 304, headers: this.headers }));
    return Promise.resolve(Response.json(this.pages.get(url) ?? this.served, { headers: this.headers }));
  };
}

/** A ring that fetches from the provider by the clock, without jitter. */
export function ringOf(
  { fetch }: FakeProvider,
  clock: FakeClock,
  options: Partial<KeyRingOptions> = {},
): KeyRing {
  return new KeyRing({
    crypto: nodeCrypto,
    fetch,
    clock: () => clock.now,
    timer: clock.timer,
    random: () => 0,
    ...options,
  });
}
