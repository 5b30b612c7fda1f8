import type { Type } from '../value/type.ts';

/**
 * The message and enum types that expressions over an environment can name. All names are full: `acme.v1.Order`. The
 * room that knows descriptors implements it, so that the language needs no library for protobuf.
 */
export interface MessageTypes {
  /** Type of the values of a message or enum type: of a well-known one, its form in CEL. Undefined if there is none. */
  typeOf(name: string): Type | undefined;
  /** Value of an enum with its type, by the name of the enum, a dot and the name of the value. */
  constantOf(name: string): { readonly value: unknown; readonly type: Type } | undefined;
  /** Names of the values of an enum; undefined if there is no such enum. */
  valuesOf(name: string): readonly string[] | undefined;
  /** Names of all values of enums, as `constantOf` takes them. */
  readonly constants: Iterable<string>;
  /** Type of a field of a message, or of an extension of it by its full name; undefined if there is none. */
  fieldOf(message: string, field: string): Type | undefined;
  /** Names of the fields of a message, without its extensions. */
  fieldsOf(message: string): readonly string[];
  /** True if a message type has this name. */
  isMessage(name: string): boolean;
  /** Names of the message types. */
  readonly messages: Iterable<string>;
  /**
   * The function that creates a message of a type from the values of these fields, in their order; undefined for a
   * field that stays unset. It has a recipe.
   */
  creatorOf(message: string, fields: readonly string[]): CreateMessage;
}

/** Fails with `bad_field` or `out_of_range` if a value does not fit its field. */
export type CreateMessage = (...values: readonly unknown[]) => unknown;
