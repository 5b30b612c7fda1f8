import { expectKept } from './kept.ts';

test('the untidy files of seeds 500 to 999 keep their data and comments, and are formatted once', () => {
  expectKept(500);
}, 120_000);
