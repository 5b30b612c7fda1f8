import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE = join(ROOT, 'policies');

const stack = new AsyncDisposableStack();
let cache: string;
beforeAll(async () => {
  cache = await scratchFolder(stack);
});
afterAll(() => stack.disposeAsync());

/** Runs `lictor` from the root of the checkout, with its cache outside of it. */
async function lictor(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const { code, stdout, stderr } = await inProcess(args, ROOT, { XDG_CACHE_HOME: cache });
  return { code, out: stdout + stderr };
}

/** Contents of the YAML code blocks of a page, without their indentation. */
function yamlBlocks(page: string): string[] {
  return [...page.matchAll(/^ {3}```yaml\n(.*?)^ {3}```$/gms)].map(([, block = '']) =>
    block.replaceAll(/^ {3}/gm, ''),
  );
}

describe('the example policies', () => {
  test('have no errors and no warnings', async () => {
    expect(await lictor('check', '--strict', 'policies')).toEqual({
      code: 0,
      out: expect.stringMatching(/^policies: \d+ policies, 2 issuers, \d+ tests: no errors\n$/) as string,
    });
  });

  test('pass their own tests', async () => {
    const { code, out } = await lictor('test', 'policies');
    expect(out).toMatch(/^\d+ passed \(\d+ cases, \d+ ms\)$/m);
    expect(code).toBe(0);
  });

  test('name every rule of an enforcing policy in a test', async () => {
    const read = (pattern: string) =>
      Promise.all(globSync(pattern, { cwd: EXAMPLE }).map((file) => readFile(join(EXAMPLE, file), 'utf8')));
    const tests = (await read('**/*.test.yaml')).join('\n');
    const policies = (await read('{*,*/policy}.yaml')).filter((text) => text.includes('kind: Policy\n'));
    const rules = policies.flatMap((text) => {
      const policy = /^ {2}name: (.+)$/m.exec(text)?.[1] ?? '';
      return [...text.matchAll(/^ {4}- (?:allow|deny): (.+)$/gm)].map(([, rule = '']) => `${policy}/${rule}`);
    });
    expect(rules.length).toBeGreaterThan(15);
    expect(rules.filter((rule) => !tests.includes(`rule: ${rule}`))).toEqual([]);
  });

  describe('with the service that the README adds', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wishlist-'));
      await cp(EXAMPLE, folder, { recursive: true });
      await mkdir(join(folder, 'wishlist'));
      const [policy = '', tests = ''] = yamlBlocks(await readFile(join(EXAMPLE, 'README.md'), 'utf8'));
      await writeFile(join(folder, 'wishlist/policy.yaml'), policy);
      await writeFile(join(folder, 'wishlist/policy.test.yaml'), tests);
    });
    afterAll(() => rm(folder, { recursive: true }));

    test('pass, the new tests included', async () => {
      const { code, out } = await lictor('test', relative(ROOT, folder));
      expect(out).toContain('✓ the storefront reads a list');
      expect(code).toBe(0);
    });

    test('fail if the new policy allows more than its tests expect', async () => {
      const file = join(folder, 'wishlist/policy.yaml');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace("'wishlist:write' in jwt.scopes", "'wishlist:read' in jwt.scopes"));
      const { code, out } = await lictor('test', relative(ROOT, folder));
      expect(out).toContain('✗ it adds nothing without the scope');
      expect(code).toBe(1);
      await writeFile(file, text);
    });
  });
});
