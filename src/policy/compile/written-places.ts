import { child } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';

/** The value that a way of keys and indices leads to; undefined where it ends before. */
export function placeOf(at: Cursor | undefined, ...way: readonly (string | number)[]): Cursor | undefined {
  let place = at;
  for (const step of way) {
    if (place === undefined) return undefined;
    place = typeof step === 'string' ? child(place, step) : itemOf(place, step);
  }
  return place;
}

function itemOf({ tree, context, path }: Cursor, index: number): Cursor | undefined {
  const item = tree.kind === 'list' ? tree.items[index] : undefined;
  return item && { context: item.context ?? context, tree: item, path: `${path}[${index}]`, key: undefined };
}

/** `a`, `b` and so on, at most five of them. */
export function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).map((text) => `\`${text}\``);
  return texts.length > shown.length ? `${shown.join(', ')} and others` : shown.join(', ');
}
