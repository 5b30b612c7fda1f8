/** Statuses of a denial, of Envoy's `StatusCode` enum: Envoy ignores any other. */
export const DENIAL_STATUSES: readonly number[] = [
  ...Array.from({ length: 18 }, (_, index) => 400 + index),
  421,
  422,
  423,
  424,
  426,
  428,
  429,
  431,
  ...Array.from({ length: 9 }, (_, index) => 500 + index),
  510,
  511,
];

const KNOWN: ReadonlySet<number> = new Set(DENIAL_STATUSES);

/** True if Envoy sends the status for a denial. */
export function isDenialStatus(status: number): boolean {
  return KNOWN.has(status);
}
