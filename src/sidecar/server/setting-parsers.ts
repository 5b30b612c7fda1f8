import { keyUrlProblem } from '../../engine/identity/key-url.ts';
import { compileHost, type HostPattern, hasPort } from '../../engine/request/host.ts';
import { Problem } from '../../flag/flag.ts';
import { nonEmptyText, positiveNumber } from '../../flag/parsers.ts';
import { parseDuration } from '../../policy/language/duration.ts';
import { parseRedisAddress, type RedisAddress } from '../limit-redis/address.ts';
import { parseAddress } from '../socket/address.ts';

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

const SIZE_UNITS = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Bytes, above zero. */
export function byteSize(written: string): number | Problem {
  const [, digits = '', unit = ''] = /^(\d{1,15})(KiB|MiB|GiB)?$/.exec(written) ?? [];
  const size = Number(digits) * SIZE_UNITS[unit as keyof typeof SIZE_UNITS];
  return size > 0 && Number.isSafeInteger(size)
    ? size
    : new Problem('is not a size above zero, such as `100MiB` or `1GiB`');
}

/** A share of all: 0 to 1. */
export function share(written: string): number | Problem {
  const value = /^(?:\d+(?:\.\d+)?|\.\d+)$/.test(written) ? Number(written) : Number.NaN;
  return value >= 0 && value <= 1 ? value : new Problem('is not a number from 0 to 1');
}

/** The submission prefix of a witness. */
export function witnessUrl(written: string): string | Problem {
  const url = URL.parse(written);
  const isPrefix =
    url !== null && /^https?:$/.test(url.protocol) && url.search + url.hash + url.username === '';
  return isPrefix ? written : new Problem('is not the URL of a witness, such as `https://witness.example`');
}

/** `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`, as it was written. */
export function listenAddress(written: string): string | Problem {
  if (parseAddress(written) !== undefined) return written;
  if (written === 'unix:') return new Problem('has no path after `unix:`');
  const port = /:(\d{1,5})$/.exec(written)?.[1] ?? '0';
  if (Number(port) > 65_535) return new Problem('has a port above 65535');
  return new Problem('is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH');
}

/** A host as in the `hosts` of a policy. */
export function hostPattern(written: string): HostPattern | Problem {
  const { pattern } = compileHost(written);
  if (pattern !== undefined) return pattern;
  return new Problem(
    hasPort(written)
      ? 'has a port; write the host alone'
      : 'is not a host; write `orders.acme.svc`, `*.acme.svc` for all names below it, an IP address or `*`',
  );
}

/** A file for an origin, such as `https://kubernetes.default.svc`. */
export interface OriginFile {
  readonly origin: string;
  readonly path: string;
}

/** `ORIGIN=FILE`. */
export function originFile(written: string): OriginFile | Problem {
  const at = written.indexOf('=');
  const [url, path] = [URL.parse(written.slice(0, Math.max(at, 0))), written.slice(at + 1)];
  if (url === null || path === '')
    return new Problem('is not ORIGIN=FILE; write `https://kubernetes.default.svc=/path/to/file`');
  if (url.origin === 'null' || `${url.origin}/` !== url.href)
    return new Problem(
      'has more than an origin before `=`; write it without a path and a user, such as `https://keys.acme.example`',
    );
  const problem = keyUrlProblem(url.href);
  return problem === undefined
    ? { origin: url.origin, path }
    : new Problem(`has a URL that is refused: ${problem}`);
}

/** The URL of a Redis. */
export function redisAddress(written: string): RedisAddress | Problem {
  const { address, problem } = parseRedisAddress(written);
  return address ?? new Problem(problem);
}

/** Begin of keys in Redis; braces would decide about their place in a cluster. */
export function redisPrefix(written: string): string | Problem {
  if (/^[A-Za-z0-9_.:-]{1,64}$/.test(written)) return written;
  return new Problem('is not a prefix; write up to 64 letters, digits, `_`, `.`, `:` or `-`');
}

/** A commit id in lower case: SHA-1 or SHA-256. */
export function commit(written: string): string | Problem {
  const lower = written.toLowerCase();
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(lower)
    ? lower
    : new Problem('is not a full commit id of 40 or 64 hex digits');
}

/** Longest time of a setting in milliseconds: a timer of Node with more than 24.8 days ends at once. */
const LONGEST_TIME = 24 * 24 * 3_600_000;

/** Milliseconds, or zero. */
export function delay(written: string): number | Problem {
  const milliseconds = parseDuration(written);
  if (milliseconds === undefined) return new Problem('is not a duration, such as `0s`, `500ms` or `5s`');
  return withinTimer(milliseconds);
}

/** Milliseconds. */
export function duration(written: string): number | Problem {
  const milliseconds = parseDuration(written) ?? 0;
  return milliseconds > 0
    ? withinTimer(milliseconds)
    : new Problem('is not a duration above zero, such as `500ms`, `1s` or `5m`');
}

function withinTimer(milliseconds: number): number | Problem {
  return milliseconds <= LONGEST_TIME
    ? milliseconds
    : new Problem('is longer than 24 days; write `576h` at most');
}

/** MiB that the loading process takes at least, without any policies: less would refuse each folder. */
const LEAST_LOAD_MEMORY = 128;

/** A number of MiB with which a loading process can work. */
export function loadMemory(written: string): number | Problem {
  const number = positiveNumber(written);
  if (number instanceof Problem || number >= LEAST_LOAD_MEMORY) return number;
  return new Problem(`is less than the ${LEAST_LOAD_MEMORY} MiB that loading takes without any policies`);
}

/** A host name in lower case, without a port. */
export function hostName(written: string): string | Problem {
  const name = written.toLowerCase();
  if (/^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/.test(name)) return name;
  return new Problem('is not a host name; write it without a scheme, a port and a path');
}

/** Permission bits of each letter of a symbolic mode. */
const PERMISSIONS = { r: 0o4, w: 0o2, x: 0o1 } as const;
const SHIFTS = { u: 6, g: 3, o: 0 } as const;

/** Mode bits: octal digits, or `WHO=PERMISSIONS` for each of user, group and others, where those left out have none. */
export function socketMode(written: string): number | Problem {
  const mode = /^0?[0-7]{3}$/.test(written) ? Number.parseInt(written, 8) : symbolicMode(written);
  if (mode === undefined) return new Problem('is not a mode; write it as `0660` or `u=rw,g=rw,o=`');
  // connect(2) needs write permission.
  if ((mode & 0o222) === 0) return new Problem('lets nobody connect, which takes the permission to write');
  return mode;
}

function symbolicMode(written: string): number | undefined {
  let mode = 0;
  for (const clause of written.split(',')) {
    const [, who, letters] = /^([ugo]+|a)=([rwx]*)$/.exec(clause) ?? [];
    if (who === undefined || letters === undefined) return undefined;
    const bits = [...letters].reduce(
      (sum, letter) => sum | PERMISSIONS[letter as keyof typeof PERMISSIONS],
      0,
    );
    for (const each of who === 'a' ? 'ugo' : who) {
      const shift = SHIFTS[each as keyof typeof SHIFTS];
      mode = (mode & ~(0o7 << shift)) | (bits << shift);
    }
  }
  return mode;
}
