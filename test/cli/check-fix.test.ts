import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const policy = (name: string, methods: string): string => `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}   # kept
spec:
  match: [{hosts: [${name}.acme.svc]}]
  authenticate: {mtls: {}}
  rules:
    - name: read
      effect: allow
      match: [{methods: ${methods}}]
`;

describe('lictor check --fix', () => {
  let stack: AsyncDisposableStack;
  let folder: string;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    folder = await scratchFolder(stack);
  });

  afterEach(() => stack.disposeAsync());

  const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text);
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');

  test('writes what the author meant, several mistakes in a line included, and checks again', async () => {
    await write('a.yaml', policy('a', '[get, HEAD, post]'));
    await write('b.yaml', policy('b', '[GET]'));
    const { code, stdout, stderr } = await inProcess(['check', '.', '--fix'], folder);
    expect(stderr).toBe('lictor check: corrected 2 mistakes in `a.yaml`\n');
    expect(stdout).toMatch(/: no errors/);
    expect(code).toBe(0);
    expect(await read('a.yaml')).toBe(policy('a', '[GET, HEAD, POST]'));
    expect(await read('b.yaml')).toBe(policy('b', '[GET]'));
  });

  test('keeps the byte-order mark and the ends of lines', async () => {
    const dos = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    await write('a.yaml', dos(policy('a', '[get]')));
    expect((await inProcess(['check', '.', '--fix'], folder)).code).toBe(0);
    expect(await read('a.yaml')).toBe(dos(policy('a', '[GET]')));
  });

  test('leaves guesses and warnings alone', async () => {
    const guess = policy('a', '[GETT]');
    const warning = policy('b', '[GET]').replace(
      'effect: allow\n',
      "effect: allow\n      when: caller.principal == 'spiffe://acme.example/*'\n",
    );
    await write('a.yaml', guess);
    await write('b.yaml', warning);
    const { code, stdout, stderr } = await inProcess(['check', '.', '--fix'], folder);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('did you mean `GET`?');
    expect([await read('a.yaml'), await read('b.yaml')]).toEqual([guess, warning]);
  });

  test('changes only the file that is named', async () => {
    await write('lictor.yaml', '');
    await write('a.yaml', policy('a', '[get]'));
    await write('b.yaml', policy('b', '[get]'));
    const { stderr } = await inProcess(['check', 'a.yaml', '--fix'], folder);
    expect(stderr).toContain('corrected 1 mistake in `a.yaml`');
    expect([await read('a.yaml'), await read('b.yaml')]).toEqual([
      policy('a', '[GET]'),
      policy('b', '[get]'),
    ]);
  });

  test('follows a link inside of the folder and keeps it', async () => {
    await mkdir(join(folder, 'policies/.data'), { recursive: true });
    await write('policies/.data/a.yaml', policy('a', '[get]'));
    await symlink('.data/a.yaml', join(folder, 'policies/a.yaml'));
    expect((await inProcess(['check', 'policies', '--fix'], folder)).code).toBe(0);
    expect(await read('policies/.data/a.yaml')).toBe(policy('a', '[GET]'));
    expect((await inProcess(['check', 'policies'], folder)).code).toBe(0);
  });

  test('refuses standard input', async () => {
    const { code, stderr } = await inProcess(['check', '-', '--fix'], folder);
    expect([code, stderr]).toEqual([
      2,
      'lictor check: standard input cannot be corrected by `--fix`; name a file or folder\n',
    ]);
  });
});
