/** Units in milliseconds, in the order of writing. */
const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Longest duration: a hundred years, in milliseconds. */
const LONGEST = 100 * 365 * 24 * 3_600_000;

/**
 * The milliseconds of a duration such as `30s`, `5m`, `24h`, `1h30m` or `500ms`: whole numbers with units, larger units
 * first, each at most once. Undefined if the text is not a duration, or longer than a hundred years.
 */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?:([0-9]{1,10})h)?(?:([0-9]{1,10})m)?(?:([0-9]{1,10})s)?(?:([0-9]{1,10})ms)?$/.exec(text);
  if (parts === null || text === '') return undefined;
  let sum = 0;
  for (const [index, [, unit]] of UNITS.entries()) sum += Number(parts[index + 1] ?? '0') * unit;
  return sum <= LONGEST ? sum : undefined;
}

/** A number of milliseconds as a duration, in the largest unit that is exact: 90000 is `90s`. */
export function formatDuration(milliseconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => milliseconds % each === 0 && milliseconds >= each) ?? [
    'ms',
    1,
  ];
  return `${milliseconds / length}${unit}`;
}
