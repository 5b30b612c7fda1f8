import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageOf } from '../../src/cli/terminal/flags.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import { manPage } from '../support/man-page.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Programs that read a manual page and report what is wrong with it, each with its arguments. */
const READERS = [
  ['mandoc', '-T', 'lint', '-W', 'error'],
  ['groff', '-man', '-ww', '-Tascii', '-z'],
] as const;

const PAGE = manPage('1.2.3');

/** The text that a reader sees: without requests, fonts and escapes. */
const TEXT = PAGE.replaceAll(/^\.\w+ ?/gm, '')
  .replaceAll(/\\f[A-Z]/g, '')
  .replaceAll('\\(aq', "'")
  .replaceAll('\\&', '')
  .replaceAll('\\-', '-')
  .replaceAll('\\e', '\\');

test.each(VERBS.map((verb) => [verb.name, verb] as const))(
  'the manual page has %s with its flags and examples',
  (name, { flags, examples }) => {
    const [, section = ''] = new RegExp(`^\\.SS lictor ${name}\\b(.*?)^\\.S[SH]`, 'ms').exec(PAGE) ?? [];
    expect(section).not.toBe('');
    for (const [flag, row] of Object.entries(flags)) expect(TEXT).toContain(`\n${usageOf(flag, row)}\n`);
    for (const example of examples) expect(TEXT).toContain(`\n${example}\n`);
  },
);

test('no line begins with a request by accident, and no mark of code is left', () => {
  const requests = [...PAGE.matchAll(/^[.'](\S*)/gm)].map(([, request]) => request);
  expect(new Set(requests)).toEqual(
    new Set(['B', 'BR', 'I', 'PP', 'RE', 'RS', 'SH', 'SS', 'TH', 'TP', 'fi', 'nf']),
  );
  expect(PAGE).not.toContain('`');
});

test('the programs that are installed read it without a complaint', async () => {
  await using stack = new AsyncDisposableStack();
  const file = join(await scratchFolder(stack), 'lictor.1');
  writeFileSync(file, PAGE);
  for (const [program, ...args] of READERS) expect(complaintsOf(program, [...args, file])).toBe('');
});

/** What a program writes about a file; nothing if it is not installed. */
function complaintsOf(program: string, args: readonly string[]): string {
  try {
    return execFileSync(
      'sh',
      ['-c', 'command -v "$0" >/dev/null || exit 0; "$0" "$@" 2>&1', program, ...args],
      {
        encoding: 'utf8',
      },
    );
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}
