import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { takeOf } from '../engine/limit/take-of.ts';
import {
  connected,
  HOUR,
  NO_CREDENTIALS,
  now,
  openStore,
  sharedLimit,
} from '../sidecar/limit-redis/open-store.ts';
import { startChild } from '../support/child.ts';
import { freePort } from '../support/ports.ts';
import { describeWithRedis } from '../support/redis.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT, redisBinary } from '../support/tools.ts';

const CONFIGURATION = new URL('deploy/redis.conf', ROOT);

describeWithRedis('the configuration of Redis', () => {
  test.each(['exact', 'leased'] as const)('lets sidecars do what limits need, %s', async (mode) => {
    await using stack = new AsyncDisposableStack();
    const folder = await scratchFolder(stack);
    const port = await freePort();
    const file = join(folder, 'redis.conf');
    await copyFile(CONFIGURATION, file);
    const child = await startChild({
      name: 'redis-server',
      command: redisBinary() ?? '',
      args: [file, '--port', String(port), '--dir', folder],
      log: join(folder, 'redis.log'),
    });
    stack.defer(() => child.stop());
    const [, password = ''] = /^user lictor on >(\S+)/m.exec(await readFile(file, 'utf8')) ?? [];
    const store = await openStore(`redis://lictor@127.0.0.1:${port}`, stack, {
      credentials: { ...NO_CREDENTIALS, password },
    });
    await connected(store);
    // The first attempts may come before Redis listens.
    const { failed } = store.results;
    const take = takeOf(sharedLimit(100, 3_600_000, { mode }));
    const takes = Array.from(
      { length: 20 },
      async () => await store.take(takeOf(take.limit), performance.now()),
    );
    const answers = await Promise.all(takes);
    expect(answers.every(({ allowed, withoutStore }) => allowed && withoutStore === undefined)).toBe(true);
    await store.take(take, performance.now());
    store.giveBack([take], performance.now());
    await store.close();
    expect(store.results).toMatchObject({ failed, late: 0 });
    expect(store.status().replicas).toBe(1);
  });

  test('lets sidecars do what limits need in a cluster', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await scratchFolder(stack);
    const port = await freePort();
    const file = join(folder, 'redis.conf');
    const text = await readFile(CONFIGURATION, 'utf8');
    await writeFile(file, `${text}\nuser admin on >admin ~* &* +@all\ncluster-enabled yes\n`);
    const child = await startChild({
      name: 'redis-server',
      command: redisBinary() ?? '',
      args: [file, '--port', String(port), '--dir', folder, '--cluster-announce-ip', '127.0.0.1'],
      log: join(folder, 'redis.log'),
    });
    stack.defer(() => child.stop());
    const admin = new Redis({ port, username: 'admin', password: 'admin', retryStrategy: () => 50 });
    admin.on('error', () => undefined);
    stack.defer(() => admin.disconnect());
    const slots = Array.from({ length: 16_384 }, (_, slot) => slot);
    await admin.call('CLUSTER', 'ADDSLOTS', ...slots);
    const [, password = ''] = /^user lictor on >(\S+)/m.exec(text) ?? [];
    const store = await openStore(`redis-cluster://lictor@127.0.0.1:${port}`, stack, {
      credentials: { ...NO_CREDENTIALS, password },
    });
    await connected(store);
    const taken = await store.take(takeOf(sharedLimit(10, HOUR)), now());
    expect(taken.withoutStore).toBeUndefined();
    expect(store.faults.filter(({ fault }) => fault === 'no_permission')).toEqual([]);
  });
});
