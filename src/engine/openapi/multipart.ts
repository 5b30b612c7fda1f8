import { utf8Text } from '../request/utf8.ts';

/** A part of a body of the type `multipart/form-data` (RFC 7578). */
export interface Part {
  readonly name: string;
  /** True if it has a file name. */
  readonly isFile: boolean;
  /** `content-type`; empty when absent. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Most parts of a body, and bytes of the headers of one. */
const MAX_PARTS = 1_000;
const MAX_HEADERS = 4_096;

/**
 * The parts of a body; undefined for one that servers may read differently: text before the first part or after the
 * last, other line ends than CR LF, the boundary within a part, where a line may end in LF for some, headers that are
 * repeated, folded or not expected, names with escapes.
 */
export function readMultipart(bytes: Uint8Array, boundary: string): readonly Part[] | undefined {
  if (!/^[0-9A-Za-z'()+_,./:=?-]{1,70}$/.test(boundary)) return undefined;
  const delimiter = ENCODER.encode(`\r\n--${boundary}`);
  const first = delimiter.subarray(2);
  if (indexOf(bytes, first, 0) !== 0) return undefined;
  const parts: Part[] = [];
  let at = first.length;
  while (!isEnd(bytes, at)) {
    const end = indexOf(bytes, delimiter, at);
    if (!startsWith(bytes, LINE_END, at) || end === -1 || parts.length === MAX_PARTS) return undefined;
    const content = bytes.subarray(at + LINE_END.length, end);
    const part = indexOf(content, first, 0) === -1 ? partOf(content) : undefined;
    if (part === undefined) return undefined;
    parts.push(part);
    at = end + delimiter.length;
  }
  return parts.length === 0 ? undefined : parts;
}

const ENCODER = new TextEncoder();
const LINE_END = ENCODER.encode('\r\n');
const HEADERS_END = ENCODER.encode('\r\n\r\n');
const LAST = ENCODER.encode('--');
const LAST_LINE = ENCODER.encode('--\r\n');

/** True after the last delimiter, which may have one line end after it. */
function isEnd(bytes: Uint8Array, at: number): boolean {
  const rest = bytes.length - at;
  return (
    (rest === LAST.length && startsWith(bytes, LAST, at)) ||
    (rest === LAST_LINE.length && startsWith(bytes, LAST_LINE, at))
  );
}

const DISPOSITION = /^form-data; ?name="([^"\\%\r\n]*)"(?:; ?filename="([^"\\\r\n]*)")?$/i;

function partOf(bytes: Uint8Array): Part | undefined {
  const end = indexOf(bytes, HEADERS_END, 0);
  if (end === -1 || end > MAX_HEADERS) return undefined;
  const headers = headersOf(bytes.subarray(0, end));
  if (headers === undefined) return undefined;
  const [, name, file] = DISPOSITION.exec(headers.get('content-disposition') ?? '') ?? [];
  const encoding = headers.get('content-transfer-encoding');
  if (name === undefined || !/^(?:7bit|8bit|binary)$/i.test(encoding ?? 'binary')) return undefined;
  const content = bytes.subarray(end + HEADERS_END.length);
  // Browsers send an empty name for no file, without bytes; with bytes, some servers read a file and others text.
  if (file === '' && content.length > 0) return undefined;
  return { name, isFile: file !== undefined, type: headers.get('content-type') ?? '', bytes: content };
}

function headersOf(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  const text = utf8Text(bytes);
  if (text === undefined) return undefined;
  for (const line of text.split('\r\n')) {
    const [, name, value] = /^([A-Za-z-]+): ?([^\r\n]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || headers.has(name.toLowerCase())) return undefined;
    // Some servers take the name from any of the headers.
    if (/name[ \t]*\*?=/i.test(value) && name.toLowerCase() !== 'content-disposition') return undefined;
    headers.set(name.toLowerCase(), value);
  }
  return headers;
}

function startsWith(bytes: Uint8Array, needle: Uint8Array, at: number): boolean {
  return needle.every((byte, index) => bytes[at + index] === byte);
}

/** Offset of the first `needle` from an offset on; -1 if there is none. */
function indexOf(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const [first = 0] = needle;
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (startsWith(bytes, needle, at)) return at;
  }
  return -1;
}
