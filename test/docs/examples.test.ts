import { globSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Pages whose examples of policies are whole folders: the YAML blocks of a section are the files of one. */
const PAGES = ['docs/identity-providers.md', 'docs/questions.md', ...globSync('docs/migrate/[!R]*.md')];

interface Section {
  readonly page: string;
  readonly title: string;
  readonly blocks: readonly string[];
}

/** The sections of a page that have documents of policies. */
function sectionsOf(page: string): readonly Section[] {
  return readFileSync(page, 'utf8')
    .split(/^## /m)
    .map((text) => ({
      page,
      title: text.split('\n', 1).join(''),
      blocks: [...text.matchAll(/^```yaml\n(.*?)^```$/gms)]
        .map(([, block = '']) => block)
        .filter((block) => block.startsWith('apiVersion: lictor/v1\n')),
    }))
    .filter(({ blocks }) => blocks.length > 0);
}

const SECTIONS = PAGES.flatMap(sectionsOf);

test('the pages have examples', () => {
  for (const page of PAGES) expect(SECTIONS.filter((each) => each.page === page)).not.toEqual([]);
  expect(SECTIONS.length).toBeGreaterThanOrEqual(11);
});

test.each(SECTIONS)('$page: $title', async ({ blocks }) => {
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  await writeFiles(directory, Object.fromEntries(blocks.map((block, index) => [`${index}.yaml`, block])));
  expect(await inProcess(['check', '--strict', '.'], directory)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/no errors\n$/),
  });
  const { code, stdout } = await inProcess(['test', '.'], directory);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ passed \(/m) });
});

test('the policy of the page about Istio decides as the imported one of Istio', async () => {
  const page = readFileSync('docs/migrate/istio.md', 'utf8');
  const [istio = '', , tests = ''] = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, block = '']) => block,
  );
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  await writeFiles(directory, {
    'istio.yaml': istio,
    'out/page.test.yaml': tests.replaceAll('issuer: acme', 'issuer: login-acme-example'),
  });
  expect((await inProcess(['import', 'istio', 'istio.yaml', '--out', 'out'], directory)).code).toBe(0);
  const { stdout } = await inProcess(['test', 'out'], directory);
  expect(stdout).toMatch(/^22 passed \(/m);
});

test('the commands of the hooks of pre-commit pass', async () => {
  const page = readFileSync('docs/questions.md', 'utf8');
  const entries = [...page.matchAll(/\bentry: lictor ([\w -]+)/g)].map(([, words = '']) => words.split(' '));
  expect(entries).toHaveLength(3);
  await using stack = new AsyncDisposableStack();
  const directory = await scratchFolder(stack);
  await cp('policies', join(directory, 'authz'), { recursive: true });
  for (const [verb = '', ...args] of entries) {
    const files = verb === 'fmt' ? ['authz/baseline.yaml'] : [];
    expect(await inProcess([verb, ...args, ...files], directory)).toMatchObject({ code: 0 });
  }
});
