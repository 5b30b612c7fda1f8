import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../../src/policy/source/file-system.ts';
import { loadFolder } from '../../../src/policy/source/load.ts';
import { loadPolicySet } from '../../../src/policy/source/load-policy-set.ts';
import { compileFolder } from '../../support/compile.ts';
import { document, policy } from '../hostile-folders/hostile-folder.ts';
import { put, scratch } from './scratch.ts';

const MEBIBYTE = 1024 * 1024;

/** A file system that counts the reads of each file. */
function counting(): { readonly fileSystem: FileSystem; readonly reads: Map<string, number> } {
  const reads = new Map<string, number>();
  const count = (path: string): string => {
    const name = path.split('/').at(-1) ?? '';
    reads.set(name, (reads.get(name) ?? 0) + 1);
    return path;
  };
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    read: (path) => nodeFileSystem.read(count(path)),
    readNow: (path) => nodeFileSystem.readNow(count(path)),
  };
  return { fileSystem, reads };
}

test('a folder of more than 64 MiB is an error, and no file is read after that', async () => {
  const comments = '# comment\n'.repeat(MEBIBYTE / 10);
  const files: Record<string, string> = {};
  for (let index = 0; index < 100; index++) files[`${index}.yaml`] = comments;
  const { fileSystem, reads } = counting();
  const loaded = await loadFolder(put(scratch(), files), fileSystem);
  expect(loaded).toMatchObject({ failure: 'too-large', diagnostics: [{ code: 'folder_too_large' }] });
  expect(loaded.diagnostics[0]?.message).toMatch(/^the files of `.*` have more than 64 MiB together$/);
  expect(reads.size).toBeLessThan(90);
});

test('files that a document refers to count as well', async () => {
  const dir = put(scratch(), { 'a.yaml': policy('a') });
  for (let index = 0; index < 66; index++)
    writeFileSync(join(dir, `${index}.json`), Buffer.alloc(MEBIBYTE, 0x20));
  const { folder } = await loadFolder(dir);
  const problems = Array.from({ length: 66 }, (_, index) => folder?.read('a.yaml', `${index}.json`).problem);
  expect(problems.slice(0, 63)).toEqual(Array.from({ length: 63 }));
  expect(problems.at(-1)).toBe('makes the folder larger than 64 MiB');
});

test('a load without a change reads each file once, those included that documents refer to', async () => {
  const dir = put(scratch(), {
    'a.yaml': `${policy('a', '  variables: {v: "data.rows == data.rows"}\n')}---\n${document('Dataset', 'rows', '{file: rows.json}')}`,
    'rows.json': '[1, 2]',
  });
  const { fileSystem, reads } = counting();
  const first = await loadPolicySet(dir, { compile: compileFolder, fileSystem });
  expect(first.set).toBeDefined();
  reads.clear();
  const second = await loadPolicySet(dir, { compile: compileFolder, fileSystem, previous: first });
  expect(second.set).toBe(first.set);
  expect([...reads]).toEqual([
    ['a.yaml', 1],
    ['rows.json', 1],
  ]);
});
