import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { waitFor } from './wait.ts';

const SLEEP = { name: 'sleep', command: 'sleep', args: ['600'] } as const;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('child processes', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'children-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('stop ends a child, and the cause is known', async () => {
    const child = await startChild({ ...SLEEP, log: join(folder, 'a.log') });
    expect(isAlive(child.pid)).toBe(true);
    expect(child.ended()).toBeUndefined();
    await child.stop();
    expect(child.ended()).toBe('signal SIGTERM');
    expect(isAlive(child.pid)).toBe(false);
  });

  test('a child that ignores SIGTERM is killed', async () => {
    const child = await startChild({
      name: 'stubborn',
      command: 'sh',
      args: ['-c', "trap '' TERM; echo ready; while :; do sleep 0.05; done"],
      log: join(folder, 'b.log'),
    });
    const ready = async () => ((await readFile(child.log, 'utf8')).includes('ready') ? true : undefined);
    await waitFor(ready, { what: 'a set trap', timeout: 5000, child });
    await child.stop(50);
    expect(child.ended()).toBe('signal SIGKILL');
  });

  test('a missing program is a rejection', async () => {
    const start = startChild({
      name: 'nothing',
      command: join(folder, 'nothing'),
      args: [],
      log: join(folder, 'c.log'),
    });
    await expect(start).rejects.toThrow(`nothing cannot be started from ${folder}`);
  });

  test('waiting for a child that has ended rejects with the end of its log', async () => {
    const child = await startChild({
      name: 'brief',
      command: 'sh',
      args: ['-c', 'echo no such flag; exit 2'],
      log: join(folder, 'd.log'),
    });
    const wait = waitFor(() => undefined, { what: 'nothing', timeout: 5000, child });
    await expect(wait).rejects.toThrow(/^brief ended with exit code 2; .*\nno such flag$/s);
  });

  test('no child outlives a killed parent', async () => {
    const script = join(folder, 'parent.ts');
    const module = JSON.stringify(join(import.meta.dirname, 'child.ts'));
    await writeFile(
      script,
      `import { startChild } from ${module};
       const first = await startChild({ name: 's', command: 'sleep', args: ['600'], log: '/dev/null' });
       const second = await startChild({ name: 's', command: 'sleep', args: ['600'], log: '/dev/null' });
       await first.stop();
       process.stdout.write(String(second.pid), () => process.kill(process.pid, 'SIGKILL'));`,
    );
    const pid = await new Promise<number>((resolve) => {
      execFile(process.execPath, [script], (_error, stdout) => resolve(Number(stdout)));
    });
    expect(pid).toBeGreaterThan(1);
    await waitFor(() => (isAlive(pid) ? undefined : true), { what: 'the end of the child', timeout: 5000 });
  });
});
