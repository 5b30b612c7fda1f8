import { readFile } from 'node:fs/promises';
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

  test('a key set with keys of other curves has warnings', async () => {
    const { code, out } = await lictor('key-set-with-a-key-of-another-curve', 'check', '.');
    expect(code).toBe(0);
    expect(out.match(/warning\[unused_key\]: no supported algorithm fits the key/g)).toHaveLength(2);
  });

  test('a SPIFFE bundle is a key set', async () => {
    const folder = 'spiffe-bundle-as-key-set';
    const { code, out } = await lictor(folder, 'check', '.');
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringContaining('no errors, 1 warning') as string,
    });
    const token = await readFile(join(REPORTED, folder, 'token.txt'), 'utf8');
    const at = ['--now', '2026-06-01T12:00:00Z', '--token', token.trim()];
    const allowed = await lictor(folder, 'eval', '.', '--host', 'x', ...at);
    expect(allowed.out).toContain('allow 200 by orders/any');
    expect(allowed.code).toBe(0);
  });

  test('a token can be without a claim', async () => {
    const { code, out } = await lictor('tests-of-tokens-without-a-claim', 'test', '.');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('2 passed') as string });
  });

  test('a test can say what Envoy tells', async () => {
    const { code, out } = await lictor('tests-of-what-envoy-tells', 'test', '.');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('4 passed') as string });
  });

  test('a test can say every attribute of a check', async () => {
    const { code, out } = await lictor('every-attribute', 'test', '.');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('7 passed') as string });
  });

  test('payloads as headers, digests of keys and base64url have functions', async () => {
    const folder = 'expressions-that-have-no-words';
    const expressions = await readFile(join(REPORTED, folder, 'expressions.txt'), 'utf8');
    const outs: string[] = [];
    for (const expression of expressions.trim().split('\n')) {
      const flags = ['--host', 'x', '--issuer', 'idp', '--now', '2026-06-01T12:00:00Z'];
      const { out } = await lictor(folder, 'eval', '.', ...flags, '--expression', expression);
      outs.push(out.split('\n')[0] ?? '');
    }
    const [payload = '', ...rest] = outs;
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject({
      iss: 'https://idp.acme.example',
      aud: 'orders',
    });
    expect(rest).toEqual(['false', 'bytes(3)']);
  });
});
