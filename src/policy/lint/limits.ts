import { HOT } from '../../engine/limit/lease.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { burstOf } from '../language/policy-document.ts';
import { report } from '../language/reader.ts';

/** Least burst with which one process alone takes `HOT` units ahead: it leaves half of the bucket to the others. */
const LEAST_BURST = 2 * HOT;

/** Reports leased limits of which no process ever takes enough units ahead to decide from memory. */
export function lintLimits({ spec }: WrittenPolicy): void {
  for (const limit of spec.limits ?? []) {
    const mode = placeOf(limit.at, 'mode');
    const burst = burstOf(limit);
    if (limit.mode !== 'leased' || mode === undefined || burst >= LEAST_BURST) continue;
    const message = `a burst of \`${burst}\` is too small to take units ahead: nearly each request asks Redis, as with \`mode: exact\``;
    const help = `write \`mode: exact\`, or a \`burst\` of at least ${LEAST_BURST} for each sidecar`;
    report(mode, 'lease_too_small', message, { help, edit: { ...mode.tree.range, text: 'exact' } });
  }
}
