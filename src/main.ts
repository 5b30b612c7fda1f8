#!/usr/bin/env node
import { catchSignals } from './cli/serve/signals.ts';

/** Longest time that the last lines of a sidecar wait for the reader of standard error, in milliseconds. */
const LAST_LINES = 200;

const argv = process.argv.slice(2);
const serves = argv[0] === 'serve';
if (serves || argv[0] === 'webhook') {
  // Before the rest is loaded: until then, SIGHUP ends a process, and PID 1 of a container ignores SIGTERM.
  catchSignals((code) => process.exit(code));
  // A reader that has closed its end (EPIPE) must not end a server.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
void main();

async function main(): Promise<void> {
  if (serves) {
    // Before the rest is loaded: two processes load their programs in the time of one.
    const { prepareProcess } = await import('./sidecar/loading/loading-process.ts');
    prepareProcess();
  }
  const { run } = await import('./cli/run.ts');
  const code = await run(argv);
  // Once all is printed: an exporter of telemetry that retries must not keep a process that has ended. A sidecar has
  // written its records or given them up, and does not wait for readers that hang.
  const printed = serves ? process.stderr : process.stdout;
  printed.write('', () => process.exit(code));
  if (serves) setTimeout(() => process.exit(code), LAST_LINES);
}
