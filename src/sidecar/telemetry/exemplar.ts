import type { Decision } from '../../engine/decision/decide.ts';
import { ownText } from '../../engine/request/own-text.ts';

/** A decision that a count or a bucket is an example of. */
export interface Exemplar {
  readonly decisionId: string;
  /** Header of the caller (W3C Trace Context); empty if it sent none. */
  readonly traceparent: string;
  /** What was counted: 1, or seconds. */
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A count that keeps its last example. */
export interface Exemplified {
  exemplar?: Exemplar | undefined;
}

/** Milliseconds for which an example is kept: texts are not copied for each of many denials. */
const KEPT = 1000;

/** Makes a decision the example of a count whose last example is old. */
export function exemplify(
  counted: Exemplified,
  { id, time }: Pick<Decision, 'id' | 'time'>,
  traceparent: string,
  value: number,
): void {
  if (counted.exemplar !== undefined && Math.abs(time - counted.exemplar.time) < KEPT) return;
  counted.exemplar = { decisionId: ownText(id), traceparent: ownText(traceparent), value, time };
}
