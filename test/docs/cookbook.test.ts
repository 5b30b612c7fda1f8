import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.ts';

const COOKBOOK = 'docs/cookbook';
const folders = readdirSync(COOKBOOK, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const index = readFileSync(`${COOKBOOK}/README.md`, 'utf8');

const run = (...args: readonly string[]) =>
  inProcess(args, process.cwd(), { XDG_CACHE_HOME: join(tmpdir(), 'lictor-cookbook') });

test('holds at least fifteen situations, and its index names each', () => {
  expect(folders.length).toBeGreaterThanOrEqual(15);
  const linked = [...index.matchAll(/^\| \[.+?\]\((.+?)\/README\.md\) \|/gm)].map(([, folder]) => folder);
  expect(new Set(linked)).toEqual(new Set(folders));
  expect(linked).toHaveLength(folders.length);
});

describe.each(folders)('%s', (folder) => {
  const path = `${COOKBOOK}/${folder}`;

  test('holds no mistake, not even a warning, has its one form, and passes its tests', async () => {
    expect(await run('check', '--strict', path)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/: no errors\n$/),
    });
    expect((await run('fmt', '--check', path)).code).toBe(0);
    const { code, stdout } = await run('test', path);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ passed \(\d+ cases?, \d+ ms\)\n$/m)]);
  });

  test('has a case for every rule and limit of what decides', async () => {
    const { stdout } = await run('report', path, '--output', 'json');
    const { policies } = JSON.parse(stdout) as {
      policies: { name: string; mode: string; rules: { name: string; tests: string[] }[] }[];
    };
    const unproven = policies
      .filter(({ mode }) => mode === 'enforce')
      .flatMap(({ name, rules }) =>
        rules.filter(({ tests }) => tests.length === 0).map((rule) => `${name}/${rule.name}`),
      );
    expect(unproven).toEqual([]);
  });

  test('says what it is for, what it does and how to adapt it', () => {
    const page = readFileSync(`${path}/README.md`, 'utf8');
    const [, title = ''] = /^# (.+)$/m.exec(page) ?? [];
    expect(index).toContain(`| [${title}](${folder}/README.md) |`);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'The policy',
      'Make it yours',
    ]);
  });
});
