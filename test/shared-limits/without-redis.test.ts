import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsker, said } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

function policy(limit: string): string {
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: shop}
spec:
  rules: [{name: everybody, effect: allow}]
  limits: [{name: all, key: ["'one'"], rate: 1/h, ${limit}}]
`;
}

interface Reload {
  readonly result: string;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly message: string;
    readonly help?: string;
  }[];
}

async function lastReload(admin: string): Promise<Reload | undefined> {
  const status = (await (await fetch(`${admin}/v1/status`)).json()) as {
    readonly last_reload: Reload | null;
  };
  return status.last_reload?.result === 'failure' ? status.last_reload : undefined;
}

const REFUSED = {
  code: 'no_shared_store',
  message: '`limits[0].scope`: the limit `all` is shared, and there is no store to count it in',
  help: 'name a Redis by `--redis` of `serve`, or write `scope: local`: each process then counts by itself',
};

test('a folder with a shared limit is refused without --redis, and the last good one decides', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const policies = join(folder, 'policies');
  await mkdir(policies);
  await writeFile(join(policies, 'shop.yaml'), policy('scope: shared'));
  const lictor = await startLictor({ folder, policies, untilReady: false });
  stack.defer(lictor.stop);
  const refusal = () => lastReload(lictor.admin);
  const first = await waitFor(refusal, { what: 'a refused folder', timeout: 30_000 });
  expect(first.diagnostics).toEqual([expect.objectContaining(REFUSED)]);
  expect((await fetch(`${lictor.admin}/readyz`)).status).toBe(503);

  await writeFile(join(policies, 'shop.yaml'), policy('scope: local'));
  const ready = async () => ((await fetch(`${lictor.admin}/readyz`)).ok ? true : undefined);
  await waitFor(ready, { what: 'a sidecar that is ready', timeout: 30_000 });
  await writeFile(join(policies, 'shop.yaml'), policy('scope: shared, mode: leased'));
  const second = await waitFor(refusal, { what: 'a refused change', timeout: 30_000 });
  expect(second.diagnostics).toEqual([expect.objectContaining(REFUSED)]);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  const reasons: string[] = [];
  for (let count = 0; count < 2; count += 1)
    reasons.push(said(await asker.check({ host: 'shop.acme.svc', path: '/' }), 'reason'));
  expect(reasons).toEqual(['allowed', 'rate_limited']);
}, 120_000);
