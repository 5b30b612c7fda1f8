import type { GitObject } from './git-object.ts';

/** Unpacked objects of one pack by their offset, since neighbours in a pack share the bases of their deltas. */
export interface Bases {
  get(offset: number): GitObject | undefined;
  /** Returns the object, which is kept if it is not too large. */
  keep(offset: number, object: GitObject): GitObject;
}

export interface BaseCache {
  /** The objects of a pack, by a name of the pack. */
  of(pack: string): Bases;
}

/** Most bytes of the objects of all packs that are kept. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_OBJECT = 1024 * 1024;

export function createBaseCache(): BaseCache {
  const kept = new Map<string, GitObject>();
  let bytes = 0;
  return {
    of: (pack) => ({
      get: (offset) => kept.get(`${offset} ${pack}`),
      keep(offset, object) {
        if (object.body.length > MAX_OBJECT) return object;
        if (bytes + object.body.length > MAX_BYTES) {
          kept.clear();
          bytes = 0;
        }
        kept.set(`${offset} ${pack}`, object);
        bytes += object.body.length;
        return object;
      },
    }),
  };
}
