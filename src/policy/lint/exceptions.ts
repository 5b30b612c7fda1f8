import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';

const DAY = 86_400_000;
/** How long before its end an exception is told of. */
const SOON = 14 * DAY;

/** Tells of rules that have ended, and of those that are about to. `now` in milliseconds since 1970. */
export function lintExceptions({ spec }: WrittenPolicy, now: number): void {
  for (const { at, expires } of spec.rules ?? []) {
    const place = placeOf(at, 'expires');
    if (expires === undefined || place === undefined || expires - now > SOON) continue;
    if (expires <= now) {
      const message = 'the rule has ended and matches no request any more';
      report(place, 'exception_ended', message, 'take the rule out, or say until when it is to go on');
    } else {
      const days = Math.ceil((expires - now) / DAY);
      const message = `the rule ends within ${days === 1 ? 'a day' : `${days} days`}`;
      report(place, 'exception_ends_soon', message, 'from then on it matches no request any more');
    }
  }
}
