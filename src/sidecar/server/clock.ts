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
  let base = system() - monotonic();
  return () => {
    const coarse = system();
    const fine = base + monotonic();
    if (Math.abs(fine - coarse) <= DRIFT) return fine;
    base += coarse - fine;
    return coarse;
  };
}
