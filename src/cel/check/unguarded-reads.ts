import { childrenOf, type Node } from '../syntax/tree.ts';
import type { Checked } from './checked.ts';
import type { Environment } from './environment.ts';
import { nameOf } from './key-reads.ts';
import { type Access, type Facts, factsWithin, parentsIn, readOf } from './presence.ts';
import { type Replacement, replacementOf, type Use } from './safe-read.ts';

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

const VARIABLES = 'variables.';

/** The reads of an expression that may fail. */
export function unguardedReads(
  checked: Checked,
  environment: Environment,
  { isChecked, isCertain, known, use }: GuardOptions,
): UnguardedReads {
  const parents = parentsIn(checked.root);
  const reads: UnguardedRead[] = [];
  const variables: { name: string; known: Facts }[] = [];
  const visit = (node: Node, facts: Facts): void => {
    const name = nameOf(checked, node);
    if (name?.startsWith(VARIABLES) === true)
      variables.push({ name: name.slice(VARIABLES.length), known: facts });
    const access = readOf(checked, node, environment);
    const isNew = access !== undefined && !reads.some(({ fact }) => fact === access.fact);
    if (isNew && isChecked(access.map) && !isCertain(access, facts)) {
      reads.push({
        ...access,
        start: node.start,
        end: node.end,
        ...replacementOf({ checked, node, parents, use }),
      });
    }
    for (const child of childrenOf(node)) visit(child, factsWithin(checked, node, child, facts));
  };
  visit(checked.root, known);
  return { reads, variables };
}
