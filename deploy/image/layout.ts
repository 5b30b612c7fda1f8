import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Architectures for which an image can be built, by the names of OCI. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** A layer as it is stored: compressed, with the digest of the archive inside. */
export interface Layer {
  readonly blob: Uint8Array;
  /** Digest of the archive, by which a registry and a runtime know the same layer. */
  readonly diffId: string;
  /** Line for `history`: what the layer holds. */
  readonly about: string;
}

/** Description of an image, apart from its layers. */
export interface About {
  /** Time of creation in seconds. */
  readonly time: number;
  /** `org.opencontainers.image.*`, as labels and as annotations. */
  readonly labels: Readonly<Record<string, string>>;
  /** The `config` of an image: user, entrypoint and so on. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Tag in the layout. */
  readonly tag: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * A layer compressed by the program `gzip` of GNU, without name and time: it writes the same bytes on every machine. The
 * gzip of Node chooses its code by the processor. zstd would be as reproducible and smaller, but not every tool for
 * images reads it.
 */
export function layerOf(archive: Uint8Array, about: string): Layer {
  if (!gzip('--version').toString().startsWith('gzip ')) {
    throw new Error('`gzip` is not the one of GNU, without which the same commit gives another image');
  }
  return { blob: gzip('-6n', archive), diffId: digestOf(archive), about };
}

function gzip(flag: string, input: Uint8Array = Buffer.alloc(0)): Buffer {
  return execFileSync('gzip', [flag], { input, maxBuffer: 2 ** 30 });
}

/** `sha256:` and the digest, as OCI writes it. */
function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Writes an OCI image layout (image-spec 1.1) with an image for each architecture. What `folder` had is removed. */
export async function writeLayout(
  folder: string,
  images: ReadonlyMap<Architecture, readonly Layer[]>,
  about: About,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const blobs = join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });

  async function store(mediaType: string, bytes: Uint8Array): Promise<Descriptor> {
    const digest = digestOf(bytes);
    await writeFile(join(blobs, digest.slice('sha256:'.length)), bytes);
    return { mediaType, digest, size: bytes.length };
  }

  const manifests: object[] = [];
  for (const [architecture, layers] of [...images].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const stored: Descriptor[] = [];
    for (const { blob } of layers) stored.push(await store(LAYER, blob));
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: await store(CONFIG, json(imageConfig(architecture, layers, about))),
      layers: stored,
      annotations: about.labels,
    };
    manifests.push({ ...(await store(MANIFEST, json(manifest))), platform: platformOf(architecture) });
  }
  const index = { schemaVersion: 2, mediaType: INDEX, manifests, annotations: about.labels };
  const top = { ...(await store(INDEX, json(index))), annotations: { [REFERENCE]: about.tag } };
  await writeFile(join(folder, 'index.json'), json({ schemaVersion: 2, mediaType: INDEX, manifests: [top] }));
  await writeFile(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
}

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const REFERENCE = 'org.opencontainers.image.ref.name';

function imageConfig(architecture: Architecture, layers: readonly Layer[], about: About): object {
  const created = isoTime(about.time);
  return {
    created,
    ...platformOf(architecture),
    config: { ...about.config, Labels: about.labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((layer) => ({ created, created_by: 'make image', comment: layer.about })),
  };
}

function platformOf(architecture: Architecture): object {
  return { architecture, os: 'linux', ...(architecture === 'arm64' && { variant: 'v8' }) };
}

/** A time in seconds as RFC 3339 writes it. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
