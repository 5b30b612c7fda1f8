import type { HostPattern } from '../request/host.ts';
import type { PathPattern } from '../request/path-pattern.ts';
import { decodeOnce } from '../request/percent.ts';
import type { MatchInput } from './match.ts';
import type { CompiledMatch, CompiledPolicy } from './policy-set.ts';

/**
 * Finds the policies whose `match` can select a request by its host and path, so that a folder of thousands costs a
 * request no more than the few that could apply.
 */
export class PolicyIndex {
  readonly #policies: readonly CompiledPolicy[];
  /** Places of policies, by the paths of the entries that name the host. */
  readonly #exact = new Map<string, PathTree>();
  /** By what stands behind `*`, with its dot. */
  readonly #below = new Map<string, PathTree>();
  readonly #any = new PathTree();

  constructor(policies: readonly CompiledPolicy[]) {
    this.#policies = policies;
    policies.forEach(({ match }, place) => {
      if (match.length === 0) this.#any.add(undefined, place);
      for (const entry of match) this.#add(entry, place);
    });
  }

  /** In their order, some of which select the request and all others do not; methods and conditions are not asked. */
  candidates({ host, path }: MatchInput): readonly CompiledPolicy[] {
    const places = new Set<number>();
    const segments = segmentsOf(path);
    this.#any.collect(segments, places);
    this.#exact.get(host)?.collect(segments, places);
    if (this.#below.size > 0) {
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        this.#below.get(host.slice(dot))?.collect(segments, places);
      }
    }
    if (places.size === 0) return NONE;
    const found: CompiledPolicy[] = [];
    for (const place of [...places].sort(byNumber)) {
      const policy = this.#policies[place];
      if (policy !== undefined) found.push(policy);
    }
    return found;
  }

  #add({ hosts, paths }: CompiledMatch, place: number): void {
    for (const host of hosts ?? ANY_HOST) {
      const tree =
        host.kind === 'any'
          ? this.#any
          : host.kind === 'exact'
            ? treeOf(this.#exact, host.host)
            : treeOf(this.#below, host.suffix);
      for (const pattern of paths ?? ANY_PATH) tree.add(pattern, place);
    }
  }
}

const NONE: readonly CompiledPolicy[] = [];
const ANY_HOST = [{ kind: 'any', text: '*' }] as const satisfies HostPattern[];
const ANY_PATH = [undefined] as const;

const known = new WeakMap<readonly CompiledPolicy[], PolicyIndex>();

/** The index of these policies, made once. */
export function indexOf(policies: readonly CompiledPolicy[]): PolicyIndex {
  let index = known.get(policies);
  if (index === undefined) {
    index = new PolicyIndex(policies);
    known.set(policies, index);
  }
  return index;
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function treeOf(trees: Map<string, PathTree>, key: string): PathTree {
  let tree = trees.get(key);
  if (tree === undefined) {
    tree = new PathTree();
    trees.set(key, tree);
  }
  return tree;
}

/** The decoded segments of a canonical path, a slash at its end left out; undefined for what is no path (`*`). */
function segmentsOf(path: string): readonly string[] | undefined {
  if (path.charCodeAt(0) !== 0x2f) return undefined;
  const segments = path.slice(1).split('/');
  if (segments[segments.length - 1] === '') segments.pop();
  return path.includes('%') ? segments.map(decodeOnce) : segments;
}

/** Path patterns, segment by segment. */
class PathTree {
  readonly #everything: number[] = [];
  readonly #root = new Segment();

  /** `pattern` undefined: every path, also what is none. */
  add(pattern: PathPattern | undefined, place: number): void {
    if (pattern === undefined) {
      this.#everything.push(place);
      return;
    }
    let at = this.#root;
    for (const segment of pattern.segments)
      at = at.child(segment.kind === 'literal' ? segment.text : undefined);
    (pattern.open ? at.open : at.end).push(place);
  }

  collect(segments: readonly string[] | undefined, into: Set<number>): void {
    for (const place of this.#everything) into.add(place);
    if (segments !== undefined) this.#root.collect(segments, 0, into);
  }
}

class Segment {
  /** Places of patterns that end here, and of those that go on with any number of segments. */
  readonly end: number[] = [];
  readonly open: number[] = [];
  readonly #literals = new Map<string, Segment>();
  #any: Segment | undefined;

  /** `literal` undefined: any one segment. */
  child(literal: string | undefined): Segment {
    if (literal === undefined) {
      this.#any ??= new Segment();
      return this.#any;
    }
    let child = this.#literals.get(literal);
    if (child === undefined) {
      child = new Segment();
      this.#literals.set(literal, child);
    }
    return child;
  }

  /** Goes no deeper than patterns do, whatever the path. */
  collect(segments: readonly string[], at: number, into: Set<number>): void {
    for (const place of this.open) into.add(place);
    const segment = segments[at];
    if (segment === undefined) {
      for (const place of this.end) into.add(place);
      return;
    }
    this.#literals.get(segment)?.collect(segments, at + 1, into);
    this.#any?.collect(segments, at + 1, into);
  }
}
