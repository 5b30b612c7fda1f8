import type { RequestHead } from '../http2/stream.ts';
import { StatusError } from '../transport.ts';
import { STATUS } from './status.ts';
import { parseTimeout } from './timeout.ts';

/** Facts in the head of a call about its messages. */
export interface CallHead {
  /** Milliseconds; Infinity without a deadline. */
  readonly timeout: number;
  /** True if messages with the flag for it are compressed with gzip. */
  readonly isGzip: boolean;
}

/** Reads `grpc-timeout` and `grpc-encoding`; a StatusError for values that no call may have. */
export function readCallHead(head: RequestHead): CallHead | StatusError {
  const timeout = parseTimeout(head.value('grpc-timeout'));
  if (timeout === undefined) return new StatusError(STATUS.INTERNAL, 'grpc-timeout is not valid');
  const encoding = head.value('grpc-encoding') ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return new StatusError(STATUS.UNIMPLEMENTED, 'the encoding of the messages is not supported');
  }
  return { timeout, isGzip: encoding === 'gzip' };
}
