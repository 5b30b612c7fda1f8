import { seeded } from '../support/seeded.ts';
import { runBodies } from './bodies.ts';

test('none of 20,000 hostile bodies is let through that its schema forbids', () => {
  const { allowed, malformed, refused } = runBodies(20_000, seeded(1));
  expect(allowed + malformed + refused).toBe(20_000);
  for (const each of [allowed, malformed, refused]) expect(each).toBeGreaterThan(2_000);
}, 120_000);
