import { pick } from './seeded.ts';

/** A number in [0, 1). */
export type Random = () => number;

export type Mutation = (bytes: Buffer, random: Random, others: Others) => Buffer;

/** Messages to take parts from. */
export type Others = readonly [Buffer, ...Buffer[]];

function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

/** The ways in which a broken or hostile proxy might change a message. */
export const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  function flipBits(bytes, random) {
    const changed = Buffer.from(bytes);
    for (let count = below(random, 8); count >= 0; count -= 1) {
      const at = below(random, changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << below(random, 8));
    }
    return changed;
  },
  function cutShort(bytes, random) {
    return bytes.subarray(0, below(random, bytes.length));
  },
  function leaveOut(bytes, random) {
    const start = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + below(random, 40))]);
  },
  function insertNoise(bytes, random) {
    const start = below(random, bytes.length);
    const noise = Buffer.from(Array.from({ length: below(random, 40) }, () => below(random, 256)));
    return Buffer.concat([bytes.subarray(0, start), noise, bytes.subarray(start)]);
  },
  function repeatPart(bytes, random) {
    const start = below(random, bytes.length);
    const part = bytes.subarray(start, start + below(random, 200));
    return Buffer.concat([bytes.subarray(0, start), part, part, bytes.subarray(start)]);
  },
  function hugeLength(bytes, random) {
    const changed = Buffer.from(bytes);
    changed.fill(0xff, below(random, changed.length)).writeUInt8(0x0f, changed.length - 1);
    return changed;
  },
  function splice(bytes, random, others) {
    const other = pick(random, others);
    return Buffer.concat([
      bytes.subarray(0, below(random, bytes.length)),
      other.subarray(below(random, other.length)),
    ]);
  },
];
