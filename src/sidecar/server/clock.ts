/** Time for which the system clock is not asked again, in milliseconds: asking costs as much as the fine clock. */
const UNCHECKED = 1;
/** Largest difference between the fine clock and the clock of the system, in milliseconds. */
const DRIFT = 5;

/**
 * A clock in milliseconds since 1970 with fractions. It follows the clock of the system, with which the times of tokens
 * are compared, also when that clock is set. Between such jumps it is monotonic, so that it can measure durations.
 */
export function createClock(
  system: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): () => number {
  let checked = monotonic();
  let base = system() - checked;
  return () => {
    const since = monotonic();
    const fine = base + since;
    if (since - checked < UNCHECKED) return fine;
    checked = since;
    const coarse = system();
    if (Math.abs(fine - coarse) <= DRIFT) return fine;
    base += coarse - fine;
    return coarse;
  };
}
