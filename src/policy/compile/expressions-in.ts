import type { Expression } from '../language/values.ts';

/** Every expression in a value that was read from a document. */
export function expressionsIn(value: unknown): readonly Expression[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isExpression(value)) return [value];
  if (value instanceof Map) return [...value.values()].flatMap(expressionsIn);
  // Cursors and contexts refer to the whole file.
  const within = Object.entries(value).filter(([name]) => name !== 'at' && name !== 'origin');
  return within.flatMap(([, each]) => expressionsIn(each));
}

function isExpression(value: object): value is Expression {
  return 'source' in value && typeof value.source === 'string' && 'at' in value;
}
