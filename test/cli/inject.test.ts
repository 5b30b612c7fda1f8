import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, lictor } from '../support/command.ts';
import { withFolderOfEachTest } from '../support/each-folder.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: orders}\nspec:\n  containers:\n    - name: envoy\n';
const OUT = POD.replace('orders', 'quiet').replace(
  '{name',
  '{annotations: {lictor.dev/inject: "false"}, name',
);
const BAD = POD.replace('{name', '{annotations: {lictor.dev/memory: lots}, name');
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: orders}\n';

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

const inject = (...args: string[]): Promise<Ended> => inProcess(['inject', ...args], directory);
const read = (path: string): Promise<string> => readFile(join(directory, path), 'utf8');

test('files and folders are printed as one stream, and not changed', async () => {
  await writeFiles(directory, {
    'k8s/a.yaml': POD,
    'k8s/b.json': '{"apiVersion": "v1", "kind": "ConfigMap"}',
    'k8s/notes.txt': 'none',
    'service.yaml': SERVICE,
  });
  const ended = await inject('k8s', 'service.yaml');
  expect(ended).toMatchObject({ code: 0, stderr: 'lictor inject: 1 pod injected\n' });
  const [pod, config, service] = ended.stdout.split('---\n');
  expect(pod).toContain('- name: lictor\n');
  expect(config).toBe('{"apiVersion": "v1", "kind": "ConfigMap"}\n');
  expect(service).toBe(SERVICE);
  expect(await read('k8s/a.yaml')).toBe(POD);
});

test('standard input is printed', async () => {
  const ended = await lictor(['inject', '-', '--set', 'image=registry.acme.example/lictor:2'], {
    directory,
    input: POD,
  });
  expect(ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('image: registry.acme.example/lictor:2\n'),
  });
});

test('with --write files change in place, and twice is once', async () => {
  await writeFiles(directory, { 'a.yaml': POD, 'b.yaml': OUT });
  expect(await inject('.', '--write')).toEqual({
    code: 0,
    stdout: 'a.yaml\n',
    stderr: 'lictor inject: 1 pod injected, 1 left out\n',
  });
  const once = await read('a.yaml');
  expect(once).toContain('restartPolicy: Always');
  expect(await inject('.', '--write')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'lictor inject: 0 pods injected, 1 had the sidecar already, 1 left out\n',
  });
  expect(await read('a.yaml')).toBe(once);
  expect(await read('b.yaml')).toBe(OUT);
});

test('--check lists the files that would change, and fails', async () => {
  await writeFiles(directory, { 'a.yaml': POD, 'b.yaml': OUT });
  expect(await inject('.', '--check')).toEqual({
    code: 1,
    stdout: 'a.yaml\n',
    stderr: 'lictor inject: 1 pod would be injected, 1 left out\n',
  });
  expect(await read('a.yaml')).toBe(POD);
  await inject('.', '--write');
  expect(await inject('.', '--check')).toMatchObject({ code: 0, stdout: '' });
});

test('--labelled injects pods with the label alone', async () => {
  const labelled = POD.replace('{name', '{labels: {lictor.dev/inject: "true"}, name');
  await writeFiles(directory, { 'a.yaml': POD, 'b.yaml': labelled });
  expect(await inject('.', '--labelled', '--check')).toMatchObject({ code: 1, stdout: 'b.yaml\n' });
});

test('a pod that is refused keeps everything from being printed or written', async () => {
  await writeFiles(directory, { 'a.yaml': POD, 'b.yaml': BAD });
  const problem =
    'b.yaml:1: Pod `orders`: annotation `lictor.dev/memory`: `lots` is not a size of memory; write it as `192Mi` or `1Gi`\n';
  const summary = 'lictor inject: 1 pod refused, so nothing is written\n';
  expect(await inject('.')).toEqual({ code: 1, stdout: '', stderr: problem + summary });
  expect(await inject('.', '--write')).toEqual({ code: 1, stdout: '', stderr: problem + summary });
  expect(await read('a.yaml')).toBe(POD);
});

test('a file that is not YAML is shown with its place', async () => {
  await writeFiles(directory, { 'a.yaml': 'a: [\n' });
  expect(await inject('a.yaml')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('a.yaml:1:4'),
  });
});

test.each([
  [['missing.yaml'], '`missing.yaml` does not exist'],
  [['-', '--write'], '`-` cannot be combined with --write'],
  [['-', '--set', 'memory'], '`memory` is not NAME=VALUE, such as `memory=256Mi`'],
  [['-', '--set', 'memroy=1Gi'], '--set: `memroy` is not an option; did you mean `memory`?'],
  [['-', '--set', 'memory=lots'], '--set memory: `lots` is not a size of memory'],
  [['-', '--set', 'redis-secret=x'], '--set redis-secret: requires `redis`'],
  [[], "missing required argument 'path'"],
  [['-', '--write', '--check'], 'cannot be used with'],
])('%j is wrong usage', async (args, problem) => {
  expect(await inject(...args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(problem),
  });
});

test('an option of the command line that only some pods use is no mistake of the others', async () => {
  await writeFiles(directory, { 'a.yaml': POD });
  const ended = await inject('a.yaml', '--set', 'git-secret=git-credentials');
  expect(ended).toMatchObject({ code: 0, stdout: expect.not.stringContaining('git') });
});

test('text of a manifest cannot forge lines of the terminal', async () => {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a\n::error::x', annotations: { 'lictor.dev/cpu': 'x\n\u001b[2Jy' } },
    spec: { containers: [{ name: 'envoy' }] },
  });
  await writeFiles(directory, { 'a.json': text });
  const { stderr } = await inject('a.json');
  expect(stderr.split('\n')).toHaveLength(3);
  expect(stderr).not.toContain('\u001b[2J');
});
