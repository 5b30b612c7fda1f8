import { expectKept } from './kept.ts';

test('the untidy files of seeds 0 to 499 keep their data and comments, and are formatted once', () => {
  expectKept(0);
}, 120_000);
