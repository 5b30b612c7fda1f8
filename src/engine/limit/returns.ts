import type { Take } from './limit.ts';
import { isLonger, minus, type Span } from './pace.ts';

/** Returns that are remembered. */
const MOST = 64;

/** A return to a bucket from which others had taken in between: what they use came back earlier by it. */
interface Return {
  readonly high: number;
  readonly low: number;
  /** End of what was given back. */
  readonly until: Span;
  readonly span: Span;
}

/**
 * The last returns of a table, by which a later one knows what is left of its take. Hardly ever any: a decision gives
 * back without waiting in between, unless a token or a shared store keeps it waiting.
 */
export class Returns {
  readonly #last: Return[] = [];
  /** Number of all returns so far. */
  count = 0;

  note({ hashHigh, hashLow }: Take, until: Span, span: Span): void {
    this.#last.push({ high: hashHigh, low: hashLow, until, span });
    this.count += 1;
    if (this.#last.length > MOST) this.#last.shift();
  }

  /** Follows to a frame in which times are earlier by so many units; undefined: to one of another pace. */
  move(units: number | undefined): void {
    const moved = units === undefined ? [] : this.#last.map((each) => earlier(each, units));
    this.#last.splice(0, this.#last.length, ...moved);
  }

  /** Time until which a take uses its bucket, after the returns since it took; undefined if they are forgotten. */
  until(
    { hashHigh, hashLow, heldUntil, heldFraction, heldReturns }: Take,
    denominator: number,
  ): Span | undefined {
    let until: Span = { whole: heldUntil, fraction: heldFraction };
    const since = this.count - heldReturns;
    if (since > this.#last.length) return undefined;
    for (const { high, low, until: end, span } of this.#last.slice(this.#last.length - since))
      if (high === hashHigh && low === hashLow && isLonger(until, end))
        until = minus(until, span, denominator);
    return until;
  }
}

function earlier({ until, ...rest }: Return, units: number): Return {
  return { ...rest, until: { whole: until.whole - units, fraction: until.fraction } };
}
