import type { HostPattern } from '../request/host.ts';
import type { PathPattern } from '../request/path-pattern.ts';
import { decodeOnce } from '../request/percent.ts';
import type { MatchInput } from './match.ts';
import type { CompiledMatch, CompiledPolicy } from './policy-set.ts';

/**
 * Index of policies by the hosts and paths of their `match`, so that the cost of a request depends on the policies that
 * may apply to it, not on the size of the policy set.
 */
class PolicyIndex {
  readonly #policies: readonly CompiledPolicy[];
  /** By exact host. A tree holds positions of policies in `#policies`, by path. */
  readonly #exact = new Map<string, PathTree>();
  /** By the suffix after `*`, with its dot. */
  readonly #below = new Map<string, PathTree>();
  readonly #any = new PathTree();

  constructor(policies: readonly CompiledPolicy[]) {
    this.#policies = policies;
  }

  /** Adds all policies in steps, one for each host of an entry and for some paths of it. */
  *build(): Generator<undefined, void> {
    for (const [position, { match }] of this.#policies.entries()) {
      if (match.length === 0) this.#any.add(undefined, position);
      for (const entry of match) yield* this.#add(entry, position);
      yield;
    }
  }

  /**
   * Policies that may select the request, in their order. A policy that is left out does not select it. Methods and
   * conditions are not considered.
   */
  candidates({ host, path }: MatchInput): readonly CompiledPolicy[] {
    const found: number[] = [];
    const segments = segmentsOf(path);
    this.#any.collect(segments, found);
    this.#exact.get(host)?.collect(segments, found);
    if (this.#below.size > 0) {
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        this.#below.get(host.slice(dot))?.collect(segments, found);
      }
    }
    if (found.length === 0) return NONE;
    const policies: CompiledPolicy[] = [];
    for (const position of inOrder(found)) {
      const policy = this.#policies[position];
      if (policy !== undefined) policies.push(policy);
    }
    return policies;
  }

  *#add({ hosts = ANY_HOST, paths }: CompiledMatch, position: number): Generator<undefined, void> {
    // The index may select a policy in vain, and must not grow with the product of hosts and paths.
    const indexed = paths === undefined || hosts.length * paths.length > MAX_PAIRS ? ANY_PATH : paths;
    for (const host of hosts) {
      const tree =
        host.kind === 'any'
          ? this.#any
          : host.kind === 'exact'
            ? treeOf(this.#exact, host.host)
            : treeOf(this.#below, host.suffix);
      for (const pattern of indexed) tree.add(pattern, position);
      yield;
    }
  }
}

const NONE: readonly CompiledPolicy[] = [];
const ANY_HOST: readonly HostPattern[] = [{ kind: 'any', text: '*' }];
const ANY_PATH: readonly (PathPattern | undefined)[] = [undefined];
/** Most pairs of a host and a path that are indexed for one entry of a `match`. */
const MAX_PAIRS = 2048;

const indexes = new WeakMap<readonly CompiledPolicy[], PolicyIndex>();

/** Index of these policies, created on first use. */
export function indexOf(policies: readonly CompiledPolicy[]): PolicyIndex {
  const known = indexes.get(policies);
  if (known !== undefined) return known;
  const steps = indexSteps(policies);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** As `indexOf`, in steps: a process that serves creates the index before the first request needs it. */
export function* indexSteps(policies: readonly CompiledPolicy[]): Generator<undefined, PolicyIndex> {
  const index = new PolicyIndex(policies);
  yield* index.build();
  indexes.set(policies, index);
  return index;
}

/** Each position once, ascending. Most requests find few, in order. */
function inOrder(positions: readonly number[]): readonly number[] {
  for (let at = 1; at < positions.length; at++) {
    if ((positions[at] ?? 0) <= (positions[at - 1] ?? 0)) return [...new Set(positions)].sort(byNumber);
  }
  return positions;
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

/** Decoded segments of a canonical path without its trailing slash; undefined for `*`, which is not a path. */
function segmentsOf(path: string): readonly string[] | undefined {
  if (path.charCodeAt(0) !== 0x2f) return undefined;
  const segments = path.slice(1).split('/');
  if (segments[segments.length - 1] === '') segments.pop();
  return path.includes('%') ? segments.map(decodeOnce) : segments;
}

/** A tree of path patterns by segment. */
class PathTree {
  readonly #everything: number[] = [];
  readonly #root = new Segment();

  /** If `pattern` is undefined, every path matches, `*` included. */
  add(pattern: PathPattern | undefined, position: number): void {
    if (pattern === undefined) {
      this.#everything.push(position);
      return;
    }
    let at = this.#root;
    for (const segment of pattern.segments)
      at = at.child(segment.kind === 'literal' ? segment.text : undefined);
    (pattern.open ? at.open : at.end).push(position);
  }

  collect(segments: readonly string[] | undefined, into: number[]): void {
    for (const position of this.#everything) into.push(position);
    if (segments !== undefined) this.#root.collect(segments, 0, into);
  }
}

class Segment {
  /** Positions of patterns that end here, and of patterns that continue with `**`. */
  readonly end: number[] = [];
  readonly open: number[] = [];
  readonly #literals = new Map<string, Segment>();
  #any: Segment | undefined;

  /** If `literal` is undefined, any one segment matches. */
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

  /** Recursion is bounded by the length of the patterns, not of the path. */
  collect(segments: readonly string[], at: number, into: number[]): void {
    for (const position of this.open) into.push(position);
    const segment = segments[at];
    if (segment === undefined) {
      for (const position of this.end) into.push(position);
      return;
    }
    this.#literals.get(segment)?.collect(segments, at + 1, into);
    this.#any?.collect(segments, at + 1, into);
  }
}
