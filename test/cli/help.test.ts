import { VERBS } from '../../src/cli/verbs.ts';
import { inProcess } from '../support/in-process.ts';

test.each(VERBS.map(({ name }) => name))('`help %s` is `%s --help`', async (name) => {
  const helped = await inProcess(['help', name], '.');
  expect(helped).toEqual(await inProcess([name, '--help'], '.'));
  expect(helped).toMatchObject({ code: 0, stdout: expect.stringContaining(`Usage: lictor ${name}`) });
});

test('`help` alone is `--help`', async () => {
  expect(await inProcess(['help'], '.')).toEqual(await inProcess(['--help'], '.'));
});

test('help on an unknown verb suggests the nearest', async () => {
  const { code, stderr } = await inProcess(['help', 'chek'], '.');
  expect(code).toBe(2);
  expect(stderr).toContain("error: unknown command 'chek'\n(Did you mean check?)");
});
