import { chmod, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, lictor } from '../support/command.ts';
import { withFolderOfEachTest } from '../support/each-folder.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';

const UNTIDY = 'apiVersion: lictor/v1\nkind: Policy\nmetadata: { name: a }   # ours\nspec:\n    rules: []\n';
const TIDY = 'apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: a} # ours\nspec:\n  rules: []\n';
const BROKEN = 'apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: a\nspec: {}\n';
const OTHER = 'openapi:   3.1.0\n';

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

const put = (files: Readonly<Record<string, string>>): Promise<void> => writeFiles(directory, files);
const read = (path: string): Promise<string> => readFile(join(directory, path), 'utf8');
const fmt = (...args: string[]): Promise<Ended> => inProcess(['fmt', ...args], directory);

test('formats the policy files below the current folder, and lists them', async () => {
  await put({
    'a.yaml': UNTIDY,
    'deep/b.yml': UNTIDY,
    'tidy.yaml': TIDY,
    'other.yaml': OTHER,
    '.hidden/c.yaml': UNTIDY,
    'node_modules/d.yaml': UNTIDY,
    'text.txt': UNTIDY,
  });
  const ended = await fmt();
  expect(ended).toEqual({
    code: 0,
    stdout: 'a.yaml\ndeep/b.yml\n',
    stderr: 'lictor fmt: 2 files of 3 changed\n',
  });
  expect(await read('a.yaml')).toBe(TIDY);
  expect(await read('deep/b.yml')).toBe(TIDY);
  for (const path of ['.hidden/c.yaml', 'node_modules/d.yaml', 'text.txt'])
    expect(await read(path)).toBe(UNTIDY);
  expect(await read('other.yaml')).toBe(OTHER);
  expect((await readdir(directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(await fmt()).toMatchObject({ code: 0, stdout: '' });
});

test('a YAML file that is named is formatted whatever it contains, and no other file', async () => {
  const table = 'id,tier\nacme,gold\n';
  await put({ 'other.yaml': OTHER, 'partners.csv': table });
  expect(await fmt('other.yaml', 'partners.csv')).toMatchObject({
    code: 2,
    stdout: 'other.yaml\n',
    stderr: expect.stringContaining('partners.csv` is not a YAML file'),
  });
  expect(await read('other.yaml')).toBe('openapi: 3.1.0\n');
  expect(await read('partners.csv')).toBe(table);
});

test('--check writes nothing and fails', async () => {
  await put({ 'a.yaml': UNTIDY, 'tidy.yaml': TIDY });
  expect(await fmt('--check')).toEqual({
    code: 1,
    stdout: 'a.yaml\n',
    stderr: 'lictor fmt: 1 file of 2 would change\n',
  });
  expect(await read('a.yaml')).toBe(UNTIDY);
  expect(await fmt('--check', 'tidy.yaml')).toMatchObject({ code: 0, stdout: '' });
});

test('a file that is not YAML is reported and not changed, and the others are formatted', async () => {
  await put({ 'a.yaml': BROKEN, 'b.yaml': UNTIDY, 'no-policy.yaml': 'a: [1\n' });
  const ended = await fmt();
  expect(ended).toMatchObject({ code: 1, stdout: 'b.yaml\n' });
  expect(ended.stderr).toContain('a.yaml:3:11: error[yaml_syntax]');
  expect(ended.stderr).not.toContain('no-policy.yaml');
  expect(await read('a.yaml')).toBe(BROKEN);
});

test('a missing path is wrong usage, and the others are formatted', async () => {
  await put({ 'a.yaml': UNTIDY });
  const ended = await fmt('none', 'a.yaml');
  expect(ended).toMatchObject({ code: 2, stdout: 'a.yaml\n' });
  expect(ended.stderr).toContain('`none` does not exist');
});

test('the mode is kept, and a link that is named is followed', async () => {
  await put({ 'real/a.yaml': UNTIDY });
  await chmod(join(directory, 'real/a.yaml'), 0o640);
  await symlink('real/a.yaml', join(directory, 'link.yaml'));
  expect(await fmt('link.yaml')).toMatchObject({ code: 0 });
  expect(await read('real/a.yaml')).toBe(TIDY);
  expect((await stat(join(directory, 'real/a.yaml'))).mode & 0o777).toBe(0o640);
  expect(await readdir(directory, { withFileTypes: true })).toContainEqual(
    expect.objectContaining({ name: 'link.yaml' }),
  );
});

test('links in a folder are not followed', async () => {
  await put({ 'outside.yaml': UNTIDY, 'policies/a.yaml': TIDY });
  await symlink('../outside.yaml', join(directory, 'policies/link.yaml'));
  expect(await fmt('policies')).toMatchObject({ code: 0, stdout: '' });
  expect(await read('outside.yaml')).toBe(UNTIDY);
});

describe('standard input', () => {
  const piped = (input: string, ...args: string[]): Promise<Ended> =>
    lictor(['fmt', ...args], { directory, input });

  test('is formatted to standard output', async () => {
    expect(await piped(UNTIDY, '-')).toEqual({ code: 0, stdout: TIDY, stderr: '' });
  });
  test('is only checked with --check', async () => {
    expect(await piped(UNTIDY, '--check', '-')).toEqual({ code: 1, stdout: '<stdin>\n', stderr: '' });
    expect(await piped(TIDY, '--check', '-')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
  test('prints nothing if the input is not YAML', async () => {
    const ended = await piped(BROKEN, '-');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('<stdin>:3:11: error[yaml_syntax]');
  });
  test('cannot be combined with paths', async () => {
    expect(await piped(UNTIDY, '-', 'a.yaml')).toMatchObject({ code: 2, stdout: '' });
  });
});
