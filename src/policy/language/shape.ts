import type { JsonObject } from '../../engine/request/attributes.ts';
import type { Cursor } from '../yaml/tree.ts';

/** Reads one value. Undefined: it is wrong, and that was reported. */
export type Reader<T> = (at: Cursor) => T | undefined;

/** Which values a reader takes, as far as a JSON Schema can say. */
export type Shape =
  /** As the schema says that is written here. */
  | { readonly kind: 'value'; readonly schema: JsonObject }
  /** A CEL expression. */
  | { readonly kind: 'expression' }
  | { readonly kind: 'mapping'; readonly fields: Readonly<Record<string, ShapedField>> }
  | { readonly kind: 'list'; readonly item: Reader<unknown>; readonly least: 0 | 1 }
  /** A mapping from the author's own names. */
  | { readonly kind: 'map'; readonly value: Reader<unknown> }
  | { readonly kind: 'either'; readonly of: readonly Reader<unknown>[] }
  /** What this version does not have. */
  | { readonly kind: 'never' };

/** What a row of a field table says to a JSON Schema. */
export interface ShapedField {
  readonly read: Reader<unknown>;
  readonly like?: Reader<unknown>;
  readonly doc: string;
  readonly required?: true;
}

const SHAPES = new WeakMap<Reader<unknown>, Shape>();

/** The reader, with its shape told. */
export function shaped<T>(read: Reader<T>, shape: Shape | undefined): Reader<T> {
  if (shape !== undefined) SHAPES.set(read, shape);
  return read;
}

/** Undefined: any value, or nothing is known. */
export function shapeOf(read: Reader<unknown>): Shape | undefined {
  return SHAPES.get(read);
}

/** The shape of text, with more of a JSON Schema about it. */
export function textual(about: JsonObject = {}): Shape {
  return { kind: 'value', schema: { type: 'string', ...about } };
}

/** Stands for readers of which one takes the value; it reads nothing itself. */
export function eitherOf(...of: readonly Reader<unknown>[]): Reader<unknown> {
  return shaped(() => undefined, { kind: 'either', of });
}
