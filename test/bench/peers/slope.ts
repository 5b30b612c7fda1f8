/** Memory at a time after the start of a load. */
export interface Sample {
  readonly minute: number;
  /** Resident memory in MiB. */
  readonly memory: number;
}

/** Most minutes in which caches fill and V8 compiles what is used often. */
const FIRST_MINUTES = 10;

/** The samples after the first third, or after ten minutes if that is shorter. */
export function settled(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.min(FIRST_MINUTES, Math.floor(samples.length / 3)));
}

/** Growth in MiB in an hour, by least squares; 0 for fewer than two samples at different times. */
export function slopeOf(samples: readonly Sample[]): number {
  const mean = (value: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length;
  const [middle, level] = [mean(({ minute }) => minute), mean(({ memory }) => memory)];
  let [both, spread] = [0, 0];
  for (const { minute, memory } of samples) {
    both += (minute - middle) * (memory - level);
    spread += (minute - middle) ** 2;
  }
  return spread === 0 ? 0 : (both / spread) * 60;
}
