import { type GetText, lookAt, type Seen } from './candidate-page.ts';
import { type Counts, sumOf } from './counts.ts';
import type { GateOptions } from './flags.ts';
import type { GateResult } from './report.ts';
import { cannotPass, objections } from './verdict.ts';
import { WatchedSidecar } from './watched-sidecar.ts';

/** Time and network, as a gate uses them. Milliseconds. */
export interface World {
  readonly get: GetText;
  readonly clock: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Looks at sidecars until the time is over, or nothing can pass any more. */
export async function watchSidecars(
  options: GateOptions,
  { get, clock, pause }: World,
  onLook: (elapsed: number, counts: Counts) => void,
): Promise<GateResult> {
  const sidecars = options.status.map((address) => new WatchedSidecar(address));
  const began = clock();
  let { revision } = options;
  for (;;) {
    const looks = await Promise.all(sidecars.map(({ address }) => lookAt(address, get)));
    revision ??= candidateIn(looks);
    for (const [at, sidecar] of sidecars.entries()) {
      const seen = looks[at];
      if (seen !== undefined) sidecar.note(seen, revision ?? '');
    }
    const counts = sumOf(sidecars.map((sidecar) => sidecar.counts));
    const left = options.for - (clock() - began);
    onLook(options.for - left, counts);
    if (left <= 0 || cannotPass(counts, options)) return resultOf(sidecars, revision, counts, options);
    await pause(Math.min(left, options.interval));
  }
}

function candidateIn(looks: readonly Seen[]): string | undefined {
  return looks.flatMap((seen) => (seen.kind === 'comparison' ? seen.candidate : []))[0];
}

function resultOf(
  sidecars: readonly WatchedSidecar[],
  revision: string | undefined,
  counts: Counts,
  options: GateOptions,
): GateResult {
  const unfit = sidecars.flatMap(({ address, problem }) =>
    problem === undefined ? [] : [`\`${address}\` ${problem}`],
  );
  return {
    revision: revision ?? null,
    counts,
    problems: [...unfit, ...objections(counts, options)],
    sidecars: sidecars.map(({ address, counts: own, problem }) => ({
      address,
      counts: own,
      problem: problem ?? null,
    })),
    causes: sidecars.flatMap(({ causes }) => causes),
  };
}
