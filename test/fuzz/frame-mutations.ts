import { MUTATIONS, type Random } from '../support/mutations.ts';
import { pick } from '../support/seeded.ts';

/** Frames of one connection as they are sent, the preface first. */
type Sequence = readonly Buffer[];

export type Sequences = readonly [Sequence, ...Sequence[]];

type SequenceMutation = (frames: Sequence, random: Random, others: Sequences) => Sequence;

const HEAD_BYTES = 9;

function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

/** The frame at a random place, changed; one that is too short for a head stays as it is. */
function change(frames: Sequence, random: Random, apply: (frame: Buffer) => void): Sequence {
  const at = below(random, frames.length);
  return frames.map((frame, index) => {
    if (index !== at || frame.length < HEAD_BYTES) return frame;
    const changed = Buffer.from(frame);
    apply(changed);
    return changed;
  });
}

/** The ways in which a sequence of frames may be wrong, beside those in which its bytes may be. */
const SEQUENCE_MUTATIONS: readonly [SequenceMutation, ...SequenceMutation[]] = [
  function repeatFrame(frames, random) {
    const at = below(random, frames.length);
    return frames.flatMap((frame, index) => (index === at ? [frame, frame] : [frame]));
  },
  function repeatMany(frames, random) {
    const at = below(random, frames.length);
    return frames.flatMap((frame, index) =>
      index === at ? Array.from({ length: 50 }, () => frame) : [frame],
    );
  },
  function leaveOutFrame(frames, random) {
    const at = below(random, frames.length);
    return frames.filter((_, index) => index !== at);
  },
  function swapFrames(frames, random) {
    const [a, b] = [below(random, frames.length), below(random, frames.length)];
    return frames.map((frame, index) => (index === a ? frames[b] : index === b ? frames[a] : frame) ?? frame);
  },
  function changeType(frames, random) {
    return change(frames, random, (frame) => frame.writeUInt8(below(random, 12), 3));
  },
  function changeFlags(frames, random) {
    return change(frames, random, (frame) => frame.writeUInt8(below(random, 256), 4));
  },
  function changeStream(frames, random) {
    return change(frames, random, (frame) => frame.writeUInt32BE(below(random, 8), 5));
  },
  function changeLength(frames, random) {
    return change(frames, random, (frame) => frame.writeUIntBE(below(random, 64), 0, 3));
  },
  function insertFrame(frames, random, others) {
    const at = below(random, frames.length + 1);
    const other = pick(random, others);
    const inserted = other[below(random, other.length)] ?? Buffer.alloc(0);
    return [...frames.slice(0, at), inserted, ...frames.slice(at)];
  },
  function splice(frames, random, others) {
    const other = pick(random, others);
    return [...frames.slice(0, below(random, frames.length)), ...other.slice(below(random, other.length))];
  },
];

/** A sequence that is wrong in one to four ways, as bytes. */
export function mutate(sequences: Sequences, random: Random): Buffer {
  let frames = pick(random, sequences);
  for (let count = below(random, 3); count >= 0; count -= 1) {
    if (frames.length > 0) frames = pick(random, SEQUENCE_MUTATIONS)(frames, random, sequences);
  }
  const bytes = Buffer.concat(frames);
  if (random() < 0.5 || bytes.length === 0) return bytes;
  // The preface is seldom wrong, since nothing after it would be read.
  const start = Math.min(random() < 0.95 ? 24 : 0, bytes.length - 1);
  const other = Buffer.concat(pick(random, sequences));
  const changed = pick(random, MUTATIONS)(bytes.subarray(start), random, [other]);
  return Buffer.concat([bytes.subarray(0, start), changed]);
}

/** The bytes in pieces, as a socket may deliver them. */
export function pieces(bytes: Buffer, random: Random): readonly Buffer[] {
  const found: Buffer[] = [];
  const most = random() < 0.3 ? 20 : bytes.length;
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + below(random, most);
    found.push(bytes.subarray(at, end));
    at = end;
  }
  return found;
}
