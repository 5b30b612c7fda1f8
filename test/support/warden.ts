import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Kills the children of a process that was killed and could not clean up: a shell that reads pids
 * from a pipe (`+PID` guards, `-PID` releases) and kills those still guarded when the pipe closes, which
 * happens however this process ends.
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

/** Registers a process to be killed after the end of this one. Returns a function that releases the pid. */
export function guard(pid: number): () => void {
  const { stdin } = (warden ??= hire());
  stdin?.write(`+${pid}\n`);
  return () => void stdin?.write(`-${pid}\n`);
}

function hire(): ChildProcess {
  const shell = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  // The shell must not keep this process alive, and an error of it must not end this process.
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  shell.stdin?.on('error', () => undefined);
  shell.on('error', () => undefined);
  return shell;
}
