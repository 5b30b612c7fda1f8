import { type Check, type CheckOptions, createCheck } from '../../src/engine/envoy/check.ts';
import { decodeText } from '../../src/node/decode-text.ts';

type Chosen = 'decide' | 'set' | 'clock' | 'id';

/** A check with room and time for every request, whose decisions nobody is told. */
export function roomyCheck(options: Pick<CheckOptions, Chosen> & Partial<CheckOptions>): Check {
  return createCheck({
    decodeText,
    deadline: 60_000,
    maxInflight: 100,
    onDecision: () => undefined,
    schedule: setImmediate,
    ...options,
  });
}
