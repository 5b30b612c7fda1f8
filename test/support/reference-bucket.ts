import type { Rate } from '../../src/engine/limit/limit.ts';

/** Answer of the reference, exact. */
interface ReferenceTaken {
  readonly allowed: boolean;
  readonly remaining: number;
}

/** A take that the bucket has allowed. */
export interface ReferenceTake {
  readonly cost: bigint;
  /** Ends of what the take uses, in parts. */
  until: bigint;
}

/**
 * A bucket by its definition, in rational arithmetic: it holds `burst` units, and each unit that was taken comes back
 * after a period divided by the count, one after the other. Times are integers of nanoseconds; one nanosecond has `count`
 * parts, so that every quantity is a whole number of parts.
 */
export class ReferenceBucket {
  readonly #count: bigint;
  readonly #unit: bigint;
  readonly #window: bigint;
  /** Takes whose units have not all come back, in order. */
  #takes: ReferenceTake[] = [];
  #full = 0n;

  constructor(rate: Rate, burst: number) {
    this.#count = BigInt(rate.count);
    this.#unit = BigInt(rate.period) * 1_000_000n;
    this.#window = BigInt(burst) * this.#unit;
  }

  /**
   * A bucket by another rate and burst with as many units used, at most all of them. `late`: nanoseconds by which it is
   * full later.
   */
  converted(rate: Rate, burst: number, nanoseconds: bigint, late = 0n): ReferenceBucket {
    const next = new ReferenceBucket(rate, burst);
    const debt = this.debt(nanoseconds);
    const same = (debt * next.#unit) / this.#unit + (late === 0n || debt === 0n ? 0n : late * next.#count);
    next.#full = nanoseconds * next.#count + (same < next.#window ? same : next.#window);
    return next;
  }

  /** Parts until the bucket is full. */
  debt(nanoseconds: bigint): bigint {
    const debt = this.#full - nanoseconds * this.#count;
    return debt > 0n ? debt : 0n;
  }

  /** Nanoseconds until a cost would be allowed, rounded up; 0 if it is. */
  wait(cost: number, nanoseconds: bigint): bigint {
    const missing = this.debt(nanoseconds) + BigInt(cost) * this.#unit - this.#window;
    return missing > 0n ? (missing + this.#count - 1n) / this.#count : 0n;
  }

  ask(cost: number, nanoseconds: bigint): ReferenceTaken {
    const after = this.debt(nanoseconds) + BigInt(cost) * this.#unit;
    const allowed = cost === 0 || after <= this.#window;
    const left = this.#window - (allowed ? after : this.debt(nanoseconds));
    return { allowed, remaining: Number(left / this.#unit) };
  }

  take(cost: number, nanoseconds: bigint): ReferenceTake {
    const now = nanoseconds * this.#count;
    this.#full = (this.#full > now ? this.#full : now) + BigInt(cost) * this.#unit;
    const take = { cost: BigInt(cost), until: this.#full };
    this.#takes.push(take);
    return take;
  }

  /** Removes what is left of a take; those after it come back earlier by as much. */
  giveBack(take: ReferenceTake, nanoseconds: bigint): void {
    const left = take.until - nanoseconds * this.#count;
    const whole = take.cost * this.#unit;
    const back = left < whole ? left : whole;
    if (back <= 0n) return;
    for (const each of this.#takes) if (each.until >= take.until) each.until -= back;
    this.#takes = this.#takes.filter((each) => each !== take);
    this.#full -= back;
  }
}

/**
 * Proof that takes were not too many: the debt of a bucket that has only these takes, in parts of a nanosecond, never
 * exceeds `burst`. That is the bound `burst` + rate × time for every span of time.
 */
export function exceedsBound(
  kept: readonly { readonly at: bigint; readonly cost: number }[],
  rate: Rate,
  burst: number,
): boolean {
  const count = BigInt(rate.count);
  const unit = BigInt(rate.period) * 1_000_000n;
  let full = 0n;
  for (const { at, cost } of kept) {
    const now = at * count;
    full = (full > now ? full : now) + BigInt(cost) * unit;
    if (full - now > BigInt(burst) * unit) return true;
  }
  return false;
}
