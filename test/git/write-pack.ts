import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** A delta that only copies: offset and length in its base. */
export interface Delta {
  /** ID of the base. */
  readonly base: string;
  readonly baseSize: number;
  readonly size: number;
  readonly copies: readonly (readonly [number, number])[];
}

interface Whole {
  readonly type: keyof typeof TYPES;
  readonly body: Buffer;
}

const TYPES = { commit: 1, tree: 2, blob: 3 };
const REFERENCE_DELTA = 7;

/**
 * Writes a pack with its index into a repository. Its objects have the IDs that the test gives them, right or wrong.
 * Returns the path of the pack.
 */
export function writePack(
  root: string,
  objects: readonly ({ readonly id: string } & (Delta | Whole))[],
): string {
  const parts = [Buffer.from('PACK'), number32(2), number32(objects.length)];
  const offsets = new Map<string, number>();
  let offset = 12;
  for (const object of objects) {
    const entry = 'type' in object ? wholeEntry(object) : deltaEntry(object);
    offsets.set(object.id, offset);
    offset += entry.length;
    parts.push(entry);
  }
  const folder = join(root, '.git', 'objects', 'pack');
  mkdirSync(folder, { recursive: true });
  const name = createHash('sha1')
    .update([...offsets.keys()].join())
    .digest('hex');
  const path = join(folder, `pack-${name}.pack`);
  writeFileSync(path, Buffer.concat([...parts, Buffer.alloc(20)]));
  writeFileSync(join(folder, `pack-${name}.idx`), indexOf(offsets));
  return path;
}

function wholeEntry({ type, body }: Whole): Buffer {
  return Buffer.concat([headOf(TYPES[type], body.length), deflateSync(body)]);
}

function deltaEntry({ base, baseSize, size, copies }: Delta): Buffer {
  const instructions = copies.map(([from, length]) => {
    const operands = Buffer.alloc(7);
    operands.writeUInt32LE(from, 0);
    operands.writeUIntLE(length, 4, 3);
    return Buffer.concat([Buffer.from([0xff]), operands]);
  });
  const delta = Buffer.concat([variable(baseSize), variable(size), ...instructions]);
  return Buffer.concat([headOf(REFERENCE_DELTA, delta.length), Buffer.from(base, 'hex'), deflateSync(delta)]);
}

/** Type and size: four bits of the size in the first byte, seven in each further one. */
function headOf(type: number, size: number): Buffer {
  const rest = Math.floor(size / 16);
  const first = Buffer.from([(rest > 0 ? 128 : 0) + type * 16 + (size % 16)]);
  return rest > 0 ? Buffer.concat([first, variable(rest)]) : first;
}

function variable(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push(128 + (rest % 128));
  }
}

function indexOf(offsets: ReadonlyMap<string, number>): Buffer {
  const ids = [...offsets.keys()].toSorted();
  const fanout = Array.from({ length: 256 }, (_, first) =>
    number32(ids.filter((id) => Number.parseInt(id.slice(0, 2), 16) <= first).length),
  );
  const places = ids.map((id) => number32(offsets.get(id) ?? 0));
  const names = ids.map((id) => Buffer.from(id, 'hex'));
  const checks = ids.map(() => number32(0));
  return Buffer.concat([
    number32(0xff744f63),
    number32(2),
    ...fanout,
    ...names,
    ...checks,
    ...places,
    Buffer.alloc(40),
  ]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
