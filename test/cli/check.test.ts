import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../src/cli/run.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: health}
spec:
  rules:
    - name: probe
      effect: allow
`;

describe('lictor check', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lictor-check-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function check(
    policies: string,
    ...flags: readonly string[]
  ): Promise<{ readonly code: number; readonly out: string }> {
    await writeFile(join(folder, 'health.yaml'), policies);
    const stdout = new PassThrough();
    const terminal = { stdout, stderr: stdout, environment: {}, directory: folder };
    const code = await run(['check', '.', ...flags], terminal);
    stdout.end();
    return { code, out: await text(stdout) };
  }

  test('a warning is printed, and fails only with --strict', async () => {
    const shown = await check(POLICY);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(
      'health.yaml:6:13: warning[open_allow]: `rules[0].name`: this rule allows every caller',
    );
    expect(shown.out).toMatch(/^\.: 1 policy, 0 issuers, 0 tests: no errors, 1 warning$/m);
    const strict = await check(POLICY, '--strict');
    expect(strict.code).toBe(1);
    expect(strict.out).toContain('warning[policy_without_tests]');
  });

  test('paths in texts are relative to the current folder, as positions are', async () => {
    const twice = `${POLICY}---\n${POLICY}`;
    const at = folder;
    await mkdir(join(at, 'team'), { recursive: true });
    await writeFile(join(at, 'team', 'twice.yaml'), twice);
    const stdout = new PassThrough();
    const terminal = { stdout, stderr: stdout, environment: {}, directory: at };
    await run(['check', 'team'], terminal);
    stdout.end();
    expect(await text(stdout)).toMatch(/^team\/twice\.yaml:\d+:\d+: error.* at team\/twice\.yaml:\d+$/m);
    await rm(join(at, 'team'), { recursive: true });
  });

  test('a comment silences it in every form', async () => {
    const silent = POLICY.replace('name: probe', 'name: probe # lictor-ignore: open_allow probes are nobody');
    expect(await check(silent)).toEqual({ code: 0, out: '.: 1 policy, 0 issuers, 0 tests: no errors\n' });
    expect(JSON.parse((await check(silent, '--output', 'json')).out)).toEqual({
      diagnostics: [],
      errors: 0,
      warnings: 0,
    });
    expect((await check(silent, '--output', 'github')).out).not.toContain('::');
    const sarif = JSON.parse((await check(silent, '--output', 'sarif')).out) as { runs: unknown[] };
    expect(sarif.runs).toEqual([expect.objectContaining({ results: [] })]);
  });

  test('an unknown form is wrong usage', async () => {
    const { code, out } = await check(POLICY, '--output', 'xml');
    expect(code).toBe(2);
    expect(out).toContain('human, json, github or sarif');
  });
});
