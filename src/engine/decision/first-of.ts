/** A value that is there at once, or later. Steps of a decision return a promise only if they must wait. */
export type Awaitable<T> = T | Promise<T>;

/**
 * The first result of `step` for the items in order; undefined if none has one. A promise only if a step returned one:
 * then the items after it wait, and nothing else does. The one way in which decisions wait, so that a decision that
 * waits and one that does not take the same steps.
 */
export function firstOf<Item, Context, Result extends object>(
  items: readonly Item[],
  step: (item: Item, context: Context) => Awaitable<Result | undefined>,
  context: Context,
  from = 0,
): Awaitable<Result | undefined> {
  for (let at = from; at < items.length; at++) {
    const item = items[at];
    if (item === undefined) continue;
    const result = step(item, context);
    if (result === undefined) continue;
    if (!(result instanceof Promise)) return result;
    return result.then((late) => late ?? firstOf(items, step, context, at + 1));
  }
  return undefined;
}
