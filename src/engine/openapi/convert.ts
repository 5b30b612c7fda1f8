import type { JsonValue } from '../request/attributes.ts';
import { readNumber } from '../request/json-number.ts';
import { type Scalar, TEXT_SHAPE, type ValueShape } from './value-shape.ts';

/** A value as it is sent: text, or lists and members of texts. */
export type Sent = string | readonly Sent[] | ReadonlyMap<string, Sent>;

/**
 * The value of what was sent, with each text as the first type of its shape that it fits. `asText`: as a string wherever
 * the shape permits one. A text that fits no type stays a string, which the schema then refuses.
 */
export function convert(sent: Sent, shape: ValueShape, asText = false): JsonValue {
  if (typeof sent === 'string') return scalarOf(sent, shape.scalars, asText);
  if (sent instanceof Map) {
    const members = sent as ReadonlyMap<string, Sent>;
    return Object.fromEntries(
      Array.from(members, ([name, value]) => [name, convert(value, memberShape(shape, name), asText)]),
    );
  }
  const list = sent as readonly Sent[];
  return list.map((each) => convert(each, shape.items ?? TEXT_SHAPE, asText));
}

function memberShape({ members }: ValueShape, name: string): ValueShape {
  return members?.known.get(name) ?? members?.others ?? TEXT_SHAPE;
}

function scalarOf(text: string, scalars: readonly Scalar[], asText: boolean): JsonValue {
  if (asText && scalars.includes('string')) return text;
  for (const scalar of scalars) {
    const value = valueOf(text, scalar);
    if (value !== undefined) return value;
  }
  return text;
}

/** The number grammar of JSON (RFC 8259, section 6): no sign `+`, no leading zero, no spaces, no other base. */
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The value of a text as one type; undefined if it does not have it. */
function valueOf(text: string, scalar: Scalar): JsonValue | undefined {
  switch (scalar) {
    case 'string':
      return text;
    case 'null':
      return text === 'null' ? null : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
      return INTEGER.test(text) ? number(text) : undefined;
    case 'number':
      return NUMBER.test(text) ? number(text) : undefined;
  }
}

function number(text: string): JsonValue | undefined {
  const value = readNumber(text);
  return typeof value === 'string' ? undefined : value;
}
