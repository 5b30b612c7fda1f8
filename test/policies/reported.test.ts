import { join } from 'node:path';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const REPORTED = join(import.meta.dirname, 'reported');

const stack = new AsyncDisposableStack();
let cache: string;
beforeAll(async () => {
  cache = await scratchFolder(stack);
});
afterAll(() => stack.disposeAsync());

/** Runs `lictor` in the folder of a report, with its cache outside of it. */
async function lictor(
  folder: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string }> {
  const { code, stdout, stderr } = await inProcess(args, join(REPORTED, folder), { XDG_CACHE_HOME: cache });
  return { code, out: stdout + stderr };
}

describe('policies that users reported', () => {
  test('two client certificates are two principals, also forwarded', async () => {
    const { code, out } = await lictor('xfcc-subject-unescaped', 'test', '.');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('2 passed') as string });
  });

  test('a policy that takes the proxy for the caller gets a warning at each place', async () => {
    const { code, out } = await lictor('who-is-behind-the-proxy', 'check', '--strict', '.');
    expect(code).toBe(1);
    expect(out).toMatch(/p\.yaml:7:44: warning\[forwarded_peer\].*`source\.spiffe`/);
    expect(out).toMatch(/p\.yaml:16:37: warning\[forwarded_peer\].*`source\.principal`/);
  });
});
