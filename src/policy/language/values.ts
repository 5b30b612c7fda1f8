import { isDeclarable } from '../../cel/check/environment.ts';
import { parseTimestamp } from '../../cel/value/timestamp.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { keyUrlProblem } from '../../engine/identity/key-fetch.ts';
import { compilePrincipal } from '../../engine/identity/principal.ts';
import { parseRate } from '../../engine/limit/rate.ts';
import { isFieldValue } from '../../engine/request/field-value.ts';
import { compileHost } from '../../engine/request/host.ts';
import { compilePath } from '../../engine/request/path-pattern.ts';
import type { Cursor } from '../yaml/tree.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { integer, nonEmptyText, parsed, report, shape, text, written } from './reader.ts';
import type { Reader } from './shape.ts';
import { shaped, textual } from './shape.ts';

/** An expression as written; it is compiled when the whole folder is known. */
export interface Expression {
  readonly source: string;
  readonly at: Cursor;
}

/** CEL. `true` and `1` are expressions even without quotes. */
export const expression: Reader<Expression> = (at) => {
  const { tree } = at;
  if (tree.isParameter === true) {
    const help = 'write an expression that reads `params.NAME`';
    return report(at, 'wrong_type', 'a parameter is a value, and an expression is wanted here', help);
  }
  at.origin.onExpression?.(at);
  if (tree.kind !== 'scalar' || tree.value === null) {
    const isCel = tree.kind === 'mapping' && tree.entries.has('cel');
    const help = isCel ? 'write it without `cel:`, this is always CEL' : undefined;
    return report(at, 'wrong_type', `expected a CEL expression, found ${shape(at)}`, help);
  }
  const source = typeof tree.value === 'string' ? tree.value : written(at);
  return source.trim() === ''
    ? report(at, 'wrong_type', 'expected a CEL expression, found empty text')
    : { source, at };
};

const DURATION = '(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?';
const DURATION_HELP = 'write it like `30s`, `5m`, `1h30m` or `500ms`';

/** Milliseconds, at least `least`. */
export function duration(least = 0): Reader<number> {
  const read = parsed(
    'invalid_duration',
    (value) => {
      const milliseconds = parseDuration(value);
      if (milliseconds === undefined) return { problem: `\`${value}\` is no duration` };
      if (milliseconds >= least) return { value: milliseconds };
      return { problem: `\`${value}\` is too short`, help: `write at least \`${formatDuration(least)}\`` };
    },
    DURATION_HELP,
  );
  return shaped(read, textual({ pattern: `^${DURATION}$` }));
}

/** As `duration`, but a minus before it looks back. */
export const signedDuration: Reader<number> = parsed(
  'invalid_duration',
  (value) => {
    const past = value.startsWith('-');
    const milliseconds = parseDuration(past ? value.slice(1) : value);
    if (milliseconds === undefined) return { problem: `\`${value}\` is no duration` };
    return { value: past ? -milliseconds : milliseconds };
  },
  DURATION_HELP,
);

/** Milliseconds since 1970. */
export const instant: Reader<number> = parsed('invalid_time', (value) => {
  const time = parseTimestamp(value);
  if (time !== undefined) return { value: time.seconds * 1000 + Math.floor(time.nanos / 1_000_000) };
  return { problem: `\`${value}\` is no RFC 3339 time`, help: 'write it like `2026-06-01T12:00:00Z`' };
});

/** What an expression reads as `variables.NAME`. */
export function identifier(name: string, key: Cursor): string | undefined {
  if (isDeclarable(name)) return name;
  const help = 'use letters, digits and `_`, a letter first';
  return report(key, 'invalid_name', `\`${name}\` is no name that an expression can read`, help);
}

/** A DNS label (RFC 1123): what documents, rules and limits are called. */
export const dnsLabel: Reader<string> = parsed('invalid_name', (value) => {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) return { value };
  return {
    problem: `\`${value}\` is no DNS label`,
    help: 'use lower-case letters, digits and `-` between them, at most 63',
  };
});

export const rate = parsed(
  'invalid_rate',
  (value) => renamed(parseRate(value), ({ rate: read }) => read),
  'write it like `100/s`, `100/m`, `100/h` or `100/d`',
);
export const host = parsed('invalid_host', (value) => {
  const read = renamed(compileHost(value), ({ pattern }) => pattern);
  return 'value' in read ? read : { ...read, help: hostHelp(value) };
});
export const path = parsed('invalid_path', (value) => {
  const read = renamed(compilePath(value), ({ pattern }) => pattern);
  const rooted = `/${value}`;
  const lacksRoot = 'problem' in read && compilePath(rooted).pattern !== undefined && !value.startsWith('*');
  return lacksRoot && !value.startsWith('/') ? { ...read, help: `write \`${rooted}\`` } : read;
});

/** The host in what is a URL or has a path behind it. */
function hostHelp(value: string): string {
  const inner = value.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '').split('/')[0] ?? '';
  const found = inner !== value && inner !== '' && compileHost(inner).pattern !== undefined;
  return found
    ? `write \`${inner}\`; paths stand in \`paths\``
    : 'write a name such as `api.example.org`, `*.example.org` for all below it, or an IP address';
}

export const principal = parsed('invalid_principal', (value) =>
  renamed(compilePrincipal(value), ({ pattern }) => pattern),
);

