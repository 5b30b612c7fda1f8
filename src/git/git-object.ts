import { createHash } from 'node:crypto';

/** An object of a repository. */
export interface GitObject {
  readonly type: ObjectType;
  readonly body: Buffer;
}

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** Largest object, in bytes. Policies have at most 1 MiB; a tree of 16 MiB has some 400,000 entries. */
export const MAX_OBJECT_BYTES = 16 * 1024 * 1024;

/**
 * Most bytes that are read and unpacked for one policy folder. It ends packs and trees that are made to be expensive:
 * 64 KB can hold gigabytes.
 */
const MAX_WORK_BYTES = 512 * 1024 * 1024;

/** Counter of the bytes that reading a commit has cost. */
export interface Work {
  /** Throws if these bytes are too many, together with all before them. */
  spend(bytes: number): void;
}

export function createWork(most = MAX_WORK_BYTES): Work {
  let spent = 0;
  return {
    spend(bytes) {
      spent += bytes;
      if (spent > most) throw new Error(`reading it takes more than ${most / 1024 / 1024} MiB of work`);
    },
  };
}

/** The ID of an object. The length of `like`, an ID of the repository, decides between the two hash functions of git. */
export function objectId(type: ObjectType, body: Uint8Array, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`${type} ${body.byteLength}\0`).update(body).digest('hex');
}
