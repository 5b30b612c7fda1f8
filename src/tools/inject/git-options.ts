import { Problem } from '../../flag/flag.ts';
import { parseDuration } from '../../policy/language/duration.ts';

/** A branch, tag or commit; `git check-ref-format` forbids more, which git-sync reports. */
export function gitRef(written: string): string | Problem {
  const isRef = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$/.test(written) && !written.includes('..');
  return isRef ? written : new Problem('is not a branch, tag or commit');
}

/** A relative path without steps upwards. */
export function pathInRepository(written: string): string | Problem {
  const parts = written.split('/');
  const isPath = /^[A-Za-z0-9_./-]{1,1024}$/.test(written) && !parts.includes('..') && parts[0] !== '';
  return isPath ? written : new Problem('is not a path in the repository; write it as `policies/orders`');
}

/** Bounds of the period in milliseconds. Policies that may arrive later than that are better released as an image. */
const SHORTEST_PERIOD = 5000;
const LONGEST_PERIOD = 3_600_000;

/** Time between two fetches as git-sync reads it: a whole number and one unit. */
export function gitPeriod(written: string): string | Problem {
  const period = /^[1-9][0-9]{0,3}[smh]$/.test(written) ? parseDuration(written) : undefined;
  return period !== undefined && period >= SHORTEST_PERIOD && period <= LONGEST_PERIOD
    ? written
    : new Problem('is not a time from `5s` to `1h`; write it as `30s` or `5m`');
}
