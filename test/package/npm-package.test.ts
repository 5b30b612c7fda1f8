import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectAsker, said } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { stagePackage } from '../support/npm-package.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';

const run = promisify(execFile);
const root = (name: string): string => fileURLToPath(new URL(name, ROOT));

let stack: AsyncDisposableStack;
/** The package as it is published, and the paths that `npm pack` puts into it. */
let folder: string;
let paths: readonly string[];

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const scratch = await scratchFolder(stack);
  const dist = join(scratch, 'dist');
  folder = join(scratch, 'package');
  await run(process.execPath, [root('test/support/bundle.ts'), dist]);
  await stagePackage(folder, dist);
  await symlink(root('node_modules'), join(folder, 'node_modules'));
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: folder });
  const [packed] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  paths = packed.files.map(({ path }) => path);
}, 120_000);

afterAll(() => stack.disposeAsync());

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dev?: boolean }>>;
}

const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

test('it fixes the version of each package that users install, and of no other', async () => {
  expect(paths).toContain('npm-shrinkwrap.json');
  const { packages: published } = await readJson<Lock>(join(folder, 'npm-shrinkwrap.json'));
  const { packages } = await readJson<Lock>(root('package-lock.json'));
  const production = Object.keys(packages).filter((path) => packages[path]?.dev !== true);
  expect(Object.keys(published)).toEqual(production);
  for (const path of production) expect(published[path]?.version).toBe(packages[path]?.version);
  expect(published['']).not.toHaveProperty('devDependencies');
});

test('each program file has a source map, which names files of the repository', async () => {
  const programs = paths.filter((path) => /^dist\/.*\.js$/.test(path) && !path.includes('rolldown-runtime'));
  expect(programs).toContain('dist/main.js');
  expect(programs).toContain('dist/load-process.js');
  for (const path of programs) {
    const name = /sourceMappingURL=(.*)\s*$/.exec(await readFile(join(folder, path), 'utf8'))?.[1];
    expect(name).toBe(`${basename(path)}.map`);
    expect(paths).toContain(`${path}.map`);
  }
  expect(await bundledSources()).toContain('src/main.ts');
});

/** Paths of all bundled files, from the folder of the repository. */
async function bundledSources(): Promise<readonly string[]> {
  const maps = paths.filter((path) => path.endsWith('.js.map'));
  const sources = await Promise.all(
    maps.map(
      async (path) => (await readJson<{ readonly sources: readonly string[] }>(join(folder, path))).sources,
    ),
  );
  return sources.flat().map((source) => /(?:src|node_modules)\/.*/.exec(source)?.[0] ?? source);
}

test('bundled packages are those of the lock, with the notices of their licences', async () => {
  const names = (await bundledSources()).flatMap(
    (source) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [],
  );
  expect(names).toContain('yaml');
  const { packages } = await readJson<Lock>(join(folder, 'npm-shrinkwrap.json'));
  const notices = await readFile(join(folder, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const name of new Set(names)) {
    const version = packages[`node_modules/${name}`]?.version;
    expect(notices).toContain(`${name} ${version} (`);
  }
  expect(notices.match(/copyright/gi)?.length).toBeGreaterThanOrEqual(new Set(names).size);
});

test('it has what the program reads, and runs no scripts', async () => {
  expect(paths).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'package.json',
      'proto/envoy/service/auth/v3/external_auth.proto',
      'schema/lictor.schema.json',
      'templates/init/orders/policy.yaml',
    ]),
  );
  const manifest = await readJson<object>(join(folder, 'package.json'));
  for (const name of ['scripts', 'devDependencies', 'private']) expect(manifest).not.toHaveProperty(name);
});

test('the program of the package starts', async () => {
  const { stdout } = await run(process.execPath, [join(folder, 'dist/main.js'), '--version']);
  expect(stdout).toBe(`${(await readJson<{ version: string }>(root('package.json'))).version}\n`);
});

test.each([
  ['check', 'policies'],
  ['test', 'policies'],
  ['fmt', '--check', 'policies'],
  ['effective', 'policies', '--host', 'orders.acme.svc', '--path', '/api/orders'],
  ['report', 'policies'],
  ['schema'],
  ['eval', '--expression', "'abc'.matches('^a.c$')"],
  ['lsp', '--help'],
])('the program of the package runs %s', async (...args) => {
  const program = join(folder, 'dist/main.js');
  const { stderr } = await run(process.execPath, [program, ...args], { cwd: root('.') });
  expect(stderr).not.toContain('internal error');
});

test('the program of the package writes a new repository', async () => {
  const target = join(folder, 'new');
  await run(process.execPath, [join(folder, 'dist/main.js'), 'init', target]);
  const { stdout } = await run(process.execPath, [join(folder, 'dist/main.js'), 'test', target]);
  expect(stdout).toMatch(/passed/);
});

test('the program of the package serves: it loads policies, decides, and has its descriptors', async () => {
  await using own = new AsyncDisposableStack();
  const lictor = await startLictor({
    folder: await scratchFolder(own),
    policies: root('policies'),
    program: join(folder, 'dist/main.js'),
  });
  own.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  own.defer(asker.close);
  const response = await asker.check({ host: 'unknown.acme.svc', path: '/' });
  expect(said(response, 'reason')).toBe('peer_missing');
  expect(await (await fetch(`${lictor.admin}/metrics`)).text()).toContain('lictor_decisions_total');
});

test('the repository keeps its own lock, and cannot be published without the package', async () => {
  expect([existsSync(root('package-lock.json')), existsSync(root('npm-shrinkwrap.json'))]).toEqual([
    true,
    false,
  ]);
  expect(await readJson(root('package.json'))).toMatchObject({ private: true });
});
