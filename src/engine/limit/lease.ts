import { type Ask, type Grant, LEASE } from './shared-bucket.ts';

/**
 * The units that this process has taken ahead out of a shared bucket. The functions change the lease in place, since
 * `spend` runs for each request; they read no clock. Times are milliseconds of a monotonic clock.
 */
export interface Lease {
  /** Units that may be spent before `end`. */
  left: number;
  end: number;
  /** Number of the last request to the store. */
  request: number;
  /** Number of the last request whose reply has come. */
  known: number;
  /** The request that waits for its reply; undefined if none does. */
  pending: Pending | undefined;
}

interface Pending {
  readonly request: number;
  /** Time before it was sent. */
  readonly sent: number;
}

/**
 * Time after the request for which units may be spent, milliseconds. The lease begins when the store reads the request,
 * which is later; 5 % are for clocks that do not run equally fast.
 */
const SPENDABLE = (LEASE / 1000) * 0.95;

/**
 * Units ahead from which a bucket is hot: it is asked about once in the time for which units are taken ahead. A process
 * takes at most half of the burst, divided by the number of processes.
 */
export const HOT = 10;

/** A lease without units, for a new name of a replica: the store may still know a lease of an earlier one. */
export function emptyLease(): Lease {
  return { left: 0, end: 0, request: 0, known: 0, pending: undefined };
}

/** Takes a cost out of the lease; false if it does not hold that much, or has ended. */
export function spend(lease: Lease, cost: number, now: number): boolean {
  if (lease.left < cost || now >= lease.end) return false;
  lease.left -= cost;
  return true;
}

/**
 * Gives back a cost that was spent when the last request was `request`. After another request the store counts it as
 * spent, so that it is lost.
 */
export function unspend(lease: Lease, cost: number, request: number, now: number): void {
  if (lease.request === request && now < lease.end) lease.left += cost;
}

/** Begins a request. A reply to an earlier one is ignored from now on. */
export function ask(lease: Lease, replica: string, cost: number, ahead: number, now: number): Ask {
  if (now >= lease.end) lease.left = 0;
  lease.request += 1;
  lease.pending = { request: lease.request, sent: now };
  const { request, known, left } = lease;
  return { replica, request, known, left, cost, ahead };
}

/** Takes the reply to a request; false if the process no longer waits for it. */
export function receive(lease: Lease, request: number, grant: Grant): boolean {
  const { pending } = lease;
  if (pending?.request !== request) return false;
  lease.pending = undefined;
  lease.known = request;
  lease.left = grant.isKnown ? lease.left + grant.granted : grant.granted;
  lease.end = pending.sent + SPENDABLE;
  return true;
}

/** Gives up waiting for the reply to a request. */
export function abandon(lease: Lease, request: number): void {
  if (lease.pending?.request === request) lease.pending = undefined;
}

/** Begins to hand back all units, which are not spent from now on. */
export function handBack(
  lease: Lease,
  replica: string,
  now: number,
): Pick<Ask, 'replica' | 'request' | 'known' | 'left'> {
  const { request, known, left } = ask(lease, replica, 0, 0, now);
  lease.pending = undefined;
  lease.left = 0;
  return { replica, request, known, left };
}
