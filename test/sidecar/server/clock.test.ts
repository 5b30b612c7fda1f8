import { Clocks } from '../../../src/sidecar/server/clock.ts';

/** A clock over two others that the test sets. */
function clockOver(now: { system: number; fine: number }): () => number {
  return new Clocks(
    () => now.system,
    () => now.fine,
  ).now;
}

test('has the fractions of the fine clock', () => {
  const now = { system: 1_000_000, fine: 20 };
  const clock = clockOver(now);
  now.fine += 0.25;
  expect(clock()).toBe(1_000_000.25);
});

test.each([
  ['forward', 3_600_000],
  ['back', -3_600_000],
])('follows the clock of the system when that is set %s', (_, step) => {
  const now = { system: 1_000_000, fine: 20 };
  const clock = clockOver(now);
  now.system += step + 2;
  now.fine += 2;
  expect(clock()).toBe(1_000_000 + step + 2);
  now.fine += 0.5;
  expect(clock()).toBe(1_000_000 + step + 2.5);
});

test('asks the system once in a millisecond, and never goes back by a small difference', () => {
  let asked = 0;
  let fine = 0;
  const { now } = new Clocks(
    () => {
      asked += 1;
      return 1_000_000 + Math.floor(fine) - 1;
    },
    () => fine,
  );
  let last = 0;
  for (let step = 0; step < 1000; step += 1) {
    fine += 0.01;
    const time = now();
    expect(time).toBeGreaterThan(last);
    last = time;
  }
  expect(asked).toBeLessThanOrEqual(11);
});
