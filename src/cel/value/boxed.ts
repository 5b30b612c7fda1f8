/** The types of values that have no form of their own in JavaScript. */
export type BoxedKind =
  | 'uint'
  | 'double'
  | 'timestamp'
  | 'duration'
  | 'type'
  | 'optional'
  | 'object'
  | 'opaque';

/**
 * What values of these types are in an evaluation. Data out of JSON can never be one, so that no request can pass a
 * map for a timestamp.
 */
export abstract class Boxed {
  abstract readonly kind: BoxedKind;
}

/** A value of a type that a library adds, such as an IP address. Immutable; equal ones are `equals`. */
export abstract class Opaque extends Boxed {
  readonly kind = 'opaque';
  /** Name of its type, as `type(x)` gives it. */
  abstract readonly type: string;
  abstract equals(other: Opaque): boolean;
  /** The value as people write it. */
  abstract override toString(): string;
}

/** A type as a value: what `type(x)` gives, and what the names of types are. Two are equal when their names are. */
export class TypeValue extends Boxed {
  readonly kind = 'type';
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** Perhaps a value. One without is `NONE`. */
export class Optional extends Boxed {
  readonly kind = 'optional';
  /** Undefined: there is none. */
  readonly value: unknown;

  constructor(value: unknown) {
    super();
    this.value = value;
  }

  /** `NONE` for undefined. */
  static of(value: unknown): Optional {
    return value === undefined ? NONE : new Optional(value);
  }
}

export const NONE = new Optional(undefined);
