import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../src/cli/run.ts';
import { goldenCases } from '../policy/golden.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/**
 * Mistakes of people who know other products and not this language. The first lines of each file have what the author
 * needs to know, and the part of the answer that says it, by the judgement of a reader.
 */
const CASES = goldenCases().filter(({ name }) => name.startsWith('newcomers/'));

/** Cases in which the author was right, or for which `check` has nothing to say. */
const WITHOUT_ANSWER: readonly string[] = ['002', '020', '088', '096', '099'];

describe('mistakes of newcomers', () => {
  test('are at least a hundred', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(100);
  });

  test.each(CASES.map((each) => [each.name, each] as const))('%s is told', (name, { files, expected }) => {
    const [source = ''] = Object.values(files);
    const [, told = ''] = /^# Told: (.+)$/m.exec(source) ?? [];
    expect(source).toMatch(/^# Wanted: .+$/m);
    expect(told).not.toBe('');
    if (WITHOUT_ANSWER.includes(name.replace('newcomers/', ''))) {
      expect([told, expected]).toEqual(['nothing', 'a set\n']);
    } else expect(expected).toContain(told);
  });

  test('099: a failed test says which rule allowed the request', async () => {
    const { files = {} } = CASES.find(({ name }) => name === 'newcomers/099') ?? {};
    await using stack = new AsyncDisposableStack();
    const folder = await scratchFolder(stack);
    for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
    const stdout = new PassThrough();
    const terminal = { stdout, stderr: stdout, environment: {}, directory: folder };
    expect(await run(['test', '.'], terminal)).toBe(1);
    stdout.end();
    const output = await text(stdout);
    expect(output).toMatch(/decision +deny +allow/);
    expect(output).toMatch(/allow +p\/r +matched/);
  });
});
