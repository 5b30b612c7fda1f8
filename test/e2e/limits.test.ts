import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsker, said } from '../support/ask.ts';
import { startLictor } from '../support/lictor.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

const HOST = 'orders.svc';

function policy(limit: string): string {
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [${HOST}]}]
  rules: [{allow: everybody}]
  limits: [${limit}]
`;
}

test('what a key has used survives reloads of a sidecar, also when rate and burst change', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const policies = join(folder, 'policies');
  await mkdir(policies);
  const write = (limit: string) => writeFile(join(policies, 'orders.yaml'), policy(limit));
  await write(`{name: each, key: ["request.headers['x-key']"], rate: 4/1h}`);
  const lictor = await startLictor({ folder: join(folder, 'own'), policies });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  const ask = (key: string) => asker.check({ host: HOST, path: '/', headers: { 'x-key': key } });
  /** Reasons of some requests with a key. */
  const reasons = async (key: string, count: number): Promise<readonly string[]> => {
    const given: string[] = [];
    for (let request = 0; request < count; request++) given.push(said(await ask(key), 'reason'));
    return given;
  };
  const reload = async (limit: string): Promise<void> => {
    const before = said(await ask('idle'), 'revision');
    await write(limit);
    await waitFor(async () => (said(await ask(`idle-${limit}`), 'revision') === before ? undefined : true), {
      what: 'a reload',
      timeout: 10_000,
    });
  };

  expect(await reasons('a', 5)).toEqual([...Array(4).fill('allowed'), 'rate_limited']);
  expect(await reasons('b', 2)).toEqual(['allowed', 'allowed']);
  await reload(`{name: each, key: ["request.headers['x-key']"], rate: 4/1h, headers: always}`);
  expect(await reasons('a', 1)).toEqual(['rate_limited']);
  await reload(`{name: each, key: ["request.headers['x-key']"], rate: 10/1h, burst: 5}`);
  expect(await reasons('a', 2)).toEqual(['allowed', 'rate_limited']);
  expect(await reasons('b', 4)).toEqual(['allowed', 'allowed', 'allowed', 'rate_limited']);
  const status = (await (await fetch(`${lictor.admin}/v1/status`)).json()) as { limits: { used: unknown } };
  expect(status.limits.used).toEqual([{ name: 'orders/each', keys: expect.any(Number), estimated: 0 }]);
  const metrics = await (await fetch(`${lictor.admin}/metrics`)).text();
  expect(metrics).toMatch(/^lictor_limit_keys [1-9]/m);
  expect(metrics).not.toMatch(/^lictor_limit_estimated_total\{/m);
});
