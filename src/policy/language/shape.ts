import type { JsonObject } from '../../engine/request/attributes.ts';
import type { Cursor, Tree } from '../yaml/tree.ts';

/** Reads one value; undefined after a reported mistake. */
export type Reader<T> = (at: Cursor) => T | undefined;

/** The values that a reader accepts, as far as a JSON Schema can express them. */
export type Shape =
  /** Values that the schema accepts. */
  | { readonly kind: 'value'; readonly schema: JsonObject }
  /** Text that may hold CEL expressions, `${...}`. */
  | { readonly kind: 'text'; readonly schema: JsonObject }
  /** A CEL expression. */
  | { readonly kind: 'expression' }
  | {
      readonly kind: 'mapping';
      readonly fields: Readonly<Record<string, ShapedField>>;
      /** Forms of the mapping, of which it has exactly one: fields that it has, and fields that it lacks. */
      readonly oneOf?: readonly {
        readonly required: readonly string[];
        readonly without: readonly string[];
      }[];
    }
  | { readonly kind: 'list'; readonly item: Reader<unknown>; readonly least: 0 | 1 }
  /** A mapping from names that the author chooses. */
  | {
      readonly kind: 'map';
      readonly value: Reader<unknown>;
      /** Row for the values, if their keys are names too. */
      readonly entry?: ShapedField;
      /** Names that cannot be keys: a mapping with one of them is read in another way. */
      readonly reserved?: readonly string[];
    }
  | {
      readonly kind: 'either';
      readonly of: readonly Reader<unknown>[];
      /** The tree that a short form stands for; any other tree as it is. */
      readonly longForm?: (tree: Tree) => Tree;
    };

/** The parts of a field that its JSON Schema needs. */
export interface ShapedField {
  readonly read: Reader<unknown>;
  readonly like?: Reader<unknown>;
  readonly doc: string;
  readonly required?: true;
  readonly unless?: readonly string[];
}

const SHAPES = new WeakMap<Reader<unknown>, Shape>();

/** Records the shape of a reader, and returns the reader. */
export function shaped<T>(read: Reader<T>, shape: Shape | undefined): Reader<T> {
  if (shape !== undefined) SHAPES.set(read, shape);
  return read;
}

/** The recorded shape of a reader; undefined if it accepts any value or its shape is not known. */
export function shapeOf(read: Reader<unknown>): Shape | undefined {
  return SHAPES.get(read);
}

/** The shape of text, with further keywords of a JSON Schema. */
export function textual(keywords: JsonObject = {}): Shape {
  return { kind: 'value', schema: { type: 'string', ...keywords } };
}
