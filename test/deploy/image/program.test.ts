import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, utimes } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { closure, type Lock } from '../../../deploy/image/packages.ts';
import { readProgram } from '../../../deploy/image/program.ts';
import { programBill } from '../../../deploy/image/sbom.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { ROOT } from '../../support/tools.ts';

const run = promisify(execFile);
const root = (name: string): string => fileURLToPath(new URL(name, ROOT));

let stack: AsyncDisposableStack;
let scratch: string;
/** The layer of the program as two checkouts make it. */
let layers: readonly Buffer[];

/** Files that a checkout needs to bundle the program and to make its layer. */
const PARTS = ['src', 'deploy', 'test/support', 'docs', 'proto', 'schema', 'templates'];
const FILES = ['package.json', 'package-lock.json', 'LICENSE', 'README.md', 'CHANGELOG.md', 'tsconfig.json'];

const MAKE = `
  const { readProgram, programEntries } = await import(process.argv[1] + '/deploy/image/program.ts');
  const { tar } = await import(process.argv[1] + '/deploy/image/tar.ts');
  const { writeFile } = await import('node:fs/promises');
  const program = await readProgram({ dist: process.argv[1] + '/dist', revision: 'c0ffee', time: 1800000000 });
  await writeFile(process.argv[2], tar(await programEntries(program), 1800000000));`;

/** Copies this checkout, with the packages that the program and its bundler need, and makes the layer there. */
async function layerIn(checkout: string, mode: number, env: NodeJS.ProcessEnv): Promise<Buffer> {
  await mkdir(checkout, { recursive: true });
  for (const part of [...PARTS, ...FILES]) await cp(root(part), join(checkout, part), { recursive: true });
  const lock = JSON.parse(await readFile(root('package-lock.json'), 'utf8')) as Lock;
  const wanted = [...Object.keys(lock.packages['']?.dependencies ?? {}), 'rolldown', 'oxc-parser'];
  for (const path of closure(wanted, lock)) {
    await cp(root(path), join(checkout, path), { recursive: true }).catch(() => {}); // Builds for other machines.
  }
  for (const each of await readdir(join(checkout, 'schema'))) {
    await chmod(join(checkout, 'schema', each), mode);
    await utimes(join(checkout, 'schema', each), mode, mode);
  }
  const file = `${checkout}.tar`;
  const options = { cwd: checkout, env: { ...process.env, ...env } };
  await run(process.execPath, ['test/support/bundle.ts'], options);
  await run(process.execPath, ['--input-type=module', '-e', MAKE, checkout, file], options);
  return readFile(file);
}

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  scratch = await scratchFolder(stack);
  layers = [
    await layerIn(join(scratch, 'a'), 0o644, { TZ: 'Asia/Tokyo', LANG: 'C' }),
    await layerIn(join(scratch, 'another place/b'), 0o600, { TZ: 'America/Lima', LANG: 'de_DE.UTF-8' }),
  ];
}, 240_000);

afterAll(() => stack.disposeAsync());

test('checkouts at other paths and times, with other masks and languages, give the same bytes', () => {
  const [one, two] = layers;
  expect(one?.length).toBeGreaterThan(1_000_000);
  expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
});

test('the layer has no path or name of the machine', () => {
  const [layer] = layers;
  const names = [scratch, homedir(), hostname(), root('.')].filter((name) => name.length > 3);
  for (const name of names) expect(layer?.includes(`${name}/`)).toBe(false);
});

test('the layer has what the program reads, and the licences of packages, without types and source maps', async () => {
  const { stdout } = await run('tar', ['-tf', join(scratch, 'a.tar')], { maxBuffer: 1 << 26 });
  const paths = stdout.split('\n');
  expect(paths).toEqual(
    expect.arrayContaining([
      'opt/lictor/LICENSE',
      'opt/lictor/dist/THIRD-PARTY-NOTICES.txt',
      'opt/lictor/dist/load-process.js',
      'opt/lictor/dist/main.js',
      'opt/lictor/docs/diagnostics.md',
      'opt/lictor/node_modules/@grpc/grpc-js/LICENSE',
      'opt/lictor/node_modules/@grpc/grpc-js/build/src/index.js',
      'opt/lictor/node_modules/protobufjs/ext/descriptor/index.js',
      'opt/lictor/package.json',
      'opt/lictor/sbom.cdx.json',
      'opt/lictor/templates/init/lictor.yaml',
    ]),
  );
  expect(paths.filter((path) => /@types|\.d\.ts$|\.map$/.test(path))).toEqual([]);
});

interface Bill {
  readonly serialNumber: string;
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly purl: string;
    readonly hashes: readonly { readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe('the bill of materials', () => {
  let bill: Bill;
  let lock: Lock;

  beforeAll(async () => {
    const program = await readProgram({
      dist: join(scratch, 'a/dist'),
      revision: 'c0ffee',
      time: 1_800_000_000,
    });
    lock = program.lock;
    bill = programBill(program.product, lock, program.packages) as Bill;
  });

  test('names each package with the version and the digest of the lockfile', () => {
    expect(bill.components.length).toBeGreaterThan(50);
    for (const { 'bom-ref': path, purl, hashes } of bill.components) {
      expect(purl.endsWith(`@${lock.packages[path]?.version}`)).toBe(true);
      const digest = Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64');
      expect(`sha512-${digest}`).toBe(lock.packages[path]?.integrity);
    }
  });

  test('has bundled packages and those that are not, and none for types or tests', () => {
    const paths = bill.components.map((each) => each['bom-ref']);
    expect(paths).toEqual(
      expect.arrayContaining(
        ['yaml', 're2js', 'ioredis', '@grpc/grpc-js'].map((name) => `node_modules/${name}`),
      ),
    );
    expect(paths.filter((path) => /@types|jest|rolldown/.test(path))).toEqual([]);
  });

  test('connects packages by what they need, each of which it has', () => {
    const refs = ['lictor', ...bill.components.map((each) => each['bom-ref'])];
    expect(bill.dependencies.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
    for (const { dependsOn } of bill.dependencies)
      expect(refs).toEqual(expect.arrayContaining([...dependsOn]));
    const reached = new Set(['lictor']);
    for (const ref of reached) {
      for (const each of bill.dependencies.find((row) => row.ref === ref)?.dependsOn ?? []) reached.add(each);
    }
    expect([...reached].toSorted()).toEqual(refs.toSorted());
  });

  test('has a serial number that is a UUID and follows from the content', () => {
    expect(bill.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
