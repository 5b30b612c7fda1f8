import { globSync, readdirSync, readFileSync } from 'node:fs';
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

/** Lines without indentation, so that an excerpt can be compared with its file. */
const flat = (text: string): string => text.replaceAll(/^ +/gm, '');

test('the cookbook has at least fifteen situations, and its index links each once', () => {
  expect(folders.length).toBeGreaterThanOrEqual(15);
  const linked = [...index.matchAll(/^\| \[.+?\]\((.+?)\/README\.md\) \|/gm)].map(([, folder]) => folder);
  expect(new Set(linked)).toEqual(new Set(folders));
  expect(linked).toHaveLength(folders.length);
});

describe.each(folders)('%s', (folder) => {
  const path = `${COOKBOOK}/${folder}`;

  test('has no diagnostics, is formatted, and passes its tests', async () => {
    expect(await run('check', '--strict', path)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/: no errors\n$/),
    });
    expect((await run('fmt', '--check', path)).code).toBe(0);
    const { code, stdout } = await run('test', path);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ passed \(\d+ cases?, \d+ ms\)\n$/m)]);
  });

  test('has a case for every rule and limit of its enforcing policies', async () => {
    const { stdout } = await run('report', path, '--output', 'json');
    const { policies } = JSON.parse(stdout) as {
      policies: { name: string; mode: string; rules: { name: string; tests: string[] }[] }[];
    };
    const untested = policies
      .filter(({ mode }) => mode === 'enforce')
      .flatMap(({ name, rules }) =>
        rules.filter(({ tests }) => tests.length === 0).map((rule) => `${name}/${rule.name}`),
      );
    expect(untested).toEqual([]);
  });

  test('has a page that explains the policy and its adaptation', () => {
    const page = readFileSync(`${path}/README.md`, 'utf8');
    const [, title = ''] = /^# (.+)$/m.exec(page) ?? [];
    expect(index).toContain(`| [${title}](${folder}/README.md) |`);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'The policy',
      'Make it yours',
    ]);
  });

  test('has a page whose example is an excerpt of the policy', () => {
    const [, excerpt = ''] = /^```yaml\n(.+?)^```$/ms.exec(readFileSync(`${path}/README.md`, 'utf8')) ?? [];
    const files = globSync(`${path}/*.yaml`).filter((file) => !file.endsWith('.test.yaml'));
    const policies = files.map((file) => flat(readFileSync(file, 'utf8'))).join('\n');
    expect(excerpt.length).toBeGreaterThan(40);
    expect(policies).toContain(flat(excerpt));
  });
});
