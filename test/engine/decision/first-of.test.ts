import { firstOf } from '../../../src/engine/decision/first-of.ts';

interface Found {
  readonly name: string;
}

/** A step that notes each item; items in `late` answer later, and one has a result. */
function steps(result: string | undefined, late: ReadonlySet<string>) {
  const asked: string[] = [];
  const step = (item: string): Found | undefined | Promise<Found | undefined> => {
    asked.push(item);
    const found = item === result ? { name: item } : undefined;
    return late.has(item) ? Promise.resolve(found) : found;
  };
  return { asked, step };
}

const ITEMS = ['a', 'b', 'c', 'd'];

describe.each([
  ['nothing waits', []],
  ['the first waits', ['a']],
  ['some wait', ['b', 'd']],
  ['all wait', ITEMS],
])('%s', (_, waiting) => {
  test.each(['a', 'b', 'd', undefined])('the first result is that of %s', async (result) => {
    const { asked, step } = steps(result, new Set(waiting));
    const found = firstOf(ITEMS, step, undefined);
    const until = result === undefined ? ITEMS : ITEMS.slice(0, ITEMS.indexOf(result) + 1);
    expect(found instanceof Promise).toBe(until.some((item) => waiting.includes(item)));
    expect(await found).toEqual(result === undefined ? undefined : { name: result });
    expect(asked).toEqual(until);
  });
});

test('an item is not asked before the one that waits has answered', async () => {
  const gate = Promise.withResolvers<undefined>();
  const asked: number[] = [];
  const found = firstOf(
    [1, 2],
    (item) => {
      asked.push(item);
      return item === 1 ? gate.promise : undefined;
    },
    undefined,
  );
  expect(asked).toEqual([1]);
  gate.resolve(undefined);
  expect(await found).toBeUndefined();
  expect(asked).toEqual([1, 2]);
});

test('a fault of a step that waited rejects', async () => {
  const found = firstOf([1], () => Promise.reject(new Error('broken')), undefined);
  await expect(found).rejects.toThrow('broken');
});
