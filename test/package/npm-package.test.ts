import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
  await run(process.execPath, [
    root('node_modules/typescript/bin/tsc'),
    '--project',
    root('tsconfig.build.json'),
    '--outDir',
    dist,
  ]);
  await stagePackage(folder, dist);
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

test('it has no source map, and nothing that names one', async () => {
  expect(paths.filter((path) => path.endsWith('.map'))).toEqual([]);
  const programs = paths.filter((path) => path.endsWith('.js'));
  expect(programs).toContain('dist/main.js');
  for (const path of programs) {
    expect(await readFile(join(folder, path), 'utf8')).not.toContain('sourceMappingURL');
  }
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
  await symlink(root('node_modules'), join(folder, 'node_modules'));
  const { stdout } = await run(process.execPath, [join(folder, 'dist/main.js'), '--version']);
  expect(stdout).toBe(`${(await readJson<{ version: string }>(root('package.json'))).version}\n`);
});

test('the repository keeps its own lock, and cannot be published without the package', async () => {
  expect([existsSync(root('package-lock.json')), existsSync(root('npm-shrinkwrap.json'))]).toEqual([
    true,
    false,
  ]);
  expect(await readJson(root('package.json'))).toMatchObject({ private: true });
});
