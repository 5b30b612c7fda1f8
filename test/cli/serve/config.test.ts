import { lictor } from '../../support/command.ts';

test('`--config -` reads the settings from standard input', async () => {
  const ended = await lictor(['serve', '--config', '-'], {
    directory: '.',
    input: 'transprot: native\ndeadline: soon\n',
  });
  expect(ended).toEqual({
    code: 2,
    stdout: '',
    stderr: `lictor serve: -:1:1: unknown setting \`transprot\`; did you mean \`transport\`?
lictor serve: -: deadline: \`soon\` is not a duration above zero, such as \`500ms\`, \`1s\` or \`5m\`
`,
  });
});
