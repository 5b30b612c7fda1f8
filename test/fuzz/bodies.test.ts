import { seeded } from '../support/seeded.ts';
import { BODY_KINDS, split } from './body-kinds.ts';

const COUNT = 20_000;

describe('none of 20,000 hostile bodies is let through that its schema forbids', () => {
  test.each(split(COUNT, BODY_KINDS).map(([kind, count]) => ({ ...kind, count })))(
    '$count: $name',
    async ({ run, count }) => {
      const results = Object.entries(await run(count, seeded(1)));
      expect(results.reduce((sum, [, each]) => sum + each, 0)).toBe(count);
      for (const [, each] of results) expect(each).toBeGreaterThan(count / 50);
    },
    120_000,
  );
});
