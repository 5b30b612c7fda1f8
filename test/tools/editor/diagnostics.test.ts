import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LanguageClient } from '../../support/language-client.ts';
import { policyFolder } from '../../support/policy-folder.ts';
import { waitFor } from '../../support/wait.ts';

const policy = (when: string, name = 'orders') => `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  rules:
    - name: read
      effect: allow
      when: ${when}
`;

const FINE = policy("request.method == 'GET'");
const WRONG = policy("request.metod == 'GET'");

describe('diagnostics over stdio', () => {
  test('a mistake shows as it is typed, where it is, and goes when it is fixed', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': FINE });
    client.open('orders.yaml', WRONG);
    const [shown, second] = await client.shown('orders.yaml', ({ length }) => length > 0);
    expect(second).toBeUndefined();
    expect(shown).toMatchObject({
      range: { start: { line: 7, character: 20 }, end: { line: 7, character: 25 } },
      severity: 1,
      code: 'cel_unknown_name',
      source: 'lictor',
    });
    expect(shown?.message).toContain('\nhelp: did you mean `request.method`?');
    expect(shown?.codeDescription.href).toMatch(/^file:\/\/.*\/docs\/diagnostics\.md#cel_unknown_name$/);
    client.type('orders.yaml', FINE);
    await client.shown('orders.yaml', ({ length }) => length === 0);
    expect(await client.end()).toBe(0);
  });

  test('warnings show as warnings', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {});
    client.open('orders.yaml', policy("request.method == 'GET' || true"));
    const [shown] = await client.shown('orders.yaml', ({ length }) => length > 0);
    expect(shown).toMatchObject({ severity: 2, code: 'constant_condition' });
  });

  test('columns count UTF-16 units', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {});
    client.open('orders.yaml', policy("request.host == '😀é' || request.metod == ''"));
    const [shown] = await client.shown('orders.yaml', ({ length }) => length > 0);
    expect(shown?.range.start).toEqual({ line: 7, character: 45 });
    expect(shown?.range.end).toEqual({ line: 7, character: 50 });
  });

  test('files that are not open are judged too, and with what is open but not saved', async () => {
    await using stack = new AsyncDisposableStack();
    const test = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  cases:
    - {name: a, request: {path: /}, expect: {rule: orders/read}}
`;
    const client = await LanguageClient.start(stack, { 'orders.yaml': FINE, 'orders.test.yaml': test });
    client.open('orders.yaml', FINE.replace('name: read', 'name: write'));
    const [shown] = await client.shown('orders.test.yaml', ({ length }) => length > 0);
    expect(shown).toMatchObject({ code: 'unknown_reference', range: { start: { line: 5 } } });
    client.close('orders.yaml');
    await client.shown('orders.test.yaml', ({ length }) => length === 0);
  });

  test('what changes on the disk is seen, and a file that goes away takes its mistakes along', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': FINE });
    await writeFile(join(client.dir, 'more.yaml'), policy('request.metod == ""', 'more'));
    await client.shown('more.yaml', ({ length }) => length === 1);
    await rm(join(client.dir, 'more.yaml'));
    await client.shown('more.yaml', ({ length }) => length === 0);
  });

  test('the `policies` of a workspace is its policy folder, where nothing above holds policies', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {
      'compose.yaml': 'services: {}',
      'policies/a.yaml': WRONG,
    });
    await client.shown('policies/a.yaml', ({ length }) => length === 1);
    expect(client.published.map(({ uri }) => uri)).toEqual([client.uri('policies/a.yaml')]);
  });

  test('the folder of `--policies` stands before the workspace', async () => {
    await using stack = new AsyncDisposableStack();
    const files = { 'a.yaml': WRONG, 'rules/b.yaml': WRONG };
    const client = await LanguageClient.start(stack, files, { args: ['--stdio', '--policies', 'rules'] });
    await client.shown('rules/b.yaml', ({ length }) => length === 1);
    expect(client.published.map(({ uri }) => uri)).toEqual([client.uri('rules/b.yaml')]);
  });

  test('a folder that is not there is told of in the log, and judged when it comes', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {}, { args: ['--policies', 'later'] });
    await waitFor(() => client.logged.find((line) => line.includes('does not exist')), {
      what: 'a line of the log',
      timeout: 10_000,
    });
    await mkdir(join(client.dir, 'later'));
    await writeFile(join(client.dir, 'later/a.yaml'), WRONG);
    await client.shown('later/a.yaml', ({ length }) => length === 1);
  });

  test('workspace folders come and go, each a policy folder of its own', async () => {
    await using stack = new AsyncDisposableStack();
    const files = { 'a/orders.yaml': WRONG, 'b/orders.yaml': WRONG };
    const client = await LanguageClient.start(stack, files, { folders: ['a'] });
    await client.shown('a/orders.yaml', ([first]) => first?.code === 'cel_unknown_name');
    const event = {
      added: [{ uri: client.uri('b'), name: 'b' }],
      removed: [{ uri: client.uri('a'), name: 'a' }],
    };
    client.notify('workspace/didChangeWorkspaceFolders', { event });
    // Were they one folder, the name would be there twice.
    await client.shown('b/orders.yaml', ([first]) => first?.code === 'cel_unknown_name');
    await client.shown('a/orders.yaml', ({ length }) => length === 0);
  });

  test('a file without a workspace is judged with its neighbours', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'a/orders.yaml': FINE }, { folders: [] });
    client.open('a/copy.yaml', FINE);
    const [shown] = await client.shown('a/orders.yaml', ({ length }) => length === 1);
    expect(shown?.code).toBe('duplicate_name');
  });

  test('a workspace without a policy is left alone', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'compose.yaml': 'services: {}' });
    client.open('compose.yaml', 'services: {a: 1, a: 2}');
    client.open('orders.yaml', WRONG);
    await client.shown('orders.yaml', ({ length }) => length === 1);
    client.close('orders.yaml');
    await client.shown('orders.yaml', ({ length }) => length === 0);
    await client.shown('compose.yaml', ({ length }) => length === 0);
  });
});

describe('a server that is hard to end', () => {
  test('garbage does not end it', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': FINE });
    client.raw('Content-Length: 5\r\n\r\n{"a":');
    client.raw('Content-Length: 4\r\n\r\nnull');
    client.raw('Content-Length: nothing\r\n\r\n');
    client.raw('hello\r\n\r\n');
    client.notify('textDocument/didOpen', { textDocument: 7 });
    client.notify('textDocument/didChange', { textDocument: { uri: 'file:///nowhere' } });
    client.open('orders.yaml', WRONG);
    // What follows a frame without a length is read when more arrives.
    await client.shown('orders.yaml', ({ length }) => {
      client.notify('$/more', {});
      return length === 1;
    });
    expect(await client.end()).toBe(0);
  });

  test('a document beyond the size of a policy file is told of, and nothing else suffers', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': FINE });
    client.open('huge.yaml', `${FINE}# ${'x'.repeat(8 * 1024 * 1024)}\n`);
    const [shown] = await client.shown('huge.yaml', ({ length }) => length > 0);
    expect(shown?.code).toBe('file_too_large');
    client.open('orders.yaml', WRONG);
    await client.shown('orders.yaml', ({ length }) => length === 1);
    client.close('huge.yaml');
    await client.shown('huge.yaml', ({ length }) => length === 0);
  });

  test('it ends with the input, and with an exit without goodbye', async () => {
    await using stack = new AsyncDisposableStack();
    const gone = await LanguageClient.start(stack, {});
    gone.child.stdin.end();
    expect(await gone.ended()).toBe(1);
    const rude = await LanguageClient.start(stack, {});
    rude.notify('exit', null);
    expect(await rude.ended()).toBe(1);
  });

  test('while a large folder is compiled it answers, and what a newer change overtakes is dropped', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { ...policyFolder(20_000), 'orders.yaml': FINE });
    client.open('orders.yaml', WRONG);
    for (let turn = 0; turn < 5; turn++) {
      const began = performance.now();
      await expect(client.request('textDocument/nothing', [])).rejects.toThrow('Unhandled method');
      expect(performance.now() - began).toBeLessThan(1_000);
      client.type('orders.yaml', policy(`request.metod${turn} == ''`));
    }
    const shown = await client.shown('orders.yaml', ([first]) => first?.message.includes('metod4') === true);
    expect(shown).toHaveLength(1);
  });
});
