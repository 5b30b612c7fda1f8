import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisCredentials } from '../../../src/sidecar/limit-redis/client.ts';
import { takeOf } from '../../engine/limit/take-of.ts';
import { startChild } from '../../support/child.ts';
import { handshakeReply, startFakeRedis } from '../../support/fake-redis.ts';
import { freePort } from '../../support/ports.ts';
import { describeWithRedis, startRedis } from '../../support/redis.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { redisBinary } from '../../support/tools.ts';
import { waitFor } from '../../support/wait.ts';
import {
  connected,
  HOUR,
  NO_CREDENTIALS,
  now,
  type OpenedStore,
  openStore,
  sharedLimit,
} from './open-store.ts';

let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

function told(store: OpenedStore, fault: string): Promise<true> {
  const has = () => (store.faults.some((each) => each.fault === fault) ? true : undefined);
  return waitFor(has, { what: `the fault ${fault}`, timeout: 20_000 });
}

describe('a server that does not count limits is told once, by what is wrong', () => {
  test.each([
    ['loading', '-LOADING Redis is loading the dataset in memory\r\n'],
    ['out_of_memory', "-OOM command not allowed when used memory > 'maxmemory'.\r\n"],
    ['cluster', '-MOVED 1234 127.0.0.1:1\r\n'],
    ['replica', "-READONLY You can't write against a read only replica.\r\n"],
    ['too_old', "-ERR unknown command 'EVALSHA', with args beginning with: 'f'\r\n"],
    ['no_redis', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['closed', 'reset'],
  ])('%s', async (fault, reply) => {
    const url = await startFakeRedis(stack, (command) => handshakeReply(command) ?? reply);
    const store = await openStore(url, stack);
    await told(store, fault);
    const taken = await store.take(takeOf(sharedLimit(10, HOUR)), now());
    expect(taken).toMatchObject({ allowed: true, withoutStore: 'share' });
    expect(store.status()).toMatchObject({ state: 'open', last_error: { fault } });
    expect(store.changes).toEqual([]);
  });

  test('no answer to the handshake', async () => {
    const store = await openStore(await startFakeRedis(stack, () => undefined), stack);
    await told(store, 'silent');
    expect(store.results).toEqual({ ok: 0, late: 0, failed: 0 });
  });

  test('an answer of the script that lacks numbers is a fault, and allows nothing', async () => {
    const isScript = ([name]: readonly string[]) => name?.toLowerCase() === 'evalsha';
    let scripts = 0;
    const url = await startFakeRedis(stack, (command) => {
      if (isScript(command)) scripts += 1;
      // The first one is the heartbeat.
      return handshakeReply(command) ?? (scripts === 1 ? ':1\r\n' : '*1\r\n:1\r\n');
    });
    const store = await openStore(url, stack);
    await connected(store);
    const strict = sharedLimit(10, HOUR, { onStoreFailure: 'deny' });
    expect(await store.take(takeOf(strict), now())).toMatchObject({ withoutStore: 'unavailable' });
    expect(store.status()).toMatchObject({ last_error: { fault: 'no_redis' } });
  });

  test('a password that a server repeats is in no text', async () => {
    const url = await startFakeRedis(stack, ([name = '', ...args]) =>
      name.toLowerCase() === 'hello'
        ? `-ERR unknown command '${name}', with args beginning with: ${args.join(' ')}\r\n`
        : `-ERR unknown command: ${name} ${args.join(' ')}\r\n`,
    );
    const store = await openStore(url, stack, {
      credentials: { ...NO_CREDENTIALS, password: 'hunter2-of-redis' },
    });
    await told(store, 'too_old');
    expect(JSON.stringify([store.faults, store.status()])).not.toContain('hunter2');
    expect(store.status().last_error?.detail).toContain('***');
  });
});

describeWithRedis('the connection to Redis', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await scratchFolder(stack);
  });

  test('is told to lack an address once, and made when there is one', async () => {
    const redis = await startRedis(folder, stack);
    await redis.kill();
    const store = await openStore(redis.url, stack);
    await told(store, 'refused');
    await redis.restart();
    await connected(store);
    expect(store.changes).toEqual(['closed']);
    expect(store.faults).toHaveLength(1);
    // An attempt to connect is not a command.
    expect(store.results).toMatchObject({ failed: 0 });
    expect(store.status()).toMatchObject({ last_error: { fault: 'refused', at: expect.any(String) } });
  });

  test('is made again by sentinels that were away for long', async () => {
    const redis = await startRedis(folder, stack);
    const port = await freePort();
    const store = await openStore(`redis-sentinel://127.0.0.1:${port}/limits`, stack);
    await told(store, 'no_sentinel_answers');
    // Longer than a connection may take.
    const since = now();
    await waitFor(() => (now() - since > 2500 ? true : undefined), { what: 'a while', timeout: 10_000 });
    const file = join(folder, 'sentinel.conf');
    const monitor = `sentinel monitor limits 127.0.0.1 ${redis.port} 1`;
    await writeFile(file, `port ${port}\nbind 127.0.0.1\n${monitor}\n`);
    const sentinel = await startChild({
      name: 'redis-sentinel',
      command: redisBinary() ?? '',
      args: [file, '--sentinel'],
      log: join(folder, 'sentinel.log'),
    });
    stack.defer(() => sentinel.stop());
    await connected(store);
    const other = await openStore(`redis-sentinel://127.0.0.1:${port}/others`, stack);
    await told(other, 'no_primary');
  });

  test.each([
    ['sentinel', 'no_sentinel', '/limits'],
    ['cluster', 'no_cluster', ''],
  ])('to a Redis alone is told as redis-%s', async (kind, fault, path) => {
    const redis = await startRedis(folder, stack);
    const url = `${redis.url.replace('redis:', `redis-${kind}:`)}${path}`;
    await told(await openStore(url, stack), fault);
  });

  test('never counts in another database than the one that is named', async () => {
    const redis = await startRedis(folder, stack);
    const store = await openStore(`${redis.url}/99`, stack);
    await told(store, 'no_database');
    const fifth = await openStore(`${redis.url}/5`, stack);
    await connected(fifth);
    expect(store.changes).toEqual([]);
    expect(await redis.client.dbsize()).toBe(0);
  });

  test('to a replica is told', async () => {
    const redis = await startRedis(folder, stack);
    const second = join(folder, 'replica');
    await mkdir(second);
    const replica = await startRedis(second, stack, ['--replicaof', '127.0.0.1', String(redis.port)]);
    await told(await openStore(replica.url, stack), 'replica');
  });

  test('is found to be gone without any checks', async () => {
    const redis = await startRedis(folder, stack);
    const store = await openStore(redis.url, stack);
    await connected(store);
    await redis.kill();
    await told(store, 'refused');
    expect(store.changes).toEqual(['closed', 'open']);
  });

  describe('with credentials that change', () => {
    const withPassword = (password: string): RedisCredentials => ({ ...NO_CREDENTIALS, password });

    async function users(...passwords: readonly string[]) {
      const redis = await startRedis(folder, stack);
      const set = (...each: readonly string[]) =>
        redis.client.call(
          'ACL',
          'SETUSER',
          'lictor',
          'reset',
          'on',
          '~*',
          '+@all',
          ...each.map((p) => `>${p}`),
        );
      await set(...passwords);
      return { redis, set, url: redis.url.replace('//', '//lictor@') };
    }

    function renewed(store: OpenedStore, end: string): Promise<true> {
      const has = () => (store.renewals.includes(end) ? true : undefined);
      return waitFor(has, { what: `a renewal that ends as ${end}`, timeout: 20_000 });
    }

    /** Resolves when a limit is counted in Redis. */
    function counted(store: OpenedStore): Promise<true> {
      const isCounted = async () => {
        const taken = await store.take(takeOf(sharedLimit(10, HOUR)), now());
        return taken.withoutStore === undefined ? true : undefined;
      };
      return waitFor(isCounted, { what: 'a limit that is counted in Redis', timeout: 20_000 });
    }

    test('uses the new ones, without a check that is decided without Redis', async () => {
      const { redis, set, url } = await users('first', 'second');
      const store = await openStore(url, stack, { credentials: withPassword('first') });
      await connected(store);
      store.renew(withPassword('second'));
      await renewed(store, 'used');
      expect(store.changes).toEqual(['closed']);
      await set('second');
      await redis.client.call('CLIENT', 'KILL', 'USER', 'lictor');
      await counted(store);
    });

    test('stays with the last ones while Redis refuses the new ones, also after its end', async () => {
      const { redis, set, url } = await users('first');
      const store = await openStore(url, stack, { credentials: withPassword('first') });
      await connected(store);
      store.renew(withPassword('second'));
      await renewed(store, 'wrong_password');
      const taken = await store.take(takeOf(sharedLimit(10, HOUR)), now());
      expect(taken.withoutStore).toBeUndefined();
      await redis.client.call('CLIENT', 'KILL', 'USER', 'lictor');
      await counted(store);
      // Redis learns the password after the file has it.
      await set('first', 'second');
      await renewed(store, 'used');
    });

    test('connects with the new ones at once if the last ones never did', async () => {
      const { url } = await users('second');
      const store = await openStore(url, stack, { credentials: withPassword('first') });
      await told(store, 'wrong_password');
      store.renew(withPassword('second'));
      await connected(store);
    });
  });
});
