import { childrenOf, type Node } from '../syntax/tree.ts';
import type { Checked } from './checked.ts';
import type { Environment } from './environment.ts';
import { nameOf } from './key-reads.ts';
import { type Access, type Facts, factsWithin, NO_FACTS, parentsIn, readOf } from './presence.ts';
import { type Replacement, replacementOf, type Use } from './safe-read.ts';

/** A read of a key of a declared map, with the facts that the expression itself makes sure of before it. */
interface KeyAccess extends Access {
  readonly start: number;
  readonly end: number;
  readonly facts: Facts;
}

/** A read of `variables.NAME`, with the facts that the expression itself makes sure of before it. */
interface VariableRead {
  readonly name: string;
  readonly facts: Facts;
}

/** The reads of an expression that fail where a key is missing, in order of evaluation. */
export interface Accesses {
  readonly keys: readonly KeyAccess[];
  readonly variables: readonly VariableRead[];
}

/** Read of a key that a map may not have, at a place where no test tells that it has it. */
export interface UnguardedRead extends Access {
  readonly start: number;
  readonly end: number;
  /** Test for the key: `has(jwt.claims.tenant)`. */
  readonly test: string;
  /** The text that reads the same without failing; undefined if the author must decide what a missing key means. */
  readonly replacement: Replacement | undefined;
}

/** Reads that may fail, and the facts that hold where a declared name is read. */
export interface UnguardedReads {
  readonly reads: readonly UnguardedRead[];
  /** Reads of `variables.NAME`, with what is known there. */
  readonly variables: readonly { readonly name: string; readonly known: Facts }[];
}

export interface GuardOptions {
  /** True for maps that may lack a key. */
  readonly isChecked: (map: string) => boolean;
  /** True if a map has a key wherever the facts hold. */
  readonly isCertain: (access: Access, facts: Facts) => boolean;
  /** Facts that hold before the expression is evaluated. */
  readonly known: Facts;
  readonly use: Use;
}

/** The texts to write for the read with this position in `Accesses.keys`. */
export type SafeReads = (index: number, use: Use) => Pick<UnguardedRead, 'test' | 'replacement'>;

const VARIABLES = 'variables.';

/** The reads of an expression, whatever is known before it. */
export function accessesOf(checked: Checked, environment: Environment): Accesses {
  const { keys, variables } = find(checked, environment);
  return { keys: keys.map(({ node: _, ...access }) => access), variables };
}

/** The texts to write for each of the reads of an expression. */
export function safeReadsOf(checked: Checked, environment: Environment): SafeReads {
  const { keys } = find(checked, environment);
  const parents = parentsIn(checked.root);
  return (index, use) => {
    const node = keys[index]?.node;
    if (node === undefined) throw new RangeError(`the expression has no read ${index}`);
    return replacementOf({ checked, node, parents, use });
  };
}

function find(
  checked: Checked,
  environment: Environment,
): { keys: readonly (KeyAccess & { readonly node: Node })[]; variables: readonly VariableRead[] } {
  const keys: (KeyAccess & { readonly node: Node })[] = [];
  const variables: VariableRead[] = [];
  const visit = (node: Node, facts: Facts): void => {
    const name = nameOf(checked, node);
    if (name?.startsWith(VARIABLES) === true) variables.push({ name: name.slice(VARIABLES.length), facts });
    const access = readOf(checked, node, environment);
    if (access !== undefined) keys.push({ ...access, start: node.start, end: node.end, facts, node });
    for (const child of childrenOf(node)) visit(child, factsWithin(checked, node, child, facts));
  };
  visit(checked.root, NO_FACTS);
  return { keys, variables };
}

/** The reads of an expression that may fail; of several for one key, the first. */
export function unguardedReads(
  { keys, variables }: Accesses,
  safeReads: SafeReads,
  { isChecked, isCertain, known, use }: GuardOptions,
): UnguardedReads {
  const reads: UnguardedRead[] = [];
  for (const [index, { facts, ...access }] of keys.entries()) {
    if (!isChecked(access.map) || reads.some(({ fact }) => fact === access.fact)) continue;
    if (!isCertain(access, known.union(facts))) reads.push({ ...access, ...safeReads(index, use) });
  }
  return { reads, variables: variables.map(({ name, facts }) => ({ name, known: known.union(facts) })) };
}
