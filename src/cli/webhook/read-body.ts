import type { IncomingMessage } from 'node:http';

/** Most bytes of a review: an API server takes requests of 3 MiB. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Most bytes of the bodies of all reviews at once: a part of the memory limit of the chart. */
const MAX_HELD = 32 * 1024 * 1024;

export type Body =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly status: number; readonly problem: string; readonly text?: undefined };

/** Bytes of the bodies of all reviews in flight. */
export interface HeldBodies {
  bytes: number;
}

/** The whole body of a request. Rejects if the caller leaves. */
export async function readBody(request: IncomingMessage, held: HeldBodies): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_BYTES) return TOO_LARGE;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Uint8Array;
      size += bytes.length;
      held.bytes += bytes.length;
      if (size > MAX_BYTES) return TOO_LARGE;
      if (held.bytes > MAX_HELD) return BUSY;
      chunks.push(bytes);
    }
  } finally {
    held.bytes -= size;
  }
  return decoded(Buffer.concat(chunks));
}

function decoded(bytes: Uint8Array): Body {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { status: 400, problem: 'the body is not valid UTF-8' };
  }
}

const TOO_LARGE = { status: 413, problem: 'the body has more than 4 MiB' } as const;
const BUSY = { status: 503, problem: 'too many bytes of reviews at once' } as const;
