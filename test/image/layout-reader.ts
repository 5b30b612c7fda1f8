import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

const run = promisify(execFile);

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface ImageConfig {
  readonly architecture: string;
  readonly created: string;
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly WorkingDir: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly rootfs: { readonly diff_ids: readonly string[] };
  readonly history: readonly unknown[];
}

export interface Image {
  readonly config: ImageConfig;
  readonly layers: readonly Descriptor[];
}

interface Index {
  readonly mediaType: string;
  readonly manifests: readonly (Descriptor & {
    readonly platform?: { readonly architecture: string; readonly os: string };
  })[];
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/**
 * Images of an OCI layout, by architecture. Rejects if anything in it is not as image-spec 1.1 says: a blob with another
 * size or digest, a blob that nothing refers to, an archive with another digest than its image names.
 */
export async function readLayout(folder: string): Promise<ReadonlyMap<string, Image>> {
  const read = new Set<string>();
  async function blob({ digest, size }: Descriptor): Promise<Buffer> {
    const bytes = await readFile(blobPath(folder, digest));
    if (bytes.length !== size) throw new Error(`${digest} has ${bytes.length} bytes, and ${size} are stated`);
    if (sha256(bytes) !== digest) throw new Error(`${digest} has another digest`);
    read.add(digest.slice('sha256:'.length));
    return bytes;
  }
  const json = async <T>(descriptor: Descriptor): Promise<T> =>
    JSON.parse((await blob(descriptor)).toString()) as T;

  const version = JSON.parse(await readFile(join(folder, 'oci-layout'), 'utf8')) as object;
  if (!('imageLayoutVersion' in version)) throw new Error('oci-layout has no imageLayoutVersion');
  const top = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as Index;
  const [only] = top.manifests;
  if (only === undefined || top.manifests.length > 1) throw new Error('index.json has not one index');
  const images = new Map<string, Image>();
  for (const each of (await json<Index>(only)).manifests) {
    const { config, layers } = await json<Manifest>(each);
    const image = await json<ImageConfig>(config);
    const diffIds = await Promise.all(layers.map(async (layer) => sha256(gunzipSync(await blob(layer)))));
    if (diffIds.join() !== image.rootfs.diff_ids.join())
      throw new Error('a layer has another digest than diff_ids');
    if (image.history.length !== layers.length) throw new Error('history has not one entry for each layer');
    if (image.architecture !== each.platform?.architecture)
      throw new Error('the platform of an image is another');
    images.set(image.architecture, { config: image, layers });
  }
  const unread = (await readdir(join(folder, 'blobs/sha256'))).filter((name) => !read.has(name));
  if (unread.length > 0) throw new Error(`nothing refers to ${unread.join(', ')}`);
  return images;
}

/** Unpacks an image as a runtime does, one layer over the other. */
export async function unpackImage(layout: string, image: Image, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { digest } of image.layers) {
    const archive = join(folder, '..', 'layer.tar');
    await writeFile(archive, gunzipSync(await readFile(blobPath(layout, digest))));
    await run('tar', ['-xpf', archive, '-C', folder]);
    await rm(archive);
  }
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs/sha256', digest.slice('sha256:'.length));
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
