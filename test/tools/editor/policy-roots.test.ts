import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { policyRootsOf } from '../../../src/tools/editor/policy-roots.ts';
import { LanguageClient } from '../../support/language-client.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec: {rules: [{name: read, effect: allow, when: request.metod == ''}]}
`;

const MARKER = '# The policies of the shop.\n';
const SETTINGS = 'policies: ./policies\nmode: enforce\n';

/** The policy folders that the folder `opened` of a workspace has, relative to the workspace. */
async function roots(files: Readonly<Record<string, string>>, opened = ''): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack();
  const dir = await scratchFolder(stack);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const found = await policyRootsOf(join(dir, opened));
  return found.map((root) => relative(dir, root)).toSorted();
}

describe('policy folders of a workspace', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['a `lictor.yaml`', { 'authz/lictor.yaml': MARKER, 'authz/orders/a.yaml': POLICY }, ['authz']],
    ['an empty `lictor.yaml`', { 'authz/lictor.yaml': '', 'b.yaml': POLICY }, ['authz']],
    ['a `lictor.yaml` with policies', { 'authz/lictor.yaml': POLICY }, ['authz']],
    ['several', { 'a/authz/lictor.yaml': MARKER, 'b/authz/lictor.yaml': MARKER }, ['a/authz', 'b/authz']],
    ['one, and policies without one', { 'a/lictor.yaml': MARKER, 'b/c/p.yaml': POLICY }, ['a', 'b/c']],
    ['settings of the same name', { 'deploy/lictor.yaml': SETTINGS, 'b/p.yaml': POLICY }, ['b']],
    ['the highest folder with policies', { 'a/b/p.yaml': POLICY, 'a/b/c/q.yaml': POLICY }, ['a/b']],
    ['policies at the top', { 'p.yaml': POLICY, 'policies/q.yaml': POLICY }, ['']],
    ['a folder for each service', { 'authz/a/p.yaml': POLICY, 'authz/b/q.yaml': POLICY }, ['authz']],
    ['`policies` with subfolders', { 'policies/a/p.yaml': POLICY, 'charts/v.yaml': 'a: 1' }, ['policies']],
    [
      '`policies` of each service',
      { 's/a/policies/x/p.yaml': POLICY, 's/b/policies/p.yaml': POLICY },
      ['s/a/policies', 's/b/policies'],
    ],
    ['packages', { 'node_modules/a/p.yaml': POLICY, '.cache/p.yaml': POLICY, 'c.yaml': 'a: 1' }, []],
  ])('%s', async (_, files, wanted) => {
    expect(await roots(files)).toEqual(wanted);
  });

  test('a subfolder of a policy folder belongs to it', async () => {
    expect(await roots({ 'authz/lictor.yaml': MARKER, 'authz/a/p.yaml': POLICY }, 'authz/a')).toEqual([
      'authz',
    ]);
  });
});

describe('in the editor', () => {
  test('YAML outside of the policy folder has no diagnostics, and is not a part of it', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {
      'charts/values.yaml': 'replicas: 3\nreplicas: 4\n',
      'team/authz/lictor.yaml': MARKER,
      'team/authz/orders/p.yaml': POLICY,
      'team/authz/values.yaml': 'replicas: 3\n',
    });
    client.open('charts/values.yaml', 'replicas: 3\nreplicas: 5\n');
    await client.shown('team/authz/orders/p.yaml', ([first]) => first?.code === 'cel_unknown_name');
    await client.shown('team/authz/values.yaml', ([first]) => first?.code === 'stray_file');
    const uris = client.published.map(({ uri }) => uri);
    expect(uris).not.toContain(client.uri('charts/values.yaml'));
  });

  test('a `lictor.yaml` that is saved makes its folder the policy folder', async () => {
    await using stack = new AsyncDisposableStack();
    const files = { 'authz/p.yaml': POLICY, 'other/q.yaml': POLICY };
    const client = await LanguageClient.start(stack, files);
    await client.shown('other/q.yaml', (all) => all.some(({ code }) => code === 'duplicate_name'));
    await writeFile(join(client.dir, 'authz/lictor.yaml'), MARKER);
    client.open('authz/lictor.yaml', MARKER);
    client.notify('textDocument/didSave', { textDocument: { uri: client.uri('authz/lictor.yaml') } });
    await client.shown('other/q.yaml', (all) => !all.some(({ code }) => code === 'duplicate_name'));
    await client.shown('authz/p.yaml', ([first]) => first?.code === 'cel_unknown_name');
  });

  test('policies written into a workspace without any are checked', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {
      'compose.yaml': 'services: {}',
      'authz/README.md': '# Policies',
    });
    client.open('authz/p.yaml', POLICY);
    await client.shown('authz/p.yaml', ([first]) => first?.code === 'cel_unknown_name');
    expect(client.published.map(({ uri }) => uri)).not.toContain(client.uri('compose.yaml'));
  });
});
