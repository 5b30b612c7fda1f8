import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';

const DAY = 86_400_000;
/** Time before the end of a rule in which it is reported. */
const SOON = 14 * DAY;

/** Reports rules whose `expires` has passed or is near. `now` is in milliseconds since 1970. */
export function lintExceptions({ spec }: WrittenPolicy, now: number): void {
  for (const { at, expires } of spec.rules ?? []) {
    const place = placeOf(at, 'expires');
    if (expires === undefined || place === undefined || expires - now > SOON) continue;
    if (expires <= now) {
      const message = 'the rule has expired and no longer matches any request';
      report(place, 'exception_ended', message, 'remove the rule, or extend it with a later `expires`');
    } else {
      const days = Math.ceil((expires - now) / DAY);
      const message = `the rule expires within ${days === 1 ? 'a day' : `${days} days`}`;
      report(place, 'exception_ends_soon', message, 'from then on it no longer matches any request');
    }
  }
}
