/** Milliseconds by which the fine clock may leave the system's. */
const DRIFT = 5;

/**
 * A clock in milliseconds since 1970 with fractions. It follows the system's clock, which token times are compared
 * with, also when that is set; between such jumps it runs evenly, so that durations can be read off it.
 */
export function createClock(
  system: () => number = Date.now,
  even: () => number = () => performance.now(),
): () => number {
  let base = system() - even();
  return () => {
    const coarse = system();
    const fine = base + even();
    if (Math.abs(fine - coarse) <= DRIFT) return fine;
    base += coarse - fine;
    return coarse;
  };
}
