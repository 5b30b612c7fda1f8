import { LRUCache } from 'lru-cache';
import { lowerAscii } from '../request/ascii.ts';
import { isTrustDomain, MAX_ID_BYTES, parseSpiffe, SPIFFE_SCHEME, type SpiffeId } from './spiffe.ts';

/** A compiled entry of `mtls.principals`. */
export type PrincipalPattern =
  | { readonly kind: 'exact'; readonly source: string }
  | {
      readonly kind: 'spiffe';
      readonly source: string;
      /** Lower case. */
      readonly trustDomain: string;
      /** The runs of segments between the `**`s: one run if there is none, else the first and last are anchored. */
      readonly runs: readonly (readonly SegmentPattern[])[];
    };

/** The literal pieces between the `*`s of one segment; a single piece is the whole segment. */
type SegmentPattern = readonly string[];

const PATTERN_SEGMENT = /^[A-Za-z0-9._*-]+$/;

/** Parsed principals of the callers seen last; `false` for those that are no SPIFFE ID. */
const parsed = new LRUCache<string, SpiffeId | false>({ max: 1024 });

/**
 * Compiles one entry of `mtls.principals`: a SPIFFE ID in whose path `*` stands for a part of one segment or all
 * of it and `**` for any number of segments, none included; or any other name, which is compared exactly.
 */
export function compilePrincipal(
  text: string,
):
  | { readonly pattern: PrincipalPattern; readonly problem?: undefined }
  | { readonly problem: string; readonly pattern?: undefined } {
  if (text === '') return { problem: 'a principal cannot be empty' };
  if (text.slice(0, SPIFFE_SCHEME.length).toLowerCase() === SPIFFE_SCHEME) return compileSpiffe(text);
  if (text === '*' || text === '**') {
    return { problem: `\`${text}\` names no principal; to ask for any peer, leave \`principals\` out` };
  }
  if (text.includes('*'))
    return {
      problem: `wildcards work only in SPIFFE IDs, and \`${text}\` does not begin with \`spiffe://\``,
    };
  if (text.includes('/ns/'))
    return { problem: `\`${text}\` looks like a SPIFFE ID but does not begin with \`spiffe://\`` };
  return { pattern: { kind: 'exact', source: text } };
}

/** Whether `principal` is one that `pattern` names. An invalid SPIFFE ID is none. */
export function matchesPrincipal(pattern: PrincipalPattern, principal: string): boolean {
  if (pattern.kind === 'exact') return principal === pattern.source;
  const id = spiffeOf(principal);
  return id !== undefined && id.trustDomain === pattern.trustDomain && matchesRuns(pattern.runs, id.segments);
}

function compileSpiffe(text: string): ReturnType<typeof compilePrincipal> {
  if (text.length > MAX_ID_BYTES) return { problem: `a SPIFFE ID is at most ${MAX_ID_BYTES} bytes long` };
  const [authority = '', ...segments] = text.slice(SPIFFE_SCHEME.length).split('/');
  const trustDomain = lowerAscii(authority);
  if (authority.includes('*'))
    return { problem: `the trust domain \`${authority}\` cannot hold a wildcard; list each trust domain` };
  if (!isTrustDomain(trustDomain)) {
    return {
      problem: `\`${authority}\` is no trust domain; it is made of letters, digits, \`.\`, \`-\` and \`_\`, without port or user`,
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
  if (segment === '') return 'the path has an empty segment: a doubled slash, or one at the end';
  if (segment === '.' || segment === '..') return `the path cannot have the segment \`${segment}\``;
  if (segment.includes('**') && segment !== '**')
    return `\`**\` must be a whole segment, not a part of \`${segment}\``;
  if (!PATTERN_SEGMENT.test(segment)) {
    return `the segment \`${segment}\` can hold letters, digits, \`.\`, \`-\`, \`_\` and \`*\` only`;
  }
  return undefined;
}

function spiffeOf(principal: string): SpiffeId | undefined {
  if (principal.length > MAX_ID_BYTES) return undefined;
  let id = parsed.get(principal);
  if (id === undefined) {
    id = parseSpiffe(principal) ?? false;
    parsed.set(principal, id);
  }
  return id === false ? undefined : id;
}

/** Each run in the first place where it fits: with the ends anchored that finds a match if there is one. */
function matchesRuns(runs: readonly (readonly SegmentPattern[])[], segments: readonly string[]): boolean {
  const [first = [], ...later] = runs;
  const last = later.pop();
  if (!fitsAt(first, segments, 0)) return false;
  if (last === undefined) return segments.length === first.length;
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
  return run.every((pattern, i) => matchesSegment(pattern, segments[at + i] ?? ''));
}

function matchesSegment(pieces: SegmentPattern, segment: string): boolean {
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
