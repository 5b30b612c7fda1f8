import { child } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';

/** The value at a path of keys and indices; undefined if there is none. */
export function placeOf(at: Cursor | undefined, ...path: readonly (string | number)[]): Cursor | undefined {
  let place = at;
  for (const step of path) {
    if (place === undefined) return undefined;
    place = typeof step === 'string' ? child(place, step) : itemOf(place, step);
  }
  return place;
}

function itemOf({ tree, context, path }: Cursor, index: number): Cursor | undefined {
  const item = tree.kind === 'list' ? tree.items[index] : undefined;
  const inner = tree.isImplied === true ? path : `${path}[${index}]`;
  return item && { context: item.context ?? context, tree: item, path: inner, key: undefined };
}

/** Texts in backticks with commas between them, at most five. */
export function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).map((text) => `\`${text}\``);
  return texts.length > shown.length ? `${shown.join(', ')} and others` : shown.join(', ');
}
