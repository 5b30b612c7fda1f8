import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
});

afterEach(() => stack.disposeAsync());

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

test('the checks and tests of a new repository pass without a warning', async () => {
  const made = await inProcess(['init', 'shop'], directory);
  expect([made.code, made.stderr]).toEqual([0, '']);
  const shop = join(directory, 'shop');
  expect(await inProcess(['check', '--strict', '.'], shop)).toEqual({
    code: 0,
    stdout: '.: 2 policies, 1 issuer, 3 tests: no errors\n',
    stderr: '',
  });
  expect((await inProcess(['fmt', '--check'], shop)).code).toBe(0);
  const tested = await inProcess(['test', '.', '--coverage', '--min-coverage', '100', '--mutate'], shop);
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ passed \(\d+ cases/m) });
  expect(tested.stdout).toMatch(/^mutation score 100 %/m);
});

test('the next steps that it prints and those of its README work', async () => {
  const { stdout } = await inProcess(['init', 'shop'], directory);
  const shop = join(directory, 'shop');
  const readme = await readFile(join(shop, 'README.md'), 'utf8');
  const commands = `${stdout}\n${readme.replaceAll(/\\\n */g, '')}`
    .split('\n')
    .filter((line) => /^ *lictor /.test(line))
    .map((line) => (line.trim().split(/ {4,}/)[0] ?? '').split(/ +/).slice(1));
  expect(commands.map(([verb]) => verb)).toEqual([
    'check',
    'test',
    'test',
    'report',
    'fmt',
    'check',
    'test',
    'eval',
    'effective',
    'report',
  ]);
  for (const args of commands) expect([args, (await inProcess(args, shop)).code]).toEqual([args, 0]);
});

test('editors, git and both pipelines have their files', async () => {
  const { stdout } = await inProcess(['init', '.'], directory);
  const files = await filesIn(directory);
  expect(files).toEqual(
    expect.arrayContaining([
      '.editorconfig',
      '.github/workflows/policies.yml',
      '.gitignore',
      '.gitlab-ci.yml',
      '.vscode/settings.json',
      'README.md',
      'orders/policy.yaml',
    ]),
  );
  for (const file of files) expect(stdout).toContain(`  ${file}\n`);
  for (const pipeline of ['.github/workflows/policies.yml', '.gitlab-ci.yml']) {
    const text = await readFile(join(directory, pipeline), 'utf8');
    expect(text).toContain('node .ci/install-lictor.mjs\n');
    expect(text).not.toMatch(/\bnp[mx] /);
    expect(text).toContain('LICTOR_PACKAGE: ""\n');
    expect(text).toMatch(
      /lictor fmt --check\n.*lictor check --strict( --output github)? \.\n.*lictor test --coverage --min-coverage 100 \.\n/s,
    );
    expect(text).not.toContain('{{');
  }
});

test('the schema for editors is that of lictor schema', async () => {
  await inProcess(['init', '.'], directory);
  const settings = JSON.parse(await readFile(join(directory, '.vscode/settings.json'), 'utf8')) as {
    'yaml.schemas': Record<string, string>;
  };
  const [schema = ''] = Object.keys(settings['yaml.schemas']);
  expect(await readFile(join(directory, schema), 'utf8')).toBe(
    (await inProcess(['schema'], directory)).stdout,
  );
});

test('a new git repository counts as empty', async () => {
  await mkdir(join(directory, 'shop/.git'), { recursive: true });
  expect((await inProcess(['init', 'shop'], directory)).code).toBe(0);
});

test.each<[string, readonly string[], string]>([
  ['a file', ['notes.txt'], '`shop` is not empty: `notes.txt` is in the way, so nothing was written'],
  [
    'several',
    ['b', 'a', 'c'],
    '`shop` is not empty: `a` and 2 others are in the way, so nothing was written',
  ],
])('a folder that contains %s is rejected', async (_, held, message) => {
  await mkdir(join(directory, 'shop'));
  for (const name of held) await writeFile(join(directory, 'shop', name), '');
  expect(await inProcess(['init', 'shop'], directory)).toEqual({
    code: 2,
    stdout: '',
    stderr: `lictor init: ${message}\n`,
  });
  expect((await readdir(join(directory, 'shop'))).sort()).toEqual([...held].sort());
});

