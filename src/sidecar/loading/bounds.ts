import type { DiagnosticCode } from '../../diagnostic/codes.ts';
import { diagnostic } from '../../policy/source/load.ts';
import type { Reload } from '../../policy/source/store.ts';

/** End of a loading process that this program did not end: `start` if it never ran, `killed` if others ended it. */
export type End = 'memory' | 'killed' | 'start' | 'fault';

/** Reason for which a loading process has ended before it was done. */
export type Bound = End | 'time';

interface StoppedLoad {
  readonly settings: { readonly dir: string };
  /** Milliseconds. */
  readonly timeout: number;
  /** MiB. */
  readonly memory: number;
  /** Path of the file that the process worked on; empty if it is not known. */
  readonly file: string;
  /** End of the process, as a phrase. */
  readonly cause: string;
  /** Begin of the load, milliseconds since 1970. */
  readonly began: number;
}

/** The failure of a load that was stopped at a bound, or whose process ended by itself. */
export function stoppedLoad(bound: Bound, load: StoppedLoad): Reload {
  const { settings, timeout, memory, cause, began } = load;
  const file = relativeTo(settings.dir, load.file);
  const subject = file === '' ? `the folder \`${settings.dir}\`` : `\`${file}\``;
  switch (bound) {
    case 'time': {
      const message = `${subject} takes longer to load than ${timeout / 1000} s, after which the load was stopped`;
      const help = 'simplify it, split it into several files, or raise `--load-timeout`';
      return failure('load_timeout', file, message, help, began);
    }
    case 'memory': {
      const message = `${subject} takes more than ${memory} MiB to load, at which the load was stopped`;
      const help = 'simplify it, split it into several files, or raise `--load-memory`';
      return failure('load_memory', file, message, help, began);
    }
    case 'killed': {
      const message = `the process that loads ${subject} ${cause}, as by the kernel when the container has no memory left`;
      const help =
        'give the container the memory of the sidecar and `--load-memory`, or lower `--load-memory`';
      return failure('load_ended', file, message, help, began);
    }
    case 'start': {
      const message = `the process that loads ${subject} ${cause}`;
      const help = 'raise the bounds of processes, open files and memory of the container';
      return failure('load_ended', file, message, help, began);
    }
    case 'fault': {
      const message = `the process that loads ${subject} ${cause}`;
      const help = 'this is a fault of Lictor, not of the policies; please report it';
      return failure('internal_fault', file, message, help, began);
    }
  }
}

/** The failure of a policy set for which this process has too little memory left. */
export function tooLargeToInstall(dir: string, began: number): Reload {
  const message = `the policies of \`${dir}\` take more memory than the sidecar has left`;
  const help = 'split large datasets between services, or give the sidecar more memory';
  return failure('load_memory', '', message, help, began);
}

function failure(code: DiagnosticCode, file: string, message: string, help: string, began: number): Reload {
  const at = Date.now();
  const diagnostics = [diagnostic(code, file, message, help)];
  return { at, duration: at - began, revision: '', result: 'failure', diagnostics, notes: [] };
}

/** The path of a file within the folder; a path that is not below it is already relative. */
function relativeTo(dir: string, file: string): string {
  return file.startsWith(`${dir}/`) ? file.slice(dir.length + 1) : file;
}
