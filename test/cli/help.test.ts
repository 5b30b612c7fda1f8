import { EXIT } from '../../src/cli/terminal/exit-code.ts';
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

test('the usage names every exit code', async () => {
  const { stdout } = await inProcess(['help'], '.');
  const [, codes = ''] = stdout.split('Exit codes: ');
  expect(codes.match(/\d/g)?.map(Number)).toEqual(Object.values(EXIT));
});

test.each(['', ...VERBS.map(({ name }) => name)])(
  '`help %s` fits 80 columns, but for examples',
  async (name) => {
    const { stdout } = await inProcess(['help', name].filter(Boolean), '.');
    const [usage = ''] = stdout.split('\nExamples:\n');
    expect(usage.split('\n').filter((line) => line.length > 80)).toEqual([]);
  },
);

test('each argument of a verb, and its flag for colour, has a meaning', async () => {
  const { stdout } = await inProcess(['help', 'import'], '.');
  expect(stdout).toMatch(/^ {2}source +the kind of the file: istio, openapi, opa-data$/m);
  expect(stdout).toMatch(/^ {2}file +the file; `-` reads standard input$/m);
  expect(stdout).toMatch(/^ {2}--color <WHEN> +when text is coloured/m);
});

test('help on an unknown verb suggests the nearest', async () => {
  const { code, stderr } = await inProcess(['help', 'chek'], '.');
  expect(code).toBe(2);
  expect(stderr).toContain("error: unknown command 'chek'\n(Did you mean check?)");
});
