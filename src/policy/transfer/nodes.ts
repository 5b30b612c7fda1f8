/**
 * Form of values between two processes: a list of nodes, each of which refers to nodes before it by number, so that
 * shared parts stay shared. The list is cut into chunks that are small enough to be read in a few milliseconds.
 */

/** Part of the list of nodes. */
export interface Chunk {
  /** JSON: a list of nodes. */
  readonly nodes: string;
  /** Bytes that the nodes of this chunk refer to by number. */
  readonly bytes: readonly Uint8Array[];
}

/** Characters and bytes of a chunk. */
export function sizeOf({ nodes, bytes }: Chunk): number {
  return bytes.reduce((sum, { length }) => sum + length, nodes.length);
}

/** First element of a node. A node with a number of its own makes a value; `extend` and `assign` change one. */
export const KIND = {
  /** Names of the fields of objects. */
  shape: 0,
  /** Number of the shape, then values. */
  object: 1,
  list: 2,
  /** Keys and values in turns. */
  map: 3,
  set: 4,
  /** Name. */
  named: 5,
  /** Name of the maker, then parts. */
  made: 6,
  /** Number of the bytes of V8's form or -1, number of the parameters, the parameters, the body. */
  code: 7,
  /** Number of the bytes, name of the class. */
  bytes: 8,
  /** Number of a list, map or set, then more elements. */
  extend: 9,
  /** Number of an object, then names and values in turns. */
  assign: 10,
  /** As `object`, for one without a prototype. */
  bare: 11,
} as const;

/** Most values in one node; more are added by further nodes. */
export const MAX_VALUES = 256;

/**
 * Value within a node: text, finite number, boolean and null as they are; a list with the number of a node; an empty
 * list for undefined; an object for the others.
 */
export type Token =
  | string
  | number
  | boolean
  | null
  | readonly [number]
  | readonly []
  | { readonly bigint: string }
  | { readonly number: string };

export type Node = readonly [number, ...Token[]];

/** Classes of bytes. */
export const BYTE_CLASSES = { Uint8Array, Int32Array, Uint16Array, Uint32Array } as const;
