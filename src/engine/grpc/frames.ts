import type { BodyDenial } from '../schema/body-schema.ts';

/** The messages of a body, in the order in which they were sent, or the reason to refuse it. */
export type Frames =
  | { readonly messages: readonly Uint8Array[]; readonly denial?: undefined }
  | { readonly denial: BodyDenial; readonly messages?: undefined };

/** Bytes before each message: flags, and a length of four bytes with the most significant first. */
const PREFIX = 5;
/** The message is compressed with the algorithm of `grpc-encoding` or `connect-content-encoding`. */
const COMPRESSED = 0x01;

/**
 * Splits a body into its messages (`Length-Prefixed-Message` of "gRPC over HTTP2"; gRPC-Web and the envelopes of the
 * Connect protocol are the same for requests). A body has messages and nothing else: a part of one is not read.
 */
export function splitFrames(bytes: Uint8Array): Frames {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const number = messages.length + 1;
    if (bytes.length - at < PREFIX) {
      return malformed(`the body ends in the prefix of message ${number}, which has ${PREFIX} bytes`);
    }
    const flags = bytes[at] ?? 0;
    if (flags === COMPRESSED) return { denial: compressed(number) };
    // 0x80 are the trailers of gRPC-Web, 0x02 the end of a stream of the Connect protocol: both end responses.
    if (flags !== 0) return malformed(`message ${number} has flags that a request does not have`);
    const length = new DataView(bytes.buffer, bytes.byteOffset + at + 1, 4).getUint32(0);
    const start = at + PREFIX;
    if (length > bytes.length - start) {
      const rest = bytes.length - start;
      return malformed(`message ${number} declares ${length} bytes, and the body has ${rest} more`);
    }
    messages.push(bytes.subarray(start, start + length));
    at = start + length;
  }
  return { messages };
}

/** The bytes of a body with these messages, none of them compressed. */
export function joinFrames(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((sum, { length }) => sum + PREFIX + length, 0));
  let at = 0;
  for (const message of messages) {
    new DataView(bytes.buffer, at + 1, 4).setUint32(0, message.length);
    bytes.set(message, at + PREFIX);
    at += PREFIX + message.length;
  }
  return bytes;
}

function compressed(number: number): BodyDenial {
  return {
    reason: 'body_wrong_type',
    detail: `message ${number} is compressed; send it without compression (\`grpc-encoding: identity\`)`,
  };
}

function malformed(detail: string): Frames {
  return { denial: { reason: 'body_malformed', detail } };
}
