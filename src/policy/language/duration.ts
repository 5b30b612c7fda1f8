/** Units in milliseconds, in the order in which they are written. */
const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** A hundred years. */
const LONGEST = 100 * 365 * 24 * 3_600_000;

/**
 * Reads `30s`, `5m`, `24h`, `1h30m`, `500ms`: whole numbers with units, larger units first, each at most once. The
 * value is in milliseconds; undefined: the text is none. `0s` is 0.
 */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?:([0-9]{1,10})h)?(?:([0-9]{1,10})m)?(?:([0-9]{1,10})s)?(?:([0-9]{1,10})ms)?$/.exec(text);
  if (parts === null || text === '') return undefined;
  let sum = 0;
  for (const [index, [, unit]] of UNITS.entries()) sum += Number(parts[index + 1] ?? '0') * unit;
  return sum <= LONGEST ? sum : undefined;
}

/** The other way round, in the largest unit that is exact. */
export function formatDuration(milliseconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => milliseconds % each === 0 && milliseconds >= each) ?? [
    'ms',
    1,
  ];
  return `${milliseconds / length}${unit}`;
}
