import { createHash } from 'node:crypto';
import type { Log } from '../telemetry/logging.ts';

export interface FileWatch {
  close(): void;
}

/** Contents of files that belong together, and what is wrong with them. */
interface WatchedFiles {
  readonly contents: readonly (Uint8Array | undefined)[];
  readonly problems: readonly string[];
}

export interface FileWatchOptions<Files> {
  /** Name of the files in the log, such as `the TLS files`. */
  readonly name: string;
  readonly first: Files;
  readonly read: () => Promise<Files>;
  readonly watched: (files: Files) => WatchedFiles;
  /** Uses files without problems. */
  readonly use: (files: Files) => void;
  readonly log: Log;
}

/** Milliseconds between two looks at the files. */
const INTERVAL = 1000;

/**
 * Reads files again and again, since watches get lost on mounts whose links are replaced (`..data` of Kubernetes).
 * Files that have changed are used when two looks agree on them: certificate and key are seldom written at once. Files
 * that cannot be used are logged once, and the last good ones stay.
 */
export function watchFiles<Files>({
  name,
  first,
  read,
  watched,
  use,
  log,
}: FileWatchOptions<Files>): FileWatch {
  let settled = fingerprint(watched(first));
  let last = settled;
  const look = async (): Promise<void> => {
    const files = await read();
    const { problems } = watched(files);
    const seen = fingerprint(watched(files));
    const agrees = seen === last;
    last = seen;
    if (!agrees || seen === settled || closed) return;
    settled = seen;
    if (problems.length === 0) use(files);
    else log.warn(`${name} have changed and cannot be used, the last good ones stay`, { problems });
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const lookLater = (): void => {
    if (closed) return;
    timer = setTimeout(() => void look().finally(lookLater), INTERVAL).unref();
  };
  lookLater();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function fingerprint({ contents, problems }: WatchedFiles): string {
  const hash = createHash('sha256');
  for (const bytes of contents) hash.update(`${String(bytes?.length ?? 0)}:`).update(bytes ?? '');
  return hash.update(problems.join('\n')).digest('hex');
}
