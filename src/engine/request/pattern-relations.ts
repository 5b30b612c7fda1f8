import { type HostPattern, matchesHost } from './host.ts';
import type { PathPattern, PathSegment } from './path-pattern.ts';

/** True if at least one host matches both patterns. */
export function hostsOverlap(a: HostPattern, b: HostPattern): boolean {
  if (a.kind === 'below' && b.kind === 'below') {
    return a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix);
  }
  return containsHost(a, b) || containsHost(b, a);
}

/** True if `outer` matches every host that `inner` matches. */
export function containsHost(outer: HostPattern, inner: HostPattern): boolean {
  if (outer.kind === 'any') return true;
  if (inner.kind === 'any') return false;
  if (inner.kind === 'exact') return matchesHost(outer, inner.host);
  return outer.kind === 'below' && inner.suffix.endsWith(outer.suffix);
}

/** True if at least one path matches both patterns. */
export function pathsOverlap(a: PathPattern, b: PathPattern): boolean {
  const shared = Math.min(a.segments.length, b.segments.length);
  if (a.segments.length > shared && !b.open) return false;
  if (b.segments.length > shared && !a.open) return false;
  return a.segments.slice(0, shared).every((segment, index) => {
    const other = b.segments[index];
    return other === undefined || containsSegment(segment, other) || containsSegment(other, segment);
  });
}

/** True if `outer` matches every path that `inner` matches. */
export function containsPath(outer: PathPattern, inner: PathPattern): boolean {
  if (outer.segments.length > inner.segments.length) return false;
  if (!outer.open && (inner.open || inner.segments.length > outer.segments.length)) return false;
  return outer.segments.every((segment, index) => {
    const other = inner.segments[index];
    return other !== undefined && containsSegment(segment, other);
  });
}

function containsSegment(outer: PathSegment, inner: PathSegment): boolean {
  return outer.kind !== 'literal' || (inner.kind === 'literal' && inner.text === outer.text);
}
