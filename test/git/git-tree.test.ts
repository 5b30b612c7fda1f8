import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectId } from '../../src/git/git-object.ts';
import { readCommitTree } from '../../src/git/git-tree.ts';
import { openObjects } from '../../src/git/object-store.ts';
import { commitAll, git, put, scratch } from '../policy/source/scratch.ts';
import { seeded } from '../support/seeded.ts';

/** A packed repository with three commits and with deltas in its pack. */
function packed(): { shared: string; commit: string; pack: string; index: string } {
  const root = scratch();
  git(root, 'init', '-q');
  for (const round of ['one', 'two', 'three']) {
    const files: Record<string, string> = {};
    for (let n = 0; n < 60; n += 1) files[`p/file-${n}.yaml`] = n === 7 ? round : `${n}`;
    put(root, files);
    commitAll(root, round);
  }
  git(root, 'repack', '-q', '-a', '-d', '-f');
  const packs = join(root, '.git', 'objects', 'pack');
  const names = readdirSync(packs);
  const named = (end: string) => join(packs, names.find((name) => name.endsWith(end)) ?? '');
  return {
    shared: join(root, '.git'),
    commit: git(root, 'rev-parse', 'HEAD'),
    pack: named('.pack'),
    index: named('.idx'),
  };
}

function look(shared: string, commit: string): readonly (string | undefined)[] {
  const objects = openObjects(shared);
  try {
    const tree = readCommitTree(objects, commit);
    const { entry } = tree.resolve('p');
    if (entry?.kind !== 'folder') throw new Error('not a folder');
    const found = ['p/file-7.yaml', 'p/none'].map((path) => tree.resolve(path).entry?.id);
    return [...tree.list(entry).keys(), ...found];
  } finally {
    objects.close();
  }
}

test('files of a packed commit are listed and found', () => {
  const { shared, commit } = packed();
  const seen = look(shared, commit);
  expect(seen).toHaveLength(62);
  expect(seen.slice(60)).toEqual([objectId('blob', Buffer.from('three'), commit), undefined]);
});

test.each(['pack', 'index'] as const)(
  'a damaged %s is an error or harmless, and reading always terminates',
  (which) => {
    const { shared, commit, [which]: file } = packed();
    const sound = readFileSync(file);
    const before = look(shared, commit);
    const random = seeded(20_261_123);
    let errors = 0;
    for (let round = 0; round < 400; round += 1) {
      const damaged = Buffer.from(sound);
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      const end = round % 4 === 0 ? Math.floor(random() * damaged.length) : damaged.length;
      writeFileSync(file, damaged.subarray(0, end));
      try {
        expect(look(shared, commit)).toHaveLength(before.length);
      } catch (error) {
        if (String(error).includes('toHaveLength')) throw error;
        errors += 1;
      }
    }
    expect(errors).toBeGreaterThan(50);
  },
);

test('objects are found after git gc has moved them into a pack and deleted the files', () => {
  const root = put(scratch(), { 'p/a.yaml': 'a' });
  git(root, 'init', '-q');
  const commit = commitAll(root);
  const objects = openObjects(join(root, '.git'));
  const tree = readCommitTree(objects, commit);
  git(root, 'gc', '-q', '--prune=now');
  const one = tree.resolve('p/a.yaml').entry?.id ?? '';
  put(root, { 'p/b.yaml': 'b' });
  commitAll(root);
  git(root, 'repack', '-q', '-a', '-d', '-f');
  expect(objects.read(one, 'blob').toString()).toBe('a');
  expect(objects.sizeOf(one)).toBe(1);
  objects.close();
});

test('the ID of content equals that of git', () => {
  const dir = put(scratch(), { f: 'some content\n' });
  expect(objectId('blob', Buffer.from('some content\n'), '0'.repeat(40))).toBe(git(dir, 'hash-object', 'f'));
});
