import { getHeapStatistics } from 'node:v8';
import { errorMessage } from '../../diagnostic/system-error.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { compileCode } from '../../node/code-form.ts';
import { Decoder } from '../../policy/transfer/decode.ts';
import type { Chunk } from '../../policy/transfer/nodes.ts';
import { type Bound, type End, stoppedLoad, tooLargeToInstall } from './bounds.ts';
import type { LoadingProcess } from './forked-process.ts';
import type { LivePolicies } from './live-policies.ts';
import { startProcess } from './loading-process.ts';
import type { Delivery, LoadSettings, Report, Resumption } from './messages.ts';
import { inSlices } from './slices.ts';

export interface LoaderOptions {
  readonly settings: Omit<LoadSettings, 'maxTransfer' | 'isFirst'>;
  /** Longest time in which the folder is read and compiled, in milliseconds. */
  readonly timeout: number;
  /** Most memory of the loading process, in MiB. */
  readonly memory: number;
  /** Time after which a process that only watches is replaced by one without the compiler, in ms; default 20 s. */
  readonly idle?: number;
  /** Time from the end of a process at a bound to the next attempt, in milliseconds; default 30 s. */
  readonly retry?: number;
  /** Time after which a process that has not looked at the folder is replaced, in milliseconds; default 30 s. */
  readonly silence?: number;
  /** Starts the other process; default `startProcess`. */
  readonly startProcess?: typeof startProcess;
}

/** The process that serves, as far as loading concerns it. */
export interface LoadTarget {
  readonly policies: LivePolicies;
  /** Steps that make a policy set ready before it decides. */
  readonly prepare: (set: PolicySet) => Iterator<undefined, void>;
  /** Called before each load, with the path of the folder. */
  readonly onLoad?: (dir: string) => void;
  /** Called after each policy set that has become live. */
  readonly onInstalled?: (times: InstallTimes) => void;
  /** Called when the other process has ended while it only watched, and another takes its place. */
  readonly onRestart?: (cause: string) => void;
}

/** Times of the installation of a policy set, in milliseconds. */
interface InstallTimes {
  /** From the offer of the compiled set until it is complete and ready, in steps between requests. */
  readonly install: number;
  /** The swap, during which no request is decided. */
  readonly swap: number;
}

const MIB = 1024 * 1024;
/** Time between two looks at the memory of a process that works, in milliseconds. */
const LOOK = 25;
/** Least time in which a process must begin, whatever `timeout` is, since a busy machine takes long for it. */
const START = 60_000;
const IDLE = 20_000;
/** A process at rest looks at the folder each second. */
const SILENCE = 30_000;
/** Doubled after each attempt. */
const FIRST_RETRY = 30_000;
const LAST_RETRY = 600_000;
/** Share of the memory bound that a compiled policy set may take on its way, in characters and bytes. */
const TRANSFER_SHARE = 1 / 8;
/** Most memory that an installed policy set takes for each character of its chunks, in bytes. */
const BYTES_A_CHARACTER = 6;

