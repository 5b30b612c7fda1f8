import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** Bytes that are read from a file at once. */
const CHUNK = 256 * 1024;

/** The log of a path, relative to a directory; `-` is standard input. */
export function openLog(path: string, directory: string, standardInput: Readable): Readable {
  return path === '-' ? standardInput : createReadStream(resolve(directory, path), { highWaterMark: CHUNK });
}

/** The first bytes of compressed data: RFC 1952, section 2.3.1; RFC 8878, section 3.1.1. */
const FORMATS: readonly { readonly magic: Buffer; readonly create: () => Transform }[] = [
  { magic: Buffer.of(0x1f, 0x8b), create: () => createGunzip({ chunkSize: CHUNK }) },
  { magic: Buffer.of(0x28, 0xb5, 0x2f, 0xfd), create: () => createZstdDecompress({ chunkSize: CHUNK }) },
];

/** The bytes of a log, decompressed if they are compressed by gzip or zstd, whatever its name is. */
export async function* plainLog(input: Readable): AsyncGenerator<Buffer, void> {
  const chunks = chunksOf(input);
  const first = await beginning(chunks);
  const all = Readable.from(withBeginning(first, chunks), { objectMode: false });
  const format = FORMATS.find(({ magic }) => first.subarray(0, magic.length).equals(magic));
  // The error of either ends the other, whose reader throws it.
  yield* chunksOf(format === undefined ? all : pipeline(all, format.create(), () => {}));
}

/** At least as many bytes as a format needs, unless there are fewer. */
async function beginning(chunks: AsyncGenerator<Buffer, void>): Promise<Buffer> {
  let known = Buffer.alloc(0);
  while (known.length < 4) {
    const { value } = await chunks.next();
    if (value === undefined) break;
    known = Buffer.concat([known, value]);
  }
  return known;
}

async function* withBeginning(
  first: Buffer,
  rest: AsyncGenerator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  if (first.length > 0) yield first;
  yield* rest;
}

async function* chunksOf(input: Readable): AsyncGenerator<Buffer, void> {
  for await (const chunk of input) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}
