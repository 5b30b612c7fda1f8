/** Kinds of the values that have no native form in JavaScript. */
export type BoxedKind =
  | 'uint'
  | 'double'
  | 'timestamp'
  | 'duration'
  | 'type'
  | 'optional'
  | 'object'
  | 'message'
  | 'opaque';

/**
 * Base class of the values that have no native form in JavaScript. Data parsed from JSON is never an instance of it,
 * so no request can pass a map for a timestamp.
 */
export abstract class Boxed {
  abstract readonly kind: BoxedKind;
}

/** Value of a type that a library adds, such as an IP address. Immutable; compared by `equals`. */
export abstract class Opaque extends Boxed {
  readonly kind = 'opaque';
  /** Name of the type, the result of `type(x)`. */
  abstract readonly type: string;
  abstract equals(other: Opaque): boolean;
  /** Usual notation of the value. */
  abstract override toString(): string;
}

/** Type as a value: the result of `type(x)`, and the value of a type name. Equal if the names are equal. */
export class TypeValue extends Boxed {
  readonly kind = 'type';
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** Optional value; `NONE` if there is no value. */
export class Optional extends Boxed {
  readonly kind = 'optional';
  /** Undefined if there is no value. */
  readonly value: unknown;

  constructor(value: unknown) {
    super();
    this.value = value;
  }

  /** An optional of `value`; `NONE` if it is undefined. */
  static of(value: unknown): Optional {
    return value === undefined ? NONE : new Optional(value);
  }
}

export const NONE = new Optional(undefined);
