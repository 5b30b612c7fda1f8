import { block } from '../../../../support/hpack-literals.ts';
import { type Code, data, headers, message } from '../../../../support/http2-frames.ts';

/** Methods of the server of the cases. */
export const METHODS = {
  /** Answers with the request. */
  echo: '/test.Echo/Echo',
  /** Answers when the call is cancelled. */
  hold: '/test.Echo/Hold',
} as const;

/** What a server does. Unless the connection ends, it must also go on to answer. */
export type Reaction =
  /** GOAWAY with this code, or one of these where the specification leaves the choice; then the connection ends. */
  | { readonly goAway: Code | readonly Code[] }
  /** RST_STREAM on stream 1, or on another. */
  | { readonly reset: Code; readonly stream?: number }
  /** The call on each of these streams is answered with OK. `mayClose`: the connection may end after it. */
  | { readonly answered: readonly number[]; readonly mayClose?: true }
  /** Stream 1 is answered with this HTTP status. */
  | { readonly status: string }
  /** Bytes of each DATA frame on stream 1 so far. The answer may wait for a window. */
  | { readonly data: readonly number[] }
  /** Nothing but what the next frames ask for. */
  | 'nothing'
  /** The connection ends, with or without GOAWAY. */
  | 'closed';

/** Bytes that are sent; or what the client waits for before it goes on. */
export type Step =
  | Uint8Array
  /** All frames so far have been handled. */
  | 'handled'
  /** Stream 1 has been answered. */
  | 'answered';

export interface Case {
  /** Section of RFC 9113, or of RFC 7541 or RFC 7540 if they are named. */
  readonly section: string;
  readonly name: string;
  readonly send: readonly Step[];
  readonly expected: Reaction;
  /** True: nothing is sent before, not even the preface. */
  readonly isRaw?: true;
}

export type Fields = readonly (readonly [name: string, value: string])[];

/** Pseudo-header fields of a call of `echo`. */
export const PSEUDO: Fields = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', METHODS.echo],
  [':authority', 'test.example'],
];

/** Fields of a call that follow them. */
export const REGULAR: Fields = [
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
];

/** Header block of a call of `echo`. */
export const CALL: Buffer = block([...PSEUDO, ...REGULAR]);

/** Header block of a call of `hold`. */
export const HOLD: Buffer = block([
  ...PSEUDO.map(([name, value]): [string, string] => [name, name === ':path' ? METHODS.hold : value]),
  ...REGULAR,
]);

/** A call of `echo` whose request is `text`; its answer has as many bytes and 5 more. */
export function call(stream: number, text = 'test'): Buffer {
  return Buffer.concat([headers(stream, CALL, { end: false }), data(stream, message(text))]);
}

/** The begin of a call of `echo`, whose request may follow. */
export function begin(stream: number): Buffer {
  return headers(stream, CALL, { end: false });
}
