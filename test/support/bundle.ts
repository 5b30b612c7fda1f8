import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';
import { packageVersion } from '../../src/sidecar/server/version.ts';
import { manPage } from './man-page.ts';
import { narrowText } from './narrow-text.ts';
import { ROOT } from './tools.ts';

/** The programs: the command line, and the process that loads policies. */
const ENTRIES = { main: 'src/main.ts', 'load-process': 'src/sidecar/loading/load-process.ts' } as const;

/** Packages that most processes never load stay in node_modules, as they are. */
const OUTSIDE = [/^@grpc\//, /^@opentelemetry\//, /^vscode-languageserver/, /^ioredis$/];

/** The manual page, which npm puts among those of the system. */
const MANUAL = 'lictor.1';

/** The notices that the licences of bundled packages require. */
const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/**
 * Writes the program to `dist`, bundled by entry, with source maps. In CommonJS, which Node compiles a third faster than
 * modules of ECMAScript; above all, an `import` of `node:http` there loads the whole implementation of `fetch`. Without
 * comments and in Latin-1, the code of both processes takes 6 MiB less.
 */
async function bundle(dist: string): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  const root = fileURLToPath(ROOT);
  const build = await rolldown({ cwd: root, input: ENTRIES, platform: 'node', external: OUTSIDE });
  const { output } = await build.write({
    dir: dist,
    format: 'cjs',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    comments: false,
  });
  await build.close();
  const chunks = output.filter((each) => each.type === 'chunk');
  for (const { fileName, code } of chunks) await writeFile(join(dist, fileName), narrowText(fileName, code));
  await writeFile(join(dist, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
  await writeFile(join(dist, NOTICES), await notices(packagesIn(chunks)));
  await writeFile(join(dist, MANUAL), manPage(packageVersion()));
  await chmod(join(dist, 'main.js'), 0o755);
}

/** Folders of the packages that are in the bundles, sorted. */
function packagesIn(chunks: readonly OutputChunk[]): readonly string[] {
  const folders = chunks
    .flatMap(({ moduleIds }) => moduleIds)
    .flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

async function notices(folders: readonly string[]): Promise<string> {
  return (await Promise.all(folders.map(notice))).join(`\n${'-'.repeat(80)}\n\n`);
}

async function notice(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`;
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  const texts =
    names.length === 0
      ? await textsOf(manifest, folder)
      : await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return [title, ...texts.map((text) => text.trim()), ''].join('\n\n');
}

/** Files whose first lines are the notice of a package without a file of its licence, by package. */
const NOTICE_IN: Readonly<Record<string, string>> = { '@bufbuild/protobuf': 'dist/esm/wire/varint.js' };

/** The texts for a package without a file of its licence: that of Apache-2.0, and the notice in one of its files. */
async function textsOf(
  { name, license = '' }: { readonly name: string; readonly license?: string },
  folder: string,
): Promise<readonly string[]> {
  const file = NOTICE_IN[name];
  if (!(license === 'Apache-2.0' || (license === '(Apache-2.0 AND BSD-3-Clause)' && file !== undefined))) {
    throw new Error(`${name} has no licence file`);
  }
  const apache = await readFile(new URL('LICENSE', ROOT), 'utf8');
  if (file === undefined) return [apache];
  const [notice = ''] = /^(?:\/\/.*\n)+/.exec(await readFile(join(folder, file), 'utf8')) ?? [];
  return [apache, notice.replaceAll(/^\/\/ ?/gm, '')];
}

// node test/support/bundle.ts [FOLDER]; default: dist
if (import.meta.main) await bundle(process.argv[2] ?? fileURLToPath(new URL('dist', ROOT)));
