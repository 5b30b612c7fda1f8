import type { Expression } from '../language/values.ts';

/** By the value: several checks ask about the same parts of a policy. */
const KNOWN = new WeakMap<object, readonly Expression[]>();

/** Every expression in a value that was read from a document. */
export function expressionsIn(value: unknown): readonly Expression[] {
  if (typeof value !== 'object' || value === null) return [];
  const known = KNOWN.get(value) ?? findIn(value);
  KNOWN.set(value, known);
  return known;
}

function findIn(value: unknown): readonly Expression[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isExpression(value)) return [value];
  if (value instanceof Map) return [...value.values()].flatMap(findIn);
  // Cursors and contexts refer to the whole file.
  const within = Object.entries(value).filter(([name]) => name !== 'at' && name !== 'origin');
  return within.flatMap(([, each]) => findIn(each));
}

function isExpression(value: object): value is Expression {
  return 'source' in value && typeof value.source === 'string' && 'at' in value;
}