test('a file instead of a folder is rejected', async () => {
  await writeFile(join(directory, 'shop'), '');
  expect(await inProcess(['init', 'shop'], directory)).toMatchObject({
    code: 2,
    stderr: 'lictor init: `shop` is not a folder, so nothing was written\n',
  });
});

describe('the installation step of the pipelines', () => {
  const run = promisify(execFile);
  const install = async (variables: Record<string, string>): Promise<string> => {
    const env = { ...process.env, npm_config_prefix: join(directory, 'global'), ...variables };
    return (await run('node', ['shop/.ci/install-lictor.mjs'], { cwd: directory, env })).stdout;
  };
  let file: string;
  let digest: string;

  beforeEach(async () => {
    await inProcess(['init', 'shop'], directory);
    const source = join(directory, 'package');
    await mkdir(join(source, 'dist'), { recursive: true });
    const manifest = { name: 'lictor', version: '0.0.1', bin: { lictor: 'dist/main.js' } };
    await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
    const packages = { '': manifest };
    const lock = { name: 'lictor', version: '0.0.1', lockfileVersion: 3, requires: true, packages };
    await writeFile(join(source, 'npm-shrinkwrap.json'), JSON.stringify(lock));
    await writeFile(join(source, 'dist/main.js'), "#!/usr/bin/env node\nconsole.log('it runs');\n", {
      mode: 0o755,
    });
    await run('npm', ['pack', '--pack-destination', directory], { cwd: source });
    file = join(directory, 'lictor-0.0.1.tgz');
    digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  });

  test('installs the package with the expected digest', async () => {
    await install({ LICTOR_PACKAGE: file, LICTOR_SHA256: digest });
    expect((await run(join(directory, 'global/bin/lictor'))).stdout).toBe('it runs\n');
  });

  test('downloads it', async () => {
    const bytes = await readFile(file);
    const server = createServer((request, response) => {
      if (request.headers.authorization === 'Bearer key') response.end(bytes);
      else response.writeHead(401).end();
    });
    stack.defer(async () => void (await new Promise((done) => server.close(done))));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lictor.tgz`;
    const variables = { LICTOR_PACKAGE: url, LICTOR_SHA256: digest };
    await expect(install(variables)).rejects.toThrow(`${url} cannot be read: status 401`);
    await install({ ...variables, LICTOR_AUTHORIZATION: 'Bearer key' });
    expect((await run(join(directory, 'global/bin/lictor'))).stdout).toBe('it runs\n');
  });

  test.each([
    ['no package', '', '0'.repeat(64), 'set LICTOR_PACKAGE to the URL or path of the package'],
    ['no digest', 'lictor-0.0.1.tgz', '', 'set LICTOR_SHA256 to the SHA-256 of the package'],
    ['another digest', 'lictor-0.0.1.tgz', '0'.repeat(64), `not ${'0'.repeat(64)}`],
    ['a missing package', 'nowhere.tgz', '0'.repeat(64), 'nowhere.tgz cannot be read'],
  ])('fails with %s, and installs nothing', async (_, source, expected, message) => {
    await expect(install({ LICTOR_PACKAGE: source, LICTOR_SHA256: expected })).rejects.toThrow(message);
    await expect(readdir(join(directory, 'global'))).rejects.toThrow('ENOENT');
  });
});

test('the package ships every template', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const [packed] = JSON.parse(stdout) as { files: { path: string }[] }[];
  const shipped = packed?.files.map(({ path }) => path) ?? [];
  const templates = (await filesIn(join(process.cwd(), 'templates'))).map((path) => `templates/${path}`);
  expect(templates.length).toBeGreaterThan(10);
  expect(templates.filter((path) => !shipped.includes(path))).toEqual([]);
});
