import { readFileSync } from 'node:fs';
import { commandLine } from '../../src/cli/run.ts';
import { processTerminal } from '../../src/cli/terminal/terminal.ts';

const verbs = commandLine(processTerminal(), async () => {}).commands;

/** The flags of `serve` have a page of their own. */
const PAGES: Readonly<Record<string, string>> = { serve: 'docs/configuration.md' };

const WITHOUT_FLAGS: ReadonlySet<string> = new Set(['schema', 'init']);

describe('the reference names every verb and flag', () => {
  test.each(verbs.map((verb) => [verb.name(), verb] as const))('%s', (name, verb) => {
    expect(readFileSync('docs/command-line.md', 'utf8')).toContain(`\`lictor ${name}`);
    const page = readFileSync(PAGES[name] ?? 'docs/command-line.md', 'utf8');
    const flags = verb.options.map(({ long }) => long ?? '');
    expect(flags.length > 0).toBe(!WITHOUT_FLAGS.has(name));
    expect(flags.filter((flag) => !page.includes(`\`${flag}`))).toEqual([]);
  });
});
