import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeOf } from '../../engine/limit/take-of.ts';
import { startChild } from '../../support/child.ts';
import { freePort } from '../../support/ports.ts';
import { describeWithRedis, startRedis } from '../../support/redis.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { redisBinary } from '../../support/tools.ts';
import { waitFor } from '../../support/wait.ts';
import { connected, HOUR, now, openStore, sharedLimit } from './open-store.ts';

/** Number of slots of a cluster. */
const SLOTS = 16_384;

describeWithRedis('shared limits', () => {
  let stack: AsyncDisposableStack;
  let folder: string;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    folder = await scratchFolder(stack);
  });
  afterEach(() => stack.disposeAsync());

  test('in a cluster, where buckets are in different slots, are taken from all or from none', async () => {
    const redis = await startRedis(folder, stack, [
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
    ]);
    await redis.client.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: SLOTS }, (_, slot) => slot));
    const isUp = async () =>
      String(await redis.client.call('CLUSTER', 'INFO')).includes('cluster_state:ok') ? true : undefined;
    await waitFor(isUp, { what: 'a cluster that is up', timeout: 20_000 });
    const store = await openStore(`redis-cluster://127.0.0.1:${redis.port}`, stack);
    await connected(store);
    const small = { ...sharedLimit(1, HOUR), id: 'orders/small' };
    const large = sharedLimit(10, HOUR);
    const both = async () => await store.takeAll([takeOf(small), takeOf(large)], now());
    expect(await both()).toMatchObject([{ allowed: true }, { allowed: true, remaining: 9 }]);
    expect(await both()).toMatchObject([{ allowed: false }, { allowed: true }]);
    // The take from the second one goes back in a command of its own.
    const isBack = async () => {
      const taken = await store.take(takeOf(large, 'a', 0), now());
      return taken.remaining === 9 && taken.withoutStore === undefined ? true : undefined;
    };
    await waitFor(isBack, { what: 'the unit that was given back', timeout: 10_000 });
    const leased = { ...sharedLimit(10, HOUR, { mode: 'leased' }), id: 'orders/leased' };
    expect(await store.take(takeOf(leased), now())).toMatchObject({ allowed: true, remaining: 9 });
  });

  test('find the primary by a sentinel', async () => {
    const redis = await startRedis(folder, stack);
    const port = await freePort();
    const file = join(folder, 'sentinel.conf');
    await writeFile(
      file,
      `port ${port}\nbind 127.0.0.1\nsentinel monitor limits 127.0.0.1 ${redis.port} 1\n`,
    );
    const sentinel = await startChild({
      name: 'redis-sentinel',
      command: redisBinary() ?? '',
      args: [file, '--sentinel'],
      log: join(folder, 'sentinel.log'),
    });
    stack.defer(() => sentinel.stop());
    const store = await openStore(`redis-sentinel://127.0.0.1:${port}/limits`, stack);
    await connected(store);
    const taken = await store.take(takeOf(sharedLimit(10, HOUR)), now());
    expect(taken).toMatchObject({ allowed: true, remaining: 9 });
    expect(taken.withoutStore).toBeUndefined();
    expect(store.status().address).toBe(`redis-sentinel://127.0.0.1:${port}/limits`);
  });

  test('by a Unix socket', async () => {
    const path = join(folder, 'redis.sock');
    await startRedis(folder, stack, ['--unixsocket', path]);
    const store = await openStore(`unix://${path}`, stack);
    await connected(store);
    expect(await store.take(takeOf(sharedLimit(10, HOUR)), now())).toMatchObject({ remaining: 9 });
  });
});