/**
 * Keeps the policies of a folder live. A process of its own reads and compiles them; this one installs the result, a
 * few milliseconds at a time. A process that takes too long or too much memory is ended, and the last valid set stays.
 */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #settings: Omit<LoadSettings, 'isFirst'>;
  readonly #target = Promise.withResolvers<LoadTarget>();
  readonly #firstLive = Promise.withResolvers<void>();
  #process: LoadingProcess | undefined;
  /** Fingerprint of the folder that was loaded last. */
  #mark: string | undefined;
  #live: Resumption['live'];
  /** Generated functions of the live policy set. */
  #code: Decoder['code'] = new Map();
  /** Time at which the process must have reported again, of `performance.now`. */
  #deadline = Number.POSITIVE_INFINITY;
  /** Begin of the last load, milliseconds since 1970. */
  #began = Date.now();
  #hasLoaded = false;
  /** True if the process has looked at the folder and now waits for a change. */
  #isResting = false;
  readonly #idle: number;
  readonly #firstRetry: number;
  #retry: number;
  #closed = false;
  #looking: NodeJS.Timeout | undefined;
  /** Next action unless a load begins before. */
  #later: NodeJS.Timeout | undefined;
  /** Reason for which this process has ended the other; `rest` if that had nothing more to do. */
  #cause: Bound | 'rest' | 'silence' | undefined;
  /** Ends a process at rest that no longer looks at the folder, such as one that somebody has stopped. */
  #silent: NodeJS.Timeout | undefined;
  readonly #silence: number;
  #chunk: ((chunk: Chunk | undefined) => void) | undefined;
  /** Ends when the last delivery is installed: a later one never becomes live before it. */
  #received: Promise<void> = Promise.resolve();

  /** Starts to load; the result waits until `serve` is called. */
  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#settings = { ...options.settings, maxTransfer: Math.floor(options.memory * MIB * TRANSFER_SHARE) };
    this.#idle = options.idle ?? IDLE;
    this.#firstRetry = options.retry ?? FIRST_RETRY;
    this.#silence = options.silence ?? SILENCE;
    this.#retry = this.#firstRetry;
    this.#start(undefined);
  }

  /** Makes the policies live in `target` from now on. */
  serve(target: LoadTarget): void {
    this.#target.resolve(target);
  }

  /** Resolves when the first policy set is live. */
  get firstLive(): Promise<void> {
    return this.#firstLive.promise;
  }

  /** True while the loading process has nothing to do but to look at the folder from time to time. */
  get isResting(): boolean {
    return this.#isResting;
  }

  /** Loads at once, even without a change. */
  poke(): void {
    if (this.#process === undefined) this.#start(undefined);
    else this.#process.send({ kind: 'poke' });
  }

  /** Ends the loading, also in the middle of a load. */
  close(): void {
    this.#closed = true;
    this.#rest();
    clearTimeout(this.#later);
    this.#process?.kill();
  }

  #start(resume: Resumption | undefined): void {
    this.#rest();
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#hasLoaded = false;
    this.#isResting = false;
    this.#cause = undefined;
    const start = this.#options.startProcess ?? startProcess;
    const settings = { ...this.#settings, isFirst: this.#live === undefined };
    this.#process = start(settings, resume, this.#options.memory, {
      onReport: (report) => this.#take(report),
      onExit: (cause, end) => void this.#ended(cause, end),
    });
    this.#work(Math.max(START, this.#options.timeout));
  }

  #take(report: Report): void {
    if (this.#closed || this.#cause !== undefined) return;
    switch (report.kind) {
      case 'busy':
        if (report.mark !== undefined) void this.#begin(report.mark);
        this.#work();
        return;
      case 'idle':
        this.#rest();
        this.#isResting = true;
        this.#silent ??= setTimeout(() => this.#end('silence'), this.#silence).unref();
        // Each look at the folder ends here, twice a second: the time counts from the first after a load.
        if (this.#hasLoaded && this.#later === undefined) this.#after(this.#idle, () => this.#end('rest'));
        return;
      case 'services':
        // Their recipes take 60 ms and 24 MiB to import, which sets without them do not pay for.
        this.#received = this.#received
          .then(async () => void (await import('../../engine/grpc/grpc-services.ts')))
          .catch((error: unknown) => this.#fault(error));
        return;
      case 'offer': {
        const sender = this.#process;
        this.#pause();
        this.#received = this.#received
          .then(() => this.#receive(sender, report.size))
          .catch((error: unknown) => this.#fault(error));
        return;
      }
      case 'chunk':
        this.#pause();
        this.#chunk?.(report.chunk);
        return;
      case 'end':
        this.#work();
        this.#chunk?.(undefined);
    }
  }

  async #begin(mark: string): Promise<void> {
    this.#mark = mark;
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#hasLoaded = true;
    this.#isResting = false;
    this.#began = Date.now();
    const { onLoad } = await this.#target.promise;
    onLoad?.(this.#settings.dir);
  }

  /** Looks after a process that works, until it rests. */
  #work(timeout: number = this.#options.timeout): void {
    this.#hear();
    this.#deadline = performance.now() + timeout;
    this.#looking ??= setInterval(() => this.#look(), LOOK).unref();
  }

  /** The process waits for this one, which does not count as its time. */
  #pause(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  #rest(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
    this.#hear();
  }

  #hear(): void {
    clearTimeout(this.#silent);
    this.#silent = undefined;
  }

  #look(): void {
    if ((this.#process?.memory() ?? 0) > this.#options.memory * MIB) this.#end('memory');
    else if (performance.now() > this.#deadline) this.#end('time');
  }

  #end(cause: Bound | 'rest' | 'silence'): void {
    this.#cause ??= cause;
    this.#rest();
    this.#process?.kill();
  }

  #after(delay: number, act: () => void): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      this.#later = undefined;
      act();
    }, delay).unref();
  }

  async #ended(cause: string, end: End): Promise<void> {
    const ended = this.#process;
    const wasResting = this.#isResting;
    this.#process = undefined;
    this.#chunk?.(undefined);
    this.#rest();
    if (this.#closed) return;
    if (this.#cause === 'rest') {
      this.#start(this.#resumption());
      return;
    }
    const { policies, onRestart } = await this.#target.promise;
    if (this.#closed) return;
    if (this.#cause === 'silence' || (this.#cause === undefined && wasResting)) {
      onRestart?.(
        this.#cause === undefined ? cause : `has not looked at the folder for ${this.#silence / 1000} s`,
      );
      this.#start(this.#resumption());
      return;
    }
    const bound = this.#cause ?? end;
    const file = ended?.progress() ?? '';
    policies.fail(stoppedLoad(bound, { ...this.#options, file, cause, began: this.#began }));
    const retry = this.#retry;
    this.#retry = Math.min(retry * 2, LAST_RETRY);
    // The next process waits for a change; without one the load is tried again later, since others may have taken the
    // time or the memory.
    if (this.#mark !== undefined && this.#hasLoaded) this.#start(this.#resumption());
    this.#after(retry, () => this.poke());
  }

  #resumption(): Resumption | undefined {
    return this.#mark === undefined ? undefined : { mark: this.#mark, live: this.#live };
  }

  /** Receives a delivery chunk by chunk, each on request, and makes it live. */
  async #receive(sender: LoadingProcess | undefined, size: number): Promise<void> {
    const { policies, prepare, onInstalled } = await this.#target.promise;
    if (this.#process !== sender) return;
    const began = performance.now();
    const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
    if (size * BYTES_A_CHARACTER > limit - used) {
      policies.fail(tooLargeToInstall(this.#settings.dir, this.#began));
      // The process waits for orders that do not come.
      this.#end('rest');
      return;
    }
    const delivery = await this.#assemble(sender);
    if (delivery === undefined || this.#closed) return;
    this.#retry = this.#firstRetry;
    switch (delivery.kind) {
      case 'failure':
        policies.fail(delivery.reload);
        return;
      case 'same':
        policies.recover(delivery.reload);
        return;
      case 'swap': {
        await inSlices(prepare(delivery.set));
        const ready = performance.now();
        this.#live = delivery.set.revision;
        policies.swap(delivery.set, delivery.reload);
        this.#firstLive.resolve();
        onInstalled?.({ install: ready - began, swap: performance.now() - ready });
      }
    }
  }

  /** A policy set that cannot be installed is a fault of the program, which must not end it. */
  async #fault(error: unknown): Promise<void> {
    const { policies } = await this.#target.promise;
    const cause = `sent what cannot be installed: ${errorMessage(error)}`;
    policies.fail(stoppedLoad('fault', { ...this.#options, file: '', cause, began: this.#began }));
    this.#end('rest');
  }

  /** The delivery of all chunks; undefined if the process ends before. */
  async #assemble(sender: LoadingProcess | undefined): Promise<Delivery | undefined> {
    const decoder = new Decoder(compileCode, this.#code);
    for (;;) {
      if (sender === undefined || this.#process !== sender || this.#closed) return undefined;
      const chunk = await this.#next(sender);
      if (this.#process !== sender) return undefined;
      if (chunk === undefined) {
        const delivery = decoder.finish() as Delivery;
        if (delivery.kind === 'swap') this.#code = decoder.code;
        return delivery;
      }
      await inSlices(decoder.add(chunk));
    }
  }

  #next(sender: LoadingProcess): Promise<Chunk | undefined> {
    return new Promise((resolve) => {
      this.#chunk = resolve;
      this.#work();
      sender.send({ kind: 'next' });
    });
  }
}
