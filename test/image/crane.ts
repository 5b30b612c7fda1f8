import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startChild } from '../support/child.ts';
import { freePort } from '../support/ports.ts';
import { ROOT } from '../support/tools.ts';
import { waitFor } from '../support/wait.ts';

const run = promisify(execFile);

/** Path of crane, a client of registries, which `make test-image` builds where Go is installed. */
const CRANE = fileURLToPath(new URL('.tools/crane/crane', ROOT));

/**
 * Pushes a layout to a registry on loopback and lets crane compare every byte with what manifests and configurations
 * state. Returns what was done; rejects with the output of crane if something is wrong.
 */
export async function validateByCrane(layout: string, scratch: string): Promise<string> {
  if (!existsSync(CRANE)) return 'Go is not installed, so crane does not validate the layout';
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const registry = await startChild({
    name: 'the registry of crane',
    command: CRANE,
    args: ['registry', 'serve', '--address', address],
    log: join(scratch, 'registry.log'),
  });
  stack.defer(() => registry.stop());
  await waitFor(async () => ((await fetch(`http://${address}/v2/`)).ok ? true : undefined), {
    what: 'a registry',
    timeout: 10_000,
    child: registry,
  });
  await run(CRANE, ['push', layout, `${address}/lictor:test`]);
  const { stdout } = await run(CRANE, ['validate', '--remote', `${address}/lictor:test`]);
  return `crane: ${stdout.trim()}`;
}
