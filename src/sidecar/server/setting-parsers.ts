import { Problem } from '../../flag/flag.ts';
import { nonEmptyText } from '../../flag/parsers.ts';
import { parseDuration } from '../../policy/language/duration.ts';
import { parseAddress } from '../transport/address.ts';

/** Destination of decision records. */
export type AuditTarget =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'off' }
  | { readonly kind: 'file'; readonly path: string };

export function auditTarget(written: string): AuditTarget | Problem {
  if (written === 'stdout' || written === 'off') return { kind: written };
  const path = nonEmptyText(written);
  return path instanceof Problem ? path : { kind: 'file', path };
}

/** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`, as it was written. */
export function listenAddress(written: string): string | Problem {
  if (parseAddress(written) !== undefined) return written;
  if (written === 'unix:') return new Problem('has no path after `unix:`');
  const port = /:(\d{1,5})$/.exec(written)?.[1] ?? '0';
  if (Number(port) > 65_535) return new Problem('has a port above 65535');
  return new Problem('is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH');
}

/** A commit id in lower case: SHA-1 or SHA-256. */
export function commit(written: string): string | Problem {
  const lower = written.toLowerCase();
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(lower)
    ? lower
    : new Problem('is not a full commit id of 40 or 64 hex digits');
}

/** Milliseconds, or zero. */
export function delay(written: string): number | Problem {
  return parseDuration(written) ?? new Problem('is not a duration, such as `0s`, `500ms` or `5s`');
}

/** Milliseconds. */
export function duration(written: string): number | Problem {
  const milliseconds = parseDuration(written) ?? 0;
  return milliseconds > 0
    ? milliseconds
    : new Problem('is not a duration above zero, such as `500ms`, `1s` or `5m`');
}
