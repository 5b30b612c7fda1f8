import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { type Base, baseLayer } from './base-layer.ts';
import { readPins } from './debian.ts';
import { IMAGE_CONFIG } from './image-config.ts';
import { type About, ARCHITECTURES, type Architecture, type Layer, layerOf, writeLayout } from './layout.ts';
import { programEntries, ROOT, readProgram } from './program.ts';
import { imageBill, licencesOf } from './sbom.ts';
import { tar } from './tar.ts';

const run = promisify(execFile);

// node deploy/image/main.ts [--arch amd64] [--out .image] [--source URL] [--revision SHA] [--root FOLDER]: see README.md in this folder.
const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: ARCHITECTURES.join(',') },
    out: { type: 'string', default: join(ROOT, '.image') },
    source: { type: 'string', default: '' },
    root: { type: 'string' },
    revision: { type: 'string', default: '' },
  },
});

const architectures = values.arch.split(',').map(architectureOf);
const time = await commitTime();
const program = await readProgram({ dist: join(ROOT, 'dist'), revision: await revision(), time });
const { lock, packages, product } = program;
const pins = await readPins();
const cache = join(ROOT, '.tools/image');

if (values.root === undefined) await writeImage(values.out);
else await writeRoot(values.root);

/** Writes the layout and a bill of materials for each architecture. */
async function writeImage(out: string): Promise<void> {
  const app = layerOf(tar(await programEntries(program), time), 'the program');
  const images = new Map<Architecture, readonly Layer[]>();
  let licences = '';
  await mkdir(out, { recursive: true });
  for (const architecture of architectures) {
    const base = await baseLayer(architecture, pins, cache);
    images.set(architecture, [layerOf(tar(base.entries, snapshotTime()), 'Node and its libraries'), app]);
    licences = licencesOf(lock, packages, base);
    await writeFile(join(out, `sbom-${architecture}.cdx.json`), billOf(architecture, base));
  }
  await writeLayout(join(out, 'layout'), images, about(licences));
  for (const [architecture, layers] of images) {
    const sizes = layers.map(({ blob, about }) => `${about} ${(blob.length / 1e6).toFixed(1)} MB`);
    process.stdout.write(`${architecture}: ${sizes.join(', ')}\n`);
  }
  process.stdout.write(`${join(out, 'layout')}: ${product.version}, ${product.revision}\n`);
}

/** Writes the files of the image of one architecture to a folder, for a Dockerfile or for a look at them. */
async function writeRoot(folder: string): Promise<void> {
  const [architecture] = architectures;
  if (architecture === undefined || architectures.length > 1) throw new Error('--root takes one --arch');
  const base = await baseLayer(architecture, pins, cache);
  await mkdir(folder, { recursive: true });
  for (const [entries, at] of [
    [base.entries, snapshotTime()],
    [await programEntries(program), time],
  ] as const) {
    const scratch = await mkdtemp(join(tmpdir(), 'lictor-image-'));
    try {
      await writeFile(join(scratch, 'layer.tar'), tar(entries, at));
      await run('tar', ['-xpf', join(scratch, 'layer.tar'), '-C', folder]);
    } finally {
      await rm(scratch, { recursive: true });
    }
  }
}

function billOf(architecture: Architecture, base: Base): string {
  return `${JSON.stringify(imageBill(product, lock, packages, architecture, base), null, 2)}\n`;
}

function about(licences: string): About {
  const labels = {
    'org.opencontainers.image.title': 'lictor',
    'org.opencontainers.image.description': 'Decides requests for Envoy (ext_authz) from policies in git',
    'org.opencontainers.image.version': product.version,
    'org.opencontainers.image.revision': product.revision,
    'org.opencontainers.image.licenses': licences,
    ...(values.source !== '' && { 'org.opencontainers.image.source': values.source }),
  };
  return { time, labels, config: IMAGE_CONFIG, tag: product.version };
}

function architectureOf(name: string): Architecture {
  const found = ARCHITECTURES.find((each) => each === name);
  if (found === undefined) throw new Error(`--arch: \`${name}\` is not one of ${ARCHITECTURES.join(', ')}`);
  return found;
}

/** `SOURCE_DATE_EPOCH` (reproducible-builds.org), else the time of the commit, in seconds. */
async function commitTime(): Promise<number> {
  const wanted = process.env['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct'));
  const seconds = Number(wanted);
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new Error(`SOURCE_DATE_EPOCH: \`${wanted}\` is not a time in seconds`);
  return seconds;
}

/** Time of all files of the base layer, so that every release has the same one until the pins change. */
function snapshotTime(): number {
  const [, date = '', clock = ''] = /^(\d{8})T(\d{6})Z$/.exec(pins.snapshot) ?? [];
  const parts = [date.replace(/(....)(..)(..)/, '$1-$2-$3'), clock.replace(/(..)(..)(..)/, '$1:$2:$3')];
  return Date.parse(`${parts.join('T')}Z`) / 1000;
}

/** The commit, with `-dirty` if a file of the repository differs from it. */
async function revision(): Promise<string> {
  if (values.revision !== '') return values.revision;
  const isDirty = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
  return `${await git('rev-parse', 'HEAD')}${isDirty ? '-dirty' : ''}`;
}

async function git(...args: readonly string[]): Promise<string> {
  return (await run('git', args, { cwd: ROOT })).stdout.trim();
}
