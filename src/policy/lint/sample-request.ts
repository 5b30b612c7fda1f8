import type { HostPattern } from '../../engine/request/host.ts';
import type { PathPattern, PathSegment } from '../../engine/request/path-pattern.ts';
import { containsHost, hostsOverlap, pathsOverlap } from '../../engine/request/pattern-relations.ts';
import type { MatchEntry } from '../compile/match-relations.ts';

/** A request that fits two entries of a `match`, without their conditions. */
export interface SampleRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Host and path as the entries write them, for messages. */
  readonly route: string;
}

/** Fills what a pattern leaves open. */
const FILLER = 'x';
/** Reserved for examples (RFC 2606). */
const ANY_HOST = 'service.example';
/** Patterns of an entry that are tried. */
const MOST = 100;

/** Undefined if no request fits both entries, or the sample would have no path. */
export function sampleRequest(a: MatchEntry, b: MatchEntry = {}): SampleRequest | undefined {
  const method = methodOf(a.methods, b.methods);
  const host = narrower(a.hosts, b.hosts, meetingHost);
  const path = narrower(a.paths, b.paths, meetingPath);
  if (method === undefined || host === null || path === null) return undefined;
  const at = host === undefined || host.kind === 'any' ? undefined : host;
  return {
    method,
    host: at === undefined ? ANY_HOST : at.kind === 'exact' ? at.host : `${FILLER}${at.suffix}`,
    path: path === undefined ? '/' : pathOf(path),
    route: `${at?.text ?? ''}${path?.text ?? '/**'}`,
  };
}

function methodOf(a: MatchEntry['methods'], b: MatchEntry['methods']): string | undefined {
  const both = a === undefined ? b : b === undefined ? a : a.filter((each) => b.includes(each));
  if (both === undefined || both.includes('GET')) return 'GET';
  // A request to open a tunnel has no path.
  return both.find((each) => each !== 'CONNECT');
}

/** Undefined if both lists are; null if no pattern of one meets one of the other. */
function narrower<T>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  meeting: (a: T, b: T) => T | undefined,
): T | undefined | null {
  if (a === undefined || b === undefined) return (a ?? b)?.[0];
  for (const one of a.slice(0, MOST)) {
    for (const other of b.slice(0, MOST)) {
      const both = meeting(one, other);
      if (both !== undefined) return both;
    }
  }
  return null;
}

function meetingHost(a: HostPattern, b: HostPattern): HostPattern | undefined {
  if (!hostsOverlap(a, b)) return undefined;
  return containsHost(a, b) ? b : a;
}

/** The segments that both patterns match; the text is that of the pattern with more literal ones. */
function meetingPath(a: PathPattern, b: PathPattern): PathPattern | undefined {
  if (!pathsOverlap(a, b)) return undefined;
  const count = Math.max(a.segments.length, b.segments.length);
  const segments = Array.from({ length: count }, (_, index) =>
    meetingSegment(a.segments[index], b.segments[index]),
  );
  const more = literals(b) - literals(a);
  const { text } = more > 0 || (more === 0 && a.open) ? b : a;
  return { text, segments, open: a.open && b.open };
}

function meetingSegment(a: PathSegment | undefined, b: PathSegment | undefined): PathSegment {
  return [a, b].find((each) => each?.kind === 'literal') ?? a ?? b ?? { kind: 'any' };
}

function literals({ segments }: PathPattern): number {
  return segments.filter(({ kind }) => kind === 'literal').length;
}

function pathOf({ segments }: PathPattern): string {
  return `/${segments.map((each) => (each.kind === 'literal' ? encoded(each.text) : FILLER)).join('/')}`;
}

/** Characters that are valid in a segment (RFC 3986, section 3.3) and in no way special stay as they are. */
function encoded(segment: string): string {
  return /^[\w.~!$&'()*+,=:@-]+$/.test(segment) ? segment : encodeURIComponent(segment);
}
