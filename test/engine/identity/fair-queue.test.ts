import { FairQueue } from '../../../src/engine/identity/fair-queue.ts';

/** Work that is done when the test says so. */
class Work {
  readonly started: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();

  make(name: string): () => Promise<string> {
    return () => {
      this.started.push(name);
      const end = Promise.withResolvers<string>();
      this.#ends.set(name, end);
      return end.promise;
    };
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.resolve(name);
    await settled();
  }

  async fail(name: string): Promise<void> {
    this.#ends.get(name)?.reject(new Error(name));
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test('the names take turns, however much work one of them has', async () => {
  const queue = new FairQueue({ atOnce: 1, waitingOfOne: 10, waiting: 100 });
  const work = new Work();
  const run = (name: string, id: string): Promise<string> | undefined => queue.run(name, work.make(id));
  for (const id of ['a1', 'a2', 'a3', 'a4']) void run('a', id);
  void run('b', 'b1');
  void run('c', 'c1');
  void run('b', 'b2');
  for (const id of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']) {
    expect(work.started.at(-1)).toBe(id);
    await work.end(id);
  }
  expect(work.started).toHaveLength(7);
});

test('work beyond the bounds is not done: that of one name, and all', async () => {
  const queue = new FairQueue({ atOnce: 2, waitingOfOne: 2, waiting: 3 });
  const work = new Work();
  const taken = ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'c1'].map((id) => {
    const result = queue.run(id.slice(0, 1), work.make(id));
    return result === undefined ? `${id} refused` : id;
  });
  expect(taken).toEqual(['a1', 'a2', 'a3', 'a4', 'a5 refused', 'b1', 'b2 refused', 'c1 refused']);
  await work.end('a1');
  // A place is free again.
  expect(queue.run('c', work.make('c2'))).toBeInstanceOf(Promise);
});

test('work that fails gives its place back, and its error to the one who asked', async () => {
  const queue = new FairQueue({ atOnce: 1, waitingOfOne: 2, waiting: 2 });
  const work = new Work();
  const first = queue.run('a', work.make('a1'));
  const second = queue.run('a', work.make('a2'));
  const failed = first?.catch((error: unknown) => String(error));
  await work.fail('a1');
  expect(await failed).toBe('Error: a1');
  expect(work.started).toEqual(['a1', 'a2']);
  await work.end('a2');
  expect(await second).toBe('a2');
});
