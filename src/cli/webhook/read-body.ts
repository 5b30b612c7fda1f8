import type { IncomingMessage } from 'node:http';

/** Most bytes of a review: etcd takes objects of 1.5 MiB, and a review may have two of them. */
const MAX_BYTES = 8 * 1024 * 1024;

export type Body =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly status: number; readonly problem: string; readonly text?: undefined };

/** The whole body of a request. Rejects if the caller leaves. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_BYTES) return TOO_LARGE;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MAX_BYTES) return TOO_LARGE;
    chunks.push(bytes);
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { status: 400, problem: 'the body is not valid UTF-8' };
  }
}

const TOO_LARGE = { status: 413, problem: 'the body has more than 8 MiB' } as const;