/** A method in upper case (RFC 9110, section 9.1). */
export const method: Reader<string> = parsed('invalid_method', (value) => {
  // HTTP could have a method of this name: a deny rule that means every method would then deny none.
  if (value.includes('*'))
    return { problem: `\`${value}\` names no method`, help: 'leave `methods` out to select every method' };
  if (/^[A-Z0-9!#$%&'+.^_`|~-]+$/.test(value)) {
    const near = METHODS.includes(value) ? undefined : nearest(value, METHODS);
    // Somebody's own method is fine, but one letter beside a known one it never matches anything.
    if (near !== undefined)
      return { problem: `\`${value}\` is no known method`, help: `did you mean \`${near}\`?` };
    return { value };
  }
  const upper = value.toUpperCase();
  if (METHODS.includes(upper))
    return { problem: `\`${value}\` is not in upper case`, help: `write \`${upper}\`` };
  return { problem: `\`${value}\` is no HTTP method`, help: 'methods are written like `GET` or `POST`' };
});

export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
];

/** A refusal's status: what Envoy's `StatusCode` enum knows; it drops any other. */
export const status: Reader<number> = (at) => {
  const value = integer(0, 999)(at);
  if (value === undefined || STATUSES.has(value)) return value;
  const help = 'Envoy knows 400–417, 421–424, 426, 428, 429, 431, 500–508, 510 and 511';
  return report(at, 'invalid_status', `\`${value}\` is no status that a refusal can have`, help);
};

const STATUSES: ReadonlySet<number> = new Set([
  ...Array.from({ length: 18 }, (_, index) => 400 + index),
  421,
  422,
  423,
  424,
  426,
  428,
  429,
  431,
  ...Array.from({ length: 9 }, (_, index) => 500 + index),
  510,
  511,
]);

shaped(status, { kind: 'value', schema: { enum: [...STATUSES] } });

/** Text that may stand in a header (RFC 9110, section 5.5). */
export const headerValue: Reader<string> = (at) => {
  const value = text(at);
  if (value === undefined || isFieldValue(value)) return value;
  return report(at, 'invalid_header', 'a header value has a line break or another control character');
};

/** A header name in lower case, as a key or a value (RFC 9110, section 5.6.2). */
export function headerName(value: string, at: Cursor): string | undefined {
  if (value.startsWith(':')) return report(at, 'invalid_header', `\`${value}\` is a pseudo-header`);
  if (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(value)) return value.toLowerCase();
  return report(at, 'invalid_header', `\`${value}\` is no header name`);
}

/** A header that a policy may change: not one that Envoy or HTTP itself writes. */
export function settableHeader(value: string, at: Cursor): string | undefined {
  const name = headerName(value, at);
  if (name === undefined || !FIXED.has(name)) return name;
  return report(at, 'invalid_header', `the header \`${value}\` cannot be changed by a policy`);
}

/** A header that a policy may put on a refusal: not one that says what the refusal itself is. */
export function refusalHeader(value: string, at: Cursor): string | undefined {
  const name = settableHeader(value, at);
  if (name === undefined || !OF_REFUSALS.has(name)) return name;
  return report(at, 'invalid_header', `the header \`${value}\` of a refusal is Lictor's own`);
}

const OF_REFUSALS: ReadonlySet<string> = new Set(['x-lictor-decision-id', 'grpc-status']);

const FIXED: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'connection']);

/** The name of a header that a policy may change, where it stands as a value. */
export const changeableHeader: Reader<string> = (at) => {
  const value = nonEmptyText(at);
  return value === undefined ? undefined : settableHeader(value, at);
};

/** The name of a header where it stands as a value. */
export const header: Reader<string> = (at) => {
  const value = nonEmptyText(at);
  return value === undefined ? undefined : headerName(value, at);
};

/** Where keys are fetched from: https, plain http to this machine only. */
export const keyUrl: Reader<string> = parsed('invalid_url', (value) => {
  const problem = keyUrlProblem(value);
  return problem === undefined ? { value } : { problem: `keys are not fetched from this URL: ${problem}` };
});

/** What a JSON Schema can say of them. */
shaped(expression, { kind: 'expression' });
shaped(signedDuration, textual({ pattern: `^-?${DURATION}$` }));
shaped(instant, textual({ format: 'date-time' }));
shaped(dnsLabel, textual({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' }));
shaped(rate, textual({ pattern: '^0*[1-9][0-9]*/[smhd]$' }));
shaped(path, textual({ pattern: '^[/*]' }));
shaped(method, textual({ pattern: "^[A-Z0-9!#$%&'+.^_`|~-]+$" }));
shaped(headerValue, textual());
shaped(changeableHeader, textual({ minLength: 1 }));
shaped(header, textual({ minLength: 1 }));
shaped(keyUrl, textual({ pattern: '^https?://' }));

function renamed<R extends object, T>(
  result: R | { readonly problem: string },
  value: (result: Exclude<R, { readonly problem: string }>) => T,
): { readonly value: T } | { readonly problem: string } {
  if (isProblem(result)) return { problem: result.problem };
  return { value: value(result as Exclude<R, { readonly problem: string }>) };
}

function isProblem(result: object): result is { readonly problem: string } {
  return 'problem' in result && typeof result.problem === 'string';
}
