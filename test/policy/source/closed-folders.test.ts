import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../../src/policy/source/file-system.ts';
import { loadFolder } from '../../../src/policy/source/load.ts';
import { loadPolicySet } from '../../../src/policy/source/load-policy-set.ts';
import { compileFolder } from '../../support/compile.ts';
import { policy } from '../hostile-folders/hostile-folder.ts';
import { put, scratch, texts } from './scratch.ts';

/** A file system in which listing a folder whose path ends with `name` fails, as for another user. */
function closing(name: string, code = 'EACCES'): FileSystem {
  return {
    ...nodeFileSystem,
    async list(folder) {
      if (folder.endsWith(name)) throw Object.assign(new Error(`${code}: ${folder}`), { code });
      return nodeFileSystem.list(folder);
    },
  };
}

const FILES = { 'a.yaml': policy('a'), 'sub/b.yaml': policy('b') };

describe('a folder that may not be listed', () => {
  test.each(['EACCES', 'EPERM'])('is skipped with a warning that names it (%s)', async (code) => {
    const dir = put(scratch(), { ...FILES, 'lost+found/c.yaml': policy('c') });
    const { folder, diagnostics } = await loadFolder(dir, closing('lost+found', code));
    expect(Object.keys(texts(folder?.yaml ?? new Map()))).toEqual(['a.yaml', 'sub/b.yaml']);
    expect(diagnostics).toMatchObject([
      {
        code: 'folder_skipped',
        severity: 'warning',
        message: '`lost+found` cannot be read (permission denied), and policies in it would be missing',
        span: { file: 'lost+found' },
      },
    ]);
  });

  test('does not prevent the others from deciding, and is told once after each load', async () => {
    const dir = put(scratch(), { ...FILES, 'lost+found/c.yaml': policy('c') });
    const options = { compile: compileFolder, fileSystem: closing('lost+found') };
    const first = await loadPolicySet(dir, options);
    expect(first.set?.policies.map(({ name }) => name)).toEqual(['a', 'b']);
    const second = await loadPolicySet(dir, { ...options, previous: first });
    expect(second.set).toBe(first.set);
    for (const { diagnostics } of [first, second]) {
      expect(diagnostics.map(({ code }) => code)).toEqual(['folder_skipped']);
    }
    const opened = await loadPolicySet(dir, { compile: compileFolder, previous: first });
    expect(opened.set?.policies.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(opened.diagnostics).toEqual([]);
  });

  test('is named by a document that refers to a file in it', async () => {
    const dir = put(scratch(), { ...FILES, 'keys/k.json': '{}' });
    const { folder } = await loadFolder(dir, closing('keys'));
    expect(folder?.read('a.yaml', 'keys/k.json')).toEqual({ problem: 'cannot be read (permission denied)' });
  });

  test('is an error if it is the policy folder itself', async () => {
    const dir = put(scratch(), FILES);
    expect(await loadFolder(dir, closing(dir))).toMatchObject({
      failure: 'unreadable',
      diagnostics: [{ code: 'folder_unreadable', message: `\`${dir}\` cannot be read (EACCES)` }],
    });
  });
});

const NOBODY = 65_534;

/** Runs a step as a user who owns nothing; root changes to one, other users own nothing of what they close to themselves. */
async function asAnother<T>(step: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return step();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await step();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

test('the volume with the folder lost+found of another user has no errors', async () => {
  const dir = put(scratch(), { 'p.yaml': policy('shop') });
  const closed = join(dir, 'lost+found');
  mkdirSync(closed);
  chmodSync(dir, 0o755);
  chmodSync(closed, process.geteuid?.() === 0 ? 0o700 : 0o000);
  const { set, diagnostics } = await asAnother(() => loadPolicySet(dir, { compile: compileFolder }));
  chmodSync(closed, 0o700);
  expect(set?.policies.map(({ name }) => name)).toEqual(['shop']);
  expect(diagnostics.map(({ code, span }) => [code, span.file])).toEqual([['folder_skipped', 'lost+found']]);
});

test('a policy file that can be seen and not be read is an error that names it', async () => {
  const dir = put(scratch(), FILES);
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    async stat(path) {
      if (path.endsWith('b.yaml')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      return nodeFileSystem.stat(path);
    },
  };
  const { diagnostics } = await loadFolder(dir, fileSystem);
  expect(diagnostics).toMatchObject([
    { code: 'file_unreadable', message: '`sub/b.yaml` cannot be read (permission denied)' },
  ]);
});
