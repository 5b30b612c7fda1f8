import { isDeclarable } from '../../cel/check/environment.ts';
import { literalsOf, mayInterpolate } from '../../cel/syntax/parse-text.ts';
import { parseTimestamp } from '../../cel/value/timestamp.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { keyUrlProblem } from '../../engine/identity/key-url.ts';
import { compilePrincipal } from '../../engine/identity/principal.ts';
import { isFieldValue } from '../../engine/request/field-value.ts';
import { compileHost, hasPort } from '../../engine/request/host.ts';
import { compilePath } from '../../engine/request/path-pattern.ts';
import { DENIAL_STATUSES, isDenialStatus } from '../../engine/set/denial-status.ts';
import { editScalar } from '../yaml/edit-scalar.ts';
import { locate } from '../yaml/scalar-offset.ts';
import type { Cursor, ScalarTree } from '../yaml/tree.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { durationHint, labelHint } from './hints.ts';
import { pathHelp } from './path-help.ts';
import { integer, nonEmptyText, parsed, report, shape, text, written } from './reader.ts';
import type { Reader } from './shape.ts';
import { shaped, shapeOf, textual } from './shape.ts';

/** An expression as written. It is compiled after the whole folder is read. */
export interface Expression {
  readonly source: string;
  readonly at: Cursor;
  /** True for a text with expressions in it, such as `Bearer ${jwt.subject}`. */
  readonly isText?: true;
}

/** Reader of a CEL expression. `true` and `1` are expressions even without quotes. */
export const expression: Reader<Expression> = (at) => {
  const { tree } = at;
  if (tree.isParameter === true) {
    const help = 'read the parameter as `params.NAME` in an expression';
    return report(at, 'wrong_type', 'expected a CEL expression, found the value of a parameter', help);
  }
  at.context.onExpression?.(at, false);
  if (tree.kind !== 'scalar' || tree.value === null) {
    const isCel = tree.kind === 'mapping' && tree.entries.has('cel');
    const help = isCel ? 'remove `cel:`, since this field is always CEL' : conditionsHelp(at);
    return report(at, 'wrong_type', `expected a CEL expression, found ${shape(at)}`, help);
  }
  const source = typeof tree.value === 'string' ? tree.value : written(at);
  if (reportParameter(at, tree, source)) return undefined;
  return source.trim() === '' ? report(at, 'wrong_type', 'the expression is empty') : { source, at };
};

/** The value of a template's parameter, as it is written in the place of plain text. */
const PARAMETER = /\{\s*param:\s*([A-Za-z_]\w*)\s*\}/;
const LITERAL = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;

