import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
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
      'schema/record.schema.json',
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

test('it has the manual page, which npm puts among those of the system', async () => {
  expect(paths).toContain('dist/lictor.1');
  expect(await readJson(join(folder, 'package.json'))).toMatchObject({ man: 'dist/lictor.1' });
  expect(await readFile(join(folder, 'dist/lictor.1'), 'utf8')).toMatch(/^\.TH LICTOR 1 /);
});

test('the program of the package writes a new repository', async () => {
  const target = join(folder, 'new');
  await run(process.execPath, [join(folder, 'dist/main.js'), 'init', target]);
  const { stdout } = await run(process.execPath, [join(folder, 'dist/main.js'), 'test', target]);
  expect(stdout).toMatch(/passed/);
});

/** Packages that a sidecar loads for policies with the messages of gRPC, and only for these. */
const FOR_MESSAGES = ['@bufbuild/protobuf', '@bufbuild/protovalidate'];

test.each<[string, readonly string[]]>([
  ['policies without gRPC', []],
  ['the example', FOR_MESSAGES],
])('the program of the package serves %s, and loads nothing that it does not use', async (_, forMessages) => {
  await using own = new AsyncDisposableStack();
  const scratch = await scratchFolder(own);
  const policies = join(scratch, 'policies');
  const isWanted = (path: string): boolean => forMessages.length > 0 || !path.endsWith('/stock');
  await cp(root('policies'), policies, { recursive: true, filter: isWanted });
  const lists = join(scratch, 'loaded.json');
  await writeFile(join(scratch, 'note.cjs'), noteLoaded(lists));
  const lictor = await startLictor({
    folder: scratch,
    policies,
    program: join(folder, 'dist/main.js'),
    env: { NODE_OPTIONS: `--require=${join(scratch, 'note.cjs')}` },
  });
  own.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  own.defer(asker.close);
  const response = await asker.check({ host: 'unknown.acme.svc', path: '/' });
  expect(said(response, 'reason')).toBe('peer_missing');
  // Its `stop` would read the metrics page, for which the sidecar loads more.
  await lictor.child.stop();
  const { own: files, node } = await readJson<Loaded>(lists);
  expect(files.map((path) => basename(path))).toContain('main.js');
  // Neither packages outside of the bundles, nor bundles of what only the loading process and other verbs use.
  expect(files.filter((path) => path.includes('node_modules'))).toEqual([]);
  const sources = await Promise.all(files.map(sourcesOf));
  const packages = sources
    .flat()
    .flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
  expect([...new Set(packages)].toSorted()).toEqual([
    ...forMessages,
    'ajv',
    'ajv-formats',
    'commander',
    'fast-deep-equal',
    'lru-cache',
    're2js',
  ]);
  for (const part of [
    'src/policy/compile/policy-compiler',
    'src/policy/yaml',
    'src/tools',
    'src/cel/check/check.ts',
  ]) {
    expect(sources.flat().filter((source) => source.includes(part))).toEqual([]);
  }
  // The implementation of the global fetch, and HTTP/2 by Node.
  expect(node.filter((name) => /undici|http2/.test(name))).toEqual([]);
});

/** Files of our own and modules of Node that a process has loaded at its end. */
interface Loaded {
  readonly own: readonly string[];
  readonly node: readonly string[];
}

/** A script that notes what a process has loaded at its end; the loading process is killed before. */
function noteLoaded(path: string): string {
  return `process.on('exit', () => {
    const loaded = { own: Object.keys(require.cache).filter((name) => name !== __filename), node: process.moduleLoadList };
    require('node:fs').writeFileSync(${JSON.stringify(path)}, JSON.stringify(loaded));
  });`;
}

/** The files that a bundle consists of. */
async function sourcesOf(bundle: string): Promise<readonly string[]> {
  if (bundle.includes('rolldown-runtime')) return [];
  return (await readJson<{ readonly sources: readonly string[] }>(`${bundle}.map`)).sources;
}

test('the repository keeps its own lock, and cannot be published without the package', async () => {
  expect([existsSync(root('package-lock.json')), existsSync(root('npm-shrinkwrap.json'))]).toEqual([
    true,
    false,
  ]);
  expect(await readJson(root('package.json'))).toMatchObject({ private: true });
});
