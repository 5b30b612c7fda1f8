import { thousands } from '../../diagnostic/thousands.ts';
import { type Counts, judged } from './counts.ts';
import type { GateOptions } from './flags.ts';

/** Reasons why the counts do not pass; none if they do. */
export function objections(counts: Counts, bounds: GateOptions): readonly string[] {
  const all = judged(counts);
  const few =
    all < bounds.minDecisions
      ? [`${thousands(all)} decisions were judged, at least ${thousands(bounds.minDecisions)} are needed`]
      : [];
  return [...few, ...excesses(counts, bounds)];
}

/** True if no later count can pass. */
export function cannotPass(
  { newly_allowed, newly_denied, failed }: Counts,
  { maxNewlyAllowed, maxNewlyDenied }: GateOptions,
): boolean {
  return (maxNewlyAllowed === 0 && newly_allowed > 0) || (maxNewlyDenied === 0 && newly_denied + failed > 0);
}

function excesses(counts: Counts, { maxNewlyAllowed, maxNewlyDenied }: GateOptions): readonly string[] {
  const { newly_allowed, newly_denied, failed } = counts;
  const all = judged(counts);
  const excess = (kind: string, count: number, most: number): readonly string[] =>
    count > most * all
      ? [
          `${thousands(count)} of ${thousands(all)} decisions are ${kind}: ${percent(count / all)}, at most ${percent(most)} may be`,
        ]
      : [];
  return [
    ...excess('newly allowed', newly_allowed, maxNewlyAllowed),
    ...excess('newly denied', newly_denied + failed, maxNewlyDenied),
  ];
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
