import { Budget } from '../../../src/sidecar/candidate/budget.ts';
import { IdleQueue } from '../../../src/sidecar/candidate/idle-queue.ts';

/** A queue in a loop that turns by hand; each job takes `cost` milliseconds. */
function queueOf({ share = 1, cost = 0 }: { readonly share?: number; readonly cost?: number }) {
  let now = 0;
  let turns: (() => void)[] = [];
  const delayed: { readonly work: () => void; readonly at: number }[] = [];
  const done: string[] = [];
  const queue = new IdleQueue({
    budget: new Budget(share, now),
    clock: () => now,
    schedule: (work) => turns.push(work),
    delay: (work, milliseconds) => delayed.push({ work, at: now + milliseconds }),
  });
  return {
    queue,
    done,
    push: (name: string) =>
      queue.push({
        run() {
          now += cost;
          done.push(name);
        },
        drop: () => done.push(`${name} dropped`),
      }),
    /** One turn of the event loop, after so many milliseconds. */
    turn(after = 0) {
      now += after;
      const due = delayed.filter(({ at }) => at <= now);
      for (const each of due) delayed.splice(delayed.indexOf(each), 1);
      const works = [...turns, ...due.map(({ work }) => work)];
      turns = [];
      for (const work of works) work();
    },
  };
}

test('one job runs in each turn without a check', () => {
  const { queue, push, turn, done } = queueOf({});
  for (const name of ['a', 'b']) push(name);
  turn();
  expect(done).toEqual(['a']);
  queue.noteCheck();
  turn();
  expect(done).toEqual(['a']);
  turn();
  expect(done).toEqual(['a', 'b']);
});

test('a job runs between checks that never pause, after 20 ms', () => {
  const { queue, push, turn, done } = queueOf({});
  push('a');
  for (let count = 0; count < 20; count++) {
    queue.noteCheck();
    turn(1);
  }
  expect(done).toEqual([]);
  queue.noteCheck();
  turn(1);
  expect(done).toEqual(['a']);
});

test('jobs take their share of the time, however many there are', () => {
  const { push, turn, done } = queueOf({ share: 0.05, cost: 1 });
  for (let millisecond = 0; millisecond < 10_000; millisecond++) {
    push('a');
    turn(1);
  }
  const ran = done.filter((name) => name === 'a').length;
  expect(ran).toBeGreaterThan(450);
  expect(ran).toBeLessThan(550);
});

test('of more than 64 jobs, and of those that wait for a second, none is held', () => {
  const { push, turn, done } = queueOf({ share: 0.001, cost: 10 });
  for (let job = 0; job < 66; job++) push(String(job));
  expect(done).toEqual(['64 dropped', '65 dropped']);
  turn();
  expect(done.slice(2)).toEqual(['0']);
  turn(10_000);
  expect(done).toHaveLength(66);
  expect(done.slice(3).every((name) => name.endsWith('dropped'))).toBe(true);
});
