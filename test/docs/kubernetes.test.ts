import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { inProcess } from '../support/in-process.ts';
import { firstPolicy, quickStartCommands, quickStartWorkload } from '../support/quick-start.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Arguments of the commands of the page that call Lictor, without what the shell does with their output. */
const COMMANDS = quickStartCommands()
  .flatMap((line) => line.split(' && '))
  .filter((line) => line.startsWith('lictor '))
  .map((line) => line.replace(/ > .*/, '').split(' ').slice(1));

test('the quick start checks, tests and injects what the page shows', async () => {
  expect(COMMANDS.map(([verb]) => verb)).toEqual(['check', 'test', 'inject']);
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  await mkdir(join(directory, 'first'));
  await writeFile(join(directory, 'first/policies.yaml'), firstPolicy());
  await writeFile(join(directory, 'hello.yaml'), quickStartWorkload());
  for (const command of COMMANDS)
    expect([command, await inProcess(command, directory)]).toMatchObject([command, { code: 0 }]);
  const { stdout } = await inProcess(COMMANDS.at(-1) ?? [], directory);
  expect(parse(stdout)).toMatchObject({
    spec: {
      template: {
        spec: {
          initContainers: [{ name: 'lictor', image: 'registry.acme.example/lictor:0.1.0' }],
          volumes: expect.arrayContaining([
            { name: 'lictor-policies', configMap: { name: 'hello-policies' } },
          ]),
        },
      },
    },
  });
});

test('the Envoy of the quick start serves the host of its policies', () => {
  const [, from = '', to = ''] =
    /^sed s\/(.*?)\/(.*?)\/ deploy\/envoy\.yaml/m.exec(quickStartCommands().join('\n')) ?? [];
  const envoy = readFileSync('deploy/envoy.yaml', 'utf8');
  expect(envoy.split(from)).toHaveLength(2);
  expect(stringify(parse(envoy.replace(from, to)))).toContain(`domains:\n                        - ${to}\n`);
  expect(firstPolicy()).toContain(`- hosts: [${to}]\n`);
});
