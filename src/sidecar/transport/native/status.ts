import { HeaderFrame } from '../http2/header-frame.ts';
import { StatusError } from '../transport.ts';

/** google.rpc.Code of the answers that the transport itself gives. */
export const STATUS = {
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
} as const;

/** Encodings of messages that are accepted. */
const ACCEPTED_ENCODINGS = 'identity,gzip';

/** Longest text of a status, in characters: clients refuse headers of more than 8 KiB. */
const LONGEST_TEXT = 1024;

/** Head of every answer with a message. */
export const RESPONSE = new HeaderFrame(
  [
    [':status', '200'],
    ['content-type', 'application/grpc'],
  ],
  false,
);

/** Trailers of a call that has succeeded. */
export const OK = new HeaderFrame([['grpc-status', '0']], true);

/** Trailers after a head. */
export function statusTrailers({ code, message }: StatusError): HeaderFrame {
  return new HeaderFrame(statusFields(code, message), true);
}

/** An answer of trailers alone: head and status in one frame. */
export function statusAlone({ code, message }: StatusError, httpStatus = '200'): HeaderFrame {
  return new HeaderFrame(
    [
      [':status', httpStatus],
      ['content-type', 'application/grpc'],
      ...statusFields(code, message),
      ...(code === STATUS.UNIMPLEMENTED ? [['grpc-accept-encoding', ACCEPTED_ENCODINGS] as const] : []),
    ],
    true,
  );
}

/** The status of a call whose handler has thrown; an unexpected error reveals nothing to the caller. */
export function statusOf(error: unknown): StatusError {
  return error instanceof StatusError ? error : new StatusError(STATUS.INTERNAL, 'the call failed');
}

function statusFields(code: number, message: string): readonly (readonly [string, string])[] {
  return [
    ['grpc-status', String(code)],
    ...(message === '' ? [] : [['grpc-message', percentEncode(message)] as const]),
  ];
}

/** The text as `grpc-message` has it: printable ASCII without `%`, other bytes of UTF-8 as `%XX`. */
function percentEncode(text: string): string {
  const bytes = Buffer.from(text.slice(0, LONGEST_TEXT));
  return bytes
    .toString('latin1')
    .replace(/[^ -$&-~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
