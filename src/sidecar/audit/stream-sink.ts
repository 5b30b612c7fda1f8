import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Sink } from './sink.ts';

/**
 * A stream such as standard output. A slow reader delays `write`; after a reader has closed the stream, every `write`
 * fails.
 */
export function streamSink(name: string, stream: Writable): Sink {
  let gone: Error | undefined;
  const onError = (error: Error) => {
    gone ??= error;
  };
  // Without a listener, a closed reader (EPIPE) would end the process.
  stream.on('error', onError);
  return {
    name,
    async write(lines) {
      if (gone !== undefined) throw gone;
      await new Promise<void>((resolve, reject) => {
        stream.write(lines, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
    },
    async reopen() {},
    async close() {
      if (gone === undefined && stream.writableNeedDrain) await once(stream, 'drain');
      stream.off('error', onError);
      stream.on('error', () => {});
    },
  };
}
