import { LRUCache } from 'lru-cache';
import { lowerAscii } from '../request/ascii.ts';
import {
  isTrustDomain,
  looksLikeSpiffe,
  MAX_ID_BYTES,
  parseSpiffe,
  SPIFFE_SCHEME,
  type SpiffeId,
} from './spiffe.ts';

/** A compiled pattern of `principals`. */
export type PrincipalPattern =
  | { readonly kind: 'exact'; readonly source: string }
  | {
      readonly kind: 'spiffe';
      readonly source: string;
      /** Lower case. */
      readonly trustDomain: string;
      /** Runs of segments between `**`: one run if there is no `**`, else the first and the last are anchored. */
      readonly runs: readonly (readonly SegmentPattern[])[];
    };

/** Literal pieces between the `*` of one segment; a single piece is the whole segment. */
type SegmentPattern = readonly string[];

const PATTERN_SEGMENT = /^[A-Za-z0-9._*-]+$/;

/** Cache of parsed principals; `false` for those that are not SPIFFE IDs. */
const parsed = new LRUCache<string, SpiffeId | false>({ max: 1024 });

/**
 * Compiles one pattern of `principals`: a SPIFFE ID, in whose path `*` matches a part of one segment or all of it
 * and `**` matches any number of segments, zero included; or any other name, which is compared exactly.
 */
export function compilePrincipal(
  text: string,
):
  | { readonly pattern: PrincipalPattern; readonly problem?: undefined }
  | { readonly problem: string; readonly pattern?: undefined } {
  if (text === '') return { problem: 'the principal is empty' };
  if (looksLikeSpiffe(text)) return compileSpiffe(text);
  if (text === '*' || text === '**') {
    return { problem: `\`${text}\` is not a principal; to require any peer, remove \`principals\`` };
  }
  if (text.includes('*'))
    return {
      problem: `wildcards are allowed only in SPIFFE IDs, and \`${text}\` does not start with \`spiffe://\``,
    };
  if (text.includes('/ns/') || /^spiffe:/i.test(text))
    return { problem: `\`${text}\` looks like a SPIFFE ID but does not start with \`spiffe://\`` };
  return { pattern: { kind: 'exact', source: text } };
}

/** True if `pattern` matches `principal`. An invalid SPIFFE ID is matched by no pattern. */
export function matchesPrincipal(pattern: PrincipalPattern, principal: string): boolean {
  if (pattern.kind === 'exact') return principal === pattern.source;
  const id = spiffeOf(principal);
  return id !== undefined && id.trustDomain === pattern.trustDomain && matchesRuns(pattern.runs, id.segments);
}

/**
 * A SPIFFE ID with its scheme and trust domain in lower case, since only paths are case-sensitive; any other text
 * unchanged.
 */
export function canonicalPrincipal(text: string): string {
  if (isLowerCase(text) || !looksLikeSpiffe(text)) return text;
  const id = parseSpiffe(text);
  return id === undefined ? text : `${SPIFFE_SCHEME}${id.trustDomain}${id.path}`;
}

/** True if the scheme and trust domain of a SPIFFE ID have no upper-case letter, as is mostly so. */
function isLowerCase(text: string): boolean {
  if (!text.startsWith(SPIFFE_SCHEME)) return false;
  for (let at = SPIFFE_SCHEME.length; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2f) return true;
    if (code >= 0x41 && code <= 0x5a) return false;
  }
  return true;
}

function compileSpiffe(text: string): ReturnType<typeof compilePrincipal> {
  if (text.length > MAX_ID_BYTES) return { problem: `a SPIFFE ID has at most ${MAX_ID_BYTES} bytes` };
  const [authority = '', ...segments] = text.slice(SPIFFE_SCHEME.length).split('/');
  const trustDomain = lowerAscii(authority);
  if (authority.includes('*'))
    return {
      problem: `the trust domain \`${authority}\` must not contain a wildcard; list each trust domain`,
    };
  if (!isTrustDomain(trustDomain)) {
    return {
      problem: `\`${authority}\` is not a valid trust domain: it may contain letters, digits, \`.\`, \`-\` and \`_\`, but no port or user`,
    };
  }
  const runs: SegmentPattern[][] = [[]];
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem !== undefined) return { problem };
    if (segment === '**') runs.push([]);
    else runs.at(-1)?.push(segment.split('*'));
  }
  return { pattern: { kind: 'spiffe', source: text, trustDomain, runs } };
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'the path has an empty segment: a double slash or a trailing slash';
  if (segment === '.' || segment === '..') return `the path must not have the segment \`${segment}\``;
  if (segment.includes('**') && segment !== '**')
    return `\`**\` must be a whole segment, not part of \`${segment}\``;
  if (!PATTERN_SEGMENT.test(segment)) {
    return `the segment \`${segment}\` may contain only letters, digits, \`.\`, \`-\`, \`_\` and \`*\``;
  }
  return undefined;
}

/** The last principal: one caller mostly sends several requests. */
let last: { readonly principal: string; readonly id: SpiffeId | undefined } = {
  principal: '',
  id: undefined,
};

function spiffeOf(principal: string): SpiffeId | undefined {
  if (principal !== last.principal) last = { principal, id: readSpiffe(principal) };
  return last.id;
}

function readSpiffe(principal: string): SpiffeId | undefined {
  if (principal.length > MAX_ID_BYTES) return undefined;
  let id = parsed.get(principal);
  if (id === undefined) {
    id = parseSpiffe(principal) ?? false;
    parsed.set(principal, id);
  }
  return id === false ? undefined : id;
}

/** Takes each run at the first position where it fits, which finds a match if there is one: both ends are anchored. */
function matchesRuns(runs: readonly (readonly SegmentPattern[])[], segments: readonly string[]): boolean {
  const [only] = runs;
  if (only !== undefined && runs.length === 1)
    return segments.length === only.length && fitsAt(only, segments, 0);
  const [first = [], ...later] = runs;
  const last = later.pop() ?? [];
  if (!fitsAt(first, segments, 0)) return false;
  const end = segments.length - last.length;
  let at = first.length;
  for (const run of later) {
    while (at + run.length <= end && !fitsAt(run, segments, at)) at += 1;
    if (at + run.length > end) return false;
    at += run.length;
  }
  return at <= end && fitsAt(last, segments, end);
}

function fitsAt(run: readonly SegmentPattern[], segments: readonly string[], at: number): boolean {
  if (at + run.length > segments.length) return false;
  for (let index = 0; index < run.length; index++) {
    const pattern = run[index];
    if (pattern !== undefined && !matchesSegment(pattern, segments[at + index] ?? '')) return false;
  }
  return true;
}

function matchesSegment(pieces: SegmentPattern, segment: string): boolean {
  if (pieces.length === 1) return segment === pieces[0];
  const [head = '', ...later] = pieces;
  const tail = later.pop();
  if (tail === undefined) return segment === head;
  if (segment.length < head.length + tail.length || !segment.startsWith(head) || !segment.endsWith(tail))
    return false;
  const end = segment.length - tail.length;
  let at = head.length;
  for (const piece of later) {
    const found = segment.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
