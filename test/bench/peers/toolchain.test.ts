import { obstacle } from './toolchain.ts';

test('the programs that are not installed are named', () => {
  const nowhere = { PATH: '/nowhere' };
  expect(obstacle(['go', 'cargo'], nowhere)).toBe('`go` and `cargo` are not installed');
  expect(obstacle(['taskset'], nowhere)).toBe('`taskset` is not installed');
});
