import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Ends the children of a process that was itself killed without a chance to clean up: a shell that reads pids
 * from a pipe (`+PID` guards, `-PID` releases) and kills those still guarded once the pipe closes, which it
 * does however its other end dies.
 */
const SCRIPT = `
guarded=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) guarded="$guarded$pid " ;;
    -*) guarded="\${guarded%% $pid *} \${guarded#* $pid }" ;;
  esac
done
for pid in $guarded; do kill -9 "$pid" 2>/dev/null; done
`;

let warden: ChildProcess | undefined;

/** Has a process killed when this one is gone. Returns what to call once the pid is no longer ours. */
export function guard(pid: number): () => void {
  const { stdin } = (warden ??= hire());
  stdin?.write(`+${pid}\n`);
  return () => void stdin?.write(`-${pid}\n`);
}

function hire(): ChildProcess {
  const shell = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  // It must neither keep this process alive nor be the reason that it fails.
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  shell.stdin?.on('error', () => undefined);
  shell.on('error', () => undefined);
  return shell;
}