/** Reports `{param: NAME}` in an expression, outside of its texts and unless it declares a variable `param`. */
function reportParameter(at: Cursor, tree: ScalarTree, source: string): boolean {
  const [parameter, name] = PARAMETER.exec(source) ?? [];
  if (parameter === undefined || name === undefined || /\bparam\s*,/.test(source)) return false;
  const start = source.indexOf(parameter);
  if (/['"]/.test(source.slice(0, start).replaceAll(LITERAL, ''))) return false;
  const { text } = at.context.lines;
  const end = start + parameter.length;
  const edit = editScalar(text, tree, { start, end, text: `params.${name}` });
  const message = `\`${parameter}\` is not replaced in an expression`;
  const help = { help: `write \`params.${name}\``, edit };
  report(at, 'wrong_type', message, help, locate(text, tree, start, end));
  return true;
}

/** Help for a list or mapping in the place of an expression, such as the conditions of Istio. */
function conditionsHelp({ tree }: Cursor): string | undefined {
  if (tree.kind === 'scalar') return undefined;
  const texts =
    tree.kind === 'list'
      ? tree.items.flatMap((item) =>
          item.kind === 'scalar' && typeof item.value === 'string' ? [item.value.trim()] : [],
        )
      : [];
  const joined = texts.map((each) => (/\|\||\?/.test(each) ? `(${each})` : each)).join(' && ');
  const isWhole = tree.kind === 'list' && texts.length === tree.items.length && joined.length <= 120;
  const example = "request.method == 'GET' && request.headers[?'x-tenant'] == optional.of('acme')";
  return isWhole && !/[\n`]/.test(joined)
    ? `write one expression: \`${joined}\``
    : `write one expression as text, such as \`${example}\``;
}

/**
 * Reader of a text that may hold expressions, `${...}`; `plain` reads a text without any, and checks the rest of one
 * with some. The value of a template's parameter is plain: no value ever becomes an expression.
 */
export function interpolated(plain: Reader<string>): Reader<string | Expression> {
  const read: Reader<string | Expression> = (at) => {
    const { tree } = at;
    const isPlain = tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.isParameter === true;
    if (isPlain || !mayInterpolate(tree.value)) return plain(at);
    const { text: literal, holes } = literalsOf(tree.value);
    const rest = { ...at, tree: { ...tree, value: literal } };
    if (holes === 0) return plain(rest);
    at.context.onExpression?.(at, true);
    if (literal !== '' && plain(rest) === undefined) return undefined;
    return { source: tree.value, at, isText: true };
  };
  const shape = shapeOf(plain);
  return shaped(read, shape?.kind === 'value' ? { kind: 'text', schema: shape.schema } : shape);
}

const DURATION = '(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?';
const DURATION_HELP = 'write it like `30s`, `5m`, `1h30m` or `500ms`';

/** Reader of a duration of at least `least`, in milliseconds. */
export function duration(least = 0): Reader<number> {
  const read = parsed(
    'invalid_duration',
    (value) => {
      const milliseconds = parseDuration(value);
      if (milliseconds === undefined) return notDuration(value);
      if (milliseconds >= least) return { value: milliseconds };
      return { problem: `\`${value}\` is too short`, help: `write at least \`${formatDuration(least)}\`` };
    },
    DURATION_HELP,
  );
  return shaped(read, textual({ pattern: `^${DURATION}$` }));
}

function notDuration(value: string): { readonly problem: string; readonly help: string } {
  return { problem: `\`${value}\` is not a valid duration`, help: durationHint(value) ?? DURATION_HELP };
}

/** Reader of a duration that may be negative, in milliseconds. */
export const signedDuration: Reader<number> = parsed(
  'invalid_duration',
  (value) => {
    const past = value.startsWith('-');
    const milliseconds = parseDuration(past ? value.slice(1) : value);
    if (milliseconds === undefined) return notDuration(value);
    return { value: past ? -milliseconds : milliseconds };
  },
  DURATION_HELP,
);

/** Reader of an RFC 3339 time, in milliseconds since 1970. */
export const instant: Reader<number> = parsed('invalid_time', (value) => {
  const time = parseTimestamp(value);
  if (time !== undefined) return { value: time.seconds * 1000 + Math.floor(time.nanos / 1_000_000) };
  return {
    problem: `\`${value}\` is not a valid RFC 3339 time`,
    help: 'write it like `2026-06-01T12:00:00Z`',
  };
});

/** A key that expressions read as a name, such as `variables.NAME`. */
export function identifier(name: string, key: Cursor): string | undefined {
  if (isDeclarable(name)) return name;
  const help = 'use letters, digits and `_`, and start with a letter';
  return report(key, 'invalid_name', `expressions cannot read the name \`${name}\``, help);
}

/** Reader of a DNS label (RFC 1123): a name of a document, rule or limit. */
export const dnsLabel: Reader<string> = parsed('invalid_name', (value) => {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) return { value };
  const help = 'use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends';
  const problem = value === '' ? 'the name is empty' : `\`${value}\` is not a valid DNS label`;
  return { problem, help: labelHint(value) ?? help };
});

export const host = parsed('invalid_host', (value) => {
  const read = renamed(compileHost(value), ({ pattern }) => pattern);
  return 'value' in read ? read : { ...read, help: hostHelp(value) };
});
export const path = parsed('invalid_path', (value) => {
  const read = renamed(compilePath(value), ({ pattern }) => pattern);
  if ('value' in read) return read;
  const help = pathHelp(value);
  return help === undefined ? read : { ...read, help };
});

/** Help for an invalid host: the host alone, if the text is a URL, has a port or has a path after the host. */
function hostHelp(value: string): string {
  const authority = value.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '').split('/')[0] ?? '';
  const port = hasPort(authority) ? /\d*$/.exec(authority)?.[0] : undefined;
  const inner = port === undefined ? authority : authority.slice(0, -port.length - 1);
  if (inner === value || inner === '' || compileHost(inner).pattern === undefined)
    return 'write a name such as `api.example.org`, `*.example.org` for all names below it, or an IP address';
  const others = [
    ...(value.endsWith(authority) ? [] : ['and the path in `paths`']),
    ...(port === undefined || port === ''
      ? []
      : [`and compare the port, if it matters, by \`when: destination.port == ${Number(port)}\``]),
  ];
  return [`write \`${inner}\``, ...others].join(', ');
}

export const principal = parsed('invalid_principal', (value) => {
  const read = renamed(compilePrincipal(value), ({ pattern }) => pattern);
  const name = value.replace(/^spiffe:\/*/i, '');
  const complete = `spiffe://${name}`;
  const lacksScheme = 'problem' in read && value.includes('/') && !name.includes(':') && complete !== value;
  return lacksScheme && compilePrincipal(complete).pattern !== undefined
    ? { ...read, help: `write \`${complete}\`` }
    : read;
});

/** Reader of a method in upper case (RFC 9110, section 9.1). */
export const method: Reader<string> = parsed('invalid_method', (value) => {
  // A valid token of HTTP, but a deny rule for every method would then deny none.
  if (value.includes('*'))
    return { problem: `\`${value}\` is not a method`, help: 'to select every method, remove `methods`' };
  if (/^[A-Z0-9!#$%&'+.^_`|~-]+$/.test(value)) {
    const near = METHODS.includes(value) ? undefined : nearest(value, METHODS);
    // Other methods are valid, but a misspelt one would never match.
    if (near !== undefined)
      return { problem: `\`${value}\` is not a known method`, help: `did you mean \`${near}\`?` };
    return { value };
  }
  const upper = value.toUpperCase();
  if (METHODS.includes(upper))
    return { problem: `\`${value}\` is not in upper case`, help: `write \`${upper}\`` };
  return { problem: `\`${value}\` is not an HTTP method`, help: 'write one method, such as `GET` or `POST`' };
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

/** Reader of the status of a denial. */
export const status: Reader<number> = (at) => {
  const value = integer(0, 999)(at);
  return value === undefined || isDenialStatus(value) ? value : reportStatus(at, value);
};

/** Reports a status that Envoy does not send for a denial. */
export function reportStatus(at: Cursor, value: number): undefined {
  const help = 'use one of 400–417, 421–424, 426, 428, 429, 431, 500–508, 510 and 511';
  return report(at, 'invalid_status', `Envoy cannot send the status \`${value}\` for a denial`, help);
}

shaped(status, { kind: 'value', schema: { enum: DENIAL_STATUSES } });

/** Reader of a header value (RFC 9110, section 5.5). */
export const headerValue: Reader<string> = (at) => {
  const value = text(at);
  if (value === undefined || isFieldValue(value)) return value;
  const message = 'the header value has a line break or another control character';
  return report(at, 'invalid_header', message, 'remove the character');
};

/** Reader of the value of a query parameter. */
export const queryValue: Reader<string> = (at) => {
  const value = text(at);
  if (value === undefined || isFieldValue(value)) return value;
  const message = 'the value of the query parameter has a line break or another control character';
  return report(at, 'invalid_query', message, 'remove the character');
};

/** The name of a query parameter, decoded; undefined after a reported mistake. */
export function queryName(value: string, at: Cursor): string | undefined {
  if (value === '') return report(at, 'invalid_query', 'the name of the query parameter is empty');
  if (isFieldValue(value)) return value;
  const message = 'the name of the query parameter has a line break or another control character';
  return report(at, 'invalid_query', message, 'remove the character');
}

/** Reader of the name of a query parameter. */
export const queryParameter: Reader<string> = (at) => {
  const value = text(at);
  return value === undefined ? undefined : queryName(value, at);
};

/** A header name in lower case (RFC 9110, section 5.6.2); undefined after a reported mistake. */
export function headerName(value: string, at: Cursor): string | undefined {
  if (value.startsWith(':')) {
    const help = 'a pseudo-header cannot be read or changed as a header';
    return report(at, 'invalid_header', `\`${value}\` is a pseudo-header`, help);
  }
  if (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(value)) return value.toLowerCase();
  const plain = value.trim().replace(/\s*:$/, '').replaceAll(/\s+/g, '-');
  const help = /^[\w-]+$/.test(plain) ? `write \`${plain}\`` : undefined;
  return report(at, 'invalid_header', `\`${value}\` is not a valid header name`, help);
}

/** The name of a header that a policy may change: not one that Envoy or HTTP itself writes. */
export function settableHeader(value: string, at: Cursor): string | undefined {
  const name = headerName(value, at);
  if (name === undefined || !FIXED.has(name)) return name;
  const help =
    name === 'host'
      ? 'remove it: the proxy chooses the service by the host before; a route can change it (`host_rewrite_literal`)'
      : 'remove it: HTTP itself sets this header for each connection';
  return report(at, 'invalid_header', `the header \`${value}\` cannot be changed by a policy`, help);
}

/** The name of a header that a policy may set on a denial: not one that Lictor itself writes on every denial. */
export function denialHeader(value: string, at: Cursor): string | undefined {
  const name = settableHeader(value, at);
  if (name === undefined || !OF_DENIALS.has(name)) return name;
  return report(
    at,
    'invalid_header',
    `Lictor sets the header \`${value}\` of every denial itself`,
    'remove it',
  );
}

const OF_DENIALS: ReadonlySet<string> = new Set(['x-lictor-decision-id', 'grpc-status']);

const FIXED: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'connection']);

/** Reader of the name of a header that a policy may change. */
export const changeableHeader: Reader<string> = (at) => {
  const value = nonEmptyText(at);
  return value === undefined ? undefined : settableHeader(value, at);
};

/** Reader of the name of a header. */
export const header: Reader<string> = (at) => {
  const value = nonEmptyText(at);
  return value === undefined ? undefined : headerName(value, at);
};

/** Reader of the name of a header that a request can have: `host` is a part of its own. */
export const requestHeader: Reader<string> = (at) => {
  const name = header(at);
  if (name !== 'host') return name;
  const help = 'every request has a host; select by `hosts`, or read `request.host`';
  return report(at, 'invalid_header', '`host` is not among the headers of a request', help);
};

/** Reader of a URL of a key set: https, or plain http to a loopback address. */
export const keyUrl: Reader<string> = parsed('invalid_url', (value) => {
  const problem = keyUrlProblem(value);
  return problem === undefined ? { value } : { problem: `keys cannot be fetched from this URL: ${problem}` };
});

/** Reader of the URL of a protected resource's metadata (RFC 9728, section 3): https, without a fragment. */
export const resourceUrl: Reader<string> = parsed('invalid_url', (value) => {
  const url = URL.parse(value);
  const problem =
    url?.protocol !== 'https:'
      ? 'it is not an absolute URL with the scheme `https`'
      : url.username !== '' || url.password !== ''
        ? 'it contains a user name or password'
        : value.includes('#')
          ? 'it has a fragment'
          : undefined;
  // Without quotes and backslashes, so that it needs no escape in a header.
  if (problem === undefined && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)) return { value };
  return {
    problem: `this cannot be the URL of metadata: ${problem ?? 'it has a character that must be percent-encoded'}`,
    ...(value.startsWith('/') && { help: `write the host too: \`https://HOST${value}\`` }),
  };
});

/** Shapes of the readers, for the JSON Schema. */
shaped(expression, { kind: 'expression' });
shaped(signedDuration, textual({ pattern: `^-?${DURATION}$` }));
shaped(instant, textual({ format: 'date-time' }));
shaped(dnsLabel, textual({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' }));
shaped(path, textual({ pattern: '^[/*]' }));
shaped(method, textual({ pattern: "^[A-Z0-9!#$%&'+.^_`|~-]+$" }));
shaped(headerValue, textual());
shaped(queryValue, textual());
shaped(queryParameter, textual({ minLength: 1 }));
shaped(changeableHeader, textual({ minLength: 1 }));
shaped(header, textual({ minLength: 1 }));
shaped(requestHeader, textual({ minLength: 1 }));
shaped(keyUrl, textual({ pattern: '^https?://' }));
shaped(resourceUrl, textual({ pattern: '^[Hh][Tt][Tt][Pp][Ss]:' }));

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

/** Largest `maxBytes` of a body: 64 MiB, more than a proxy buffers. */
export const MOST_BYTES = 64 * 1024 * 1024;
