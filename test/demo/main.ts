/**
 * `make demo`: a shop with a real Envoy and a tour, then it runs until Ctrl-C. `TOUR=once` exits after the tour.
 * Exit code 1: a step had another result than announced; 2: the demo cannot start.
 */
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { invite } from './by-hand.ts';
import { type Mesh, startMesh } from './mesh.ts';
import { paint, say } from './page.ts';
import { SetupError, takePorts } from './ports.ts';
import { short } from './show.ts';
import { tour } from './tour.ts';

const FOLDER = join(import.meta.dirname, '../../.demo');
const RENEW_EVERY = 600_000;

const stack = new AsyncDisposableStack();
let ending: Promise<never> | undefined;

/** Stops everything in reverse order of the start, and exits. */
function end(code: number): Promise<never> {
  ending ??= stack.disposeAsync().then(
    () => process.exit(code),
    () => process.exit(code === 0 ? 1 : code),
  );
  return ending;
}

async function main(): Promise<number> {
  const began = performance.now();
  const ports = await takePorts(process.env['DEMO_PORT']);
  say();
  say(`  ${paint('bold', 'Lictor')}  a tour of acme, a shop`);
  say();
  const mesh = await startMesh(FOLDER, ports, stack);
  say('  Every call goes over mutual TLS to a real Envoy, which asks Lictor about it. Lictor decides by');
  const commit = paint('cyan', short(await mesh.repository.head()));
  say(
    `  the policies in the git repository ${relative(process.cwd(), mesh.repository.folder)}, now at commit ${commit}.`,
  );

  if (mesh.redis !== undefined)
    say('  New orders are counted in Redis, by all sidecars together (`scope: shared`).');

  const failures = await tour(mesh);
  say();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (failures.length === 0) {
    say(`  ${paint('green', '✓ All results were as expected')}, in ${seconds} s.`);
  } else {
    say(
      `  ${paint('red', `✗ ${failures.length} ${failures.length === 1 ? 'result was' : 'results were'} not as expected:`)}`,
    );
    for (const failure of failures) say(`    ${failure}`);
    say(
      `  Logs are in ${relative(process.cwd(), FOLDER)}/lictor and ${relative(process.cwd(), FOLDER)}/envoy.`,
    );
  }
  if (process.env['TOUR'] === 'once') return failures.length === 0 ? 0 : 1;
  invite(mesh);
  return stayUp(mesh);
}

/** Renews tokens, and restarts Lictor after its end. Returns when Envoy has ended. */
async function stayUp(mesh: Mesh): Promise<number> {
  setInterval(() => {
    mesh.renewTokens().catch((error: unknown) => say(`  tokens could not be renewed: ${String(error)}`));
  }, RENEW_EVERY).unref();
  const envoy = mesh.envoy.child.exited.then((how) => ({ program: 'Envoy', how }) as const);
  for (;;) {
    const lictor = mesh.lictor().child.exited.then((how) => ({ program: 'Lictor', how }) as const);
    const { program, how } = await Promise.race([envoy, lictor]);
    if (ending !== undefined) return ending;
    say();
    say(`  ${paint('yellow', `${program} has ended (${how})`)}`);
    if (program === 'Envoy') return 1;
    say('  Envoy denies everything; Lictor is started again in five seconds.');
    await pause(5000);
    const began = performance.now();
    await mesh.revive();
    say(
      `  It runs again after ${Math.round(performance.now() - began)} ms, as process ${mesh.lictor().child.pid}.`,
    );
  }
}

// Cleans up after a closed terminal or pipe too.
process.stdout.on('error', () => void end(1));
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => void end(process.env['TOUR'] === 'once' ? code : 0));
}

try {
  await end(await main());
} catch (error) {
  // Pending work fails during the shutdown, which needs no report.
  if (ending === undefined) {
    process.stderr.write(`\n  demo: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof Error && error.cause instanceof Error) {
      process.stderr.write(`  because: ${error.cause.message}\n`);
    }
  }
  await end(error instanceof SetupError ? 2 : 1);
}
