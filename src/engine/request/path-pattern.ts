import { decodeOnce } from './percent.ts';

/** A compiled `paths` entry of a match. */
export interface PathPattern {
  /** As written. */
  readonly text: string;
  readonly segments: readonly PathSegment[];
  /** True if the pattern ends in `**`: zero or more further segments. */
  readonly open: boolean;
}

export type PathSegment =
  /** Compared with the decoded segment, case-sensitive. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'any' };

export type CompiledPath =
  | { readonly pattern: PathPattern; readonly problem?: undefined }
  | { readonly problem: string; readonly pattern?: undefined };

/** Parameters of a match whose pattern names no segment. */
const NO_PARAMS: ReadonlyMap<string, string> = new Map();

/**
 * Compiles a path of a policy, which is written decoded: `{name}` and `*` match one whole segment, `**` any number of
 * segments at the end. A trailing slash makes no difference. `problem` is one sentence about the text.
 */
export function compilePath(text: string): CompiledPath {
  const problem = textProblem(text);
  if (problem !== undefined) return { problem };
  const parts = text.slice(1).split('/');
  if (parts[parts.length - 1] === '') parts.pop();
  const open = parts[parts.length - 1] === '**';
  if (open) parts.pop();
  const segments: PathSegment[] = [];
  const names = new Set<string>();
  for (const part of parts) {
    const read = readSegment(text, part);
    if ('problem' in read) return read;
    if (read.kind === 'param') {
      if (names.has(read.name)) return { problem: `\`${text}\` names \`{${read.name}}\` twice` };
      names.add(read.name);
    }
    segments.push(read);
  }
  return { pattern: { text, segments, open } };
}

/**
 * Decoded `{name}` segments if the pattern matches a canonical path, undefined if not. A segment is decoded once before
 * it is compared, so that an escape cannot bypass a pattern.
 */
export function matchPath(
  pattern: PathPattern,
  canonicalPath: string,
): ReadonlyMap<string, string> | undefined {
  if (canonicalPath.charCodeAt(0) !== 0x2f) return undefined;
  let params: Map<string, string> | undefined;
  let at = 1;
  for (const segment of pattern.segments) {
    const slash = canonicalPath.indexOf('/', at);
    const end = slash === -1 ? canonicalPath.length : slash;
    if (end <= at) return undefined;
    if (segment.kind === 'literal') {
      if (!isLiteral(segment.text, canonicalPath, at, end)) return undefined;
    } else if (segment.kind === 'param') {
      params ??= new Map();
      params.set(segment.name, decodeOnce(canonicalPath.slice(at, end)));
    }
    at = end + 1;
  }
  if (!pattern.open && at < canonicalPath.length) return undefined;
  return params ?? NO_PARAMS;
}

function isLiteral(literal: string, path: string, at: number, end: number): boolean {
  if (literal.length === end - at && path.startsWith(literal, at)) return true;
  const percent = path.indexOf('%', at);
  return percent !== -1 && percent < end && decodeOnce(path.slice(at, end)) === literal;
}

function textProblem(text: string): string | undefined {
  if (text === '') return 'the path is empty';
  if (REGULAR_EXPRESSION.test(text))
    return `\`${text}\` looks like a regular expression, but paths are compared segment by segment`;
  if (!text.startsWith('/'))
    return `\`${text}\` does not start with a slash${/^\*+$/.test(text) ? '; `/**` matches every path' : ''}`;
  if (text.includes('?')) return `\`${text}\` has a query string, but paths are compared without one`;
  if (text.includes('%')) return `\`${text}\` is percent-encoded; write the path decoded`;
  for (const [character, name] of AMBIGUOUS_CHARACTERS) {
    if (text.includes(character))
      return `\`${text}\` has a ${name}, but requests with one are denied as \`ambiguous_path\``;
  }
  if ([...text].some((character) => character < ' ' || character === '\x7f'))
    return 'the path has a control character';
  return undefined;
}

/** Anchors, classes, groups and repetitions. As literal text no path of a service has them. */
const REGULAR_EXPRESSION =
  /^\^|\$$|\\[dwsDWS./]|\.[*+]|\[.+\][*+?{]|\[[^\]/]-[^\]/]|\([^()]*\|[^()]*\)|\(\?|\)[*+]/;

const AMBIGUOUS_CHARACTERS = [
  [';', '`;`'],
  ['#', '`#`'],
  ['\\', 'backslash'],
] as const;

function readSegment(text: string, part: string): PathSegment | { readonly problem: string } {
  if (part === '*') return { kind: 'any' };
  if (part === '**')
    return { problem: `\`${text}\` has \`**\` before its end; \`**\` may only be the last segment` };
  if (part === '') return { problem: `\`${text}\` has an empty segment, which no canonical path has` };
  if (part === '.' || part === '..')
    return { problem: `\`${text}\` has a dot segment, which no canonical path has` };
  const name = /^\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(part)?.[1];
  if (name !== undefined) return { kind: 'param', name };
  if (/^(?::[A-Za-z_].*|<.*>|\[.*\])$/.test(part))
    return { problem: `\`${part}\` in \`${text}\` is not a parameter: a parameter is written \`{name}\`` };
  if (part.includes('{') || part.includes('}')) {
    return {
      problem: `\`${part}\` in \`${text}\` is not a valid parameter: write a whole segment \`{name}\` with letters, digits and \`_\``,
    };
  }
  if (part.includes('*'))
    return { problem: `\`${part}\` in \`${text}\` mixes \`*\` with text; \`*\` must be a whole segment` };
  return { kind: 'literal', text: part };
}
