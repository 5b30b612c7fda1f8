import { readFileSync } from 'node:fs';
import { VERBS } from '../../src/cli/verbs.ts';
import { TABLES } from '../support/reference.ts';

const PAGE = readFileSync('docs/command-line.md', 'utf8');

describe('the reference has every verb and every flag', () => {
  test.each(VERBS.map((verb) => [verb.name, verb] as const))('%s', (name, { flags }) => {
    expect(PAGE).toContain(`\`lictor ${name}`);
    const tables = [name === 'serve' ? 'settings' : `flags of ${name}`];
    const text = tables.map((table) => TABLES[table]?.text() ?? '').join('');
    const missing = Object.keys(flags).filter((flag) => !text.includes(`\`--${flag}`));
    // `--config` names the file, so that it cannot be a setting in it.
    expect(missing).toEqual(name === 'serve' ? ['config'] : []);
  });

  test('--config is described with the settings', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toContain('`--config FILE`');
  });
});
