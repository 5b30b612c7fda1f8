/** Types of a text that stands for one value, in the order in which they are tried. */
export const SCALARS = ['null', 'boolean', 'integer', 'number', 'string'] as const;
export type Scalar = (typeof SCALARS)[number];

/**
 * The types that a schema permits, by which text becomes a value. INVARIANT: plain data, so that it can be sent to
 * another process.
 */
export interface ValueShape {
  /** In the order of `SCALARS`. */
  readonly scalars: readonly Scalar[];
  /** Of the elements; undefined if the value may not be a list. */
  readonly items: ValueShape | undefined;
  /** Undefined if the value may not be an object. */
  readonly members: MemberShapes | undefined;
}

export interface MemberShapes {
  readonly known: ReadonlyMap<string, ValueShape>;
  /** Of members of other names. */
  readonly others: ValueShape;
  /** True if the schema describes members of other names. */
  readonly isOpen: boolean;
}

export const TEXT_SHAPE: ValueShape = { scalars: ['string'], items: undefined, members: undefined };
