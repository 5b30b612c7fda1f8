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

const VALID = policy("request.method == 'GET'");
const INVALID = policy("request.metod == 'GET'");

describe('diagnostics over stdio', () => {
  test('a mistake is shown at its range while it is typed, until it is fixed', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': VALID });
    client.open('orders.yaml', INVALID);
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
    client.type('orders.yaml', VALID);
    await client.shown('orders.yaml', ({ length }) => length === 0);
    expect(await client.end()).toBe(0);
  });

  test('a warning has the severity of a warning', async () => {
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

  test('files that are not open are checked too, together with unsaved documents', async () => {
    await using stack = new AsyncDisposableStack();
    const test = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  cases:
    - {name: a, request: {path: /}, expect: {rule: orders/read}}
`;
    const client = await LanguageClient.start(stack, { 'orders.yaml': VALID, 'orders.test.yaml': test });
    client.open('orders.yaml', VALID.replace('name: read', 'name: write'));
    const [shown] = await client.shown('orders.test.yaml', ({ length }) => length > 0);
    expect(shown).toMatchObject({ code: 'unknown_reference', range: { start: { line: 5 } } });
    client.close('orders.yaml');
    await client.shown('orders.test.yaml', ({ length }) => length === 0);
  });

  test('changes on the disk are noticed, and a removed file has no diagnostics', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': VALID });
    await writeFile(join(client.dir, 'more.yaml'), policy('request.metod == ""', 'more'));
    await client.shown('more.yaml', ({ length }) => length === 1);
    await rm(join(client.dir, 'more.yaml'));
    await client.shown('more.yaml', ({ length }) => length === 0);
  });

  test('the subfolder `policies` is the policy folder if the workspace folder has no policies itself', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {
      'compose.yaml': 'services: {}',
      'policies/a.yaml': INVALID,
    });
    await client.shown('policies/a.yaml', ({ length }) => length === 1);
    expect(client.published.map(({ uri }) => uri)).toEqual([client.uri('policies/a.yaml')]);
  });

  test('`--policies` overrides the folders of the workspace', async () => {
    await using stack = new AsyncDisposableStack();
    const files = { 'a.yaml': INVALID, 'rules/b.yaml': INVALID };
    const client = await LanguageClient.start(stack, files, { args: ['--stdio', '--policies', 'rules'] });
    await client.shown('rules/b.yaml', ({ length }) => length === 1);
    expect(client.published.map(({ uri }) => uri)).toEqual([client.uri('rules/b.yaml')]);
  });

  test('a missing folder is reported in the log, and compiled after it is created', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, {}, { args: ['--policies', 'later'] });
    await waitFor(() => client.logged.find((line) => line.includes('does not exist')), {
      what: 'a line of the log',
      timeout: 10_000,
    });
    await mkdir(join(client.dir, 'later'));
    await writeFile(join(client.dir, 'later/a.yaml'), INVALID);
    await client.shown('later/a.yaml', ({ length }) => length === 1);
  });

  test('workspace folders are added and removed, each as a separate policy folder', async () => {
    await using stack = new AsyncDisposableStack();
    const files = { 'a/orders.yaml': INVALID, 'b/orders.yaml': INVALID };
    const client = await LanguageClient.start(stack, files, { folders: ['a'] });
    await client.shown('a/orders.yaml', ([first]) => first?.code === 'cel_unknown_name');
    const event = {
      added: [{ uri: client.uri('b'), name: 'b' }],
      removed: [{ uri: client.uri('a'), name: 'a' }],
    };
    client.notify('workspace/didChangeWorkspaceFolders', { event });
    // In one folder, the name would be a duplicate.
    await client.shown('b/orders.yaml', ([first]) => first?.code === 'cel_unknown_name');
    await client.shown('a/orders.yaml', ({ length }) => length === 0);
  });

  test('without a workspace, a file is checked together with the files of its folder', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'a/orders.yaml': VALID }, { folders: [] });
    client.open('a/copy.yaml', VALID);
    const [shown] = await client.shown('a/orders.yaml', ({ length }) => length === 1);
    expect(shown?.code).toBe('duplicate_name');
  });

  test('a workspace without policies has no diagnostics', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'compose.yaml': 'services: {}' });
    client.open('compose.yaml', 'services: {a: 1, a: 2}');
    client.open('orders.yaml', INVALID);
    await client.shown('orders.yaml', ({ length }) => length === 1);
    client.close('orders.yaml');
    await client.shown('orders.yaml', ({ length }) => length === 0);
    await client.shown('compose.yaml', ({ length }) => length === 0);
  });
});

describe('robustness', () => {
  test('invalid messages do not end the server', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': VALID });
    client.raw('Content-Length: 5\r\n\r\n{"a":');
    client.raw('Content-Length: 4\r\n\r\nnull');
    client.raw('Content-Length: nothing\r\n\r\n');
    client.raw('hello\r\n\r\n');
    client.notify('textDocument/didOpen', { textDocument: 7 });
    client.notify('textDocument/didChange', { textDocument: { uri: 'file:///nowhere' } });
    client.open('orders.yaml', INVALID);
    // The rest after a frame without a length is read when more data arrives.
    await client.shown('orders.yaml', ({ length }) => {
      client.notify('$/more', {});
      return length === 1;
    });
    expect(await client.end()).toBe(0);
  });

  test('a document that is too large is reported, and other documents are still checked', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': VALID });
    client.open('huge.yaml', `${VALID}# ${'x'.repeat(8 * 1024 * 1024)}\n`);
    const [shown] = await client.shown('huge.yaml', ({ length }) => length > 0);
    expect(shown?.code).toBe('file_too_large');
    client.open('orders.yaml', INVALID);
    await client.shown('orders.yaml', ({ length }) => length === 1);
    client.close('huge.yaml');
    await client.shown('huge.yaml', ({ length }) => length === 0);
  });

  test('a request that the editor cancels is not answered', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { 'orders.yaml': VALID });
    client.open('orders.yaml', VALID);
    const textDocument = { uri: client.uri('orders.yaml') };
    const params = { textDocument, position: { line: 1, character: 1 } };
    const answers = ['documentSymbol', 'codeLens', 'hover'].map((name) =>
      client.cancelled(`textDocument/${name}`, params),
    );
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.map((each) => each.status === 'rejected' && String(each.reason))).toEqual(
      outcomes.map(() => 'Error: the request was cancelled'),
    );
    expect(await client.request('textDocument/documentSymbol', params)).toHaveLength(1);
  });

  test('the end of the input, and an exit without shutdown, end the server with 1', async () => {
    await using stack = new AsyncDisposableStack();
    const closed = await LanguageClient.start(stack, {});
    closed.child.stdin.end();
    expect(await closed.ended()).toBe(1);
    const exited = await LanguageClient.start(stack, {});
    exited.notify('exit', null);
    expect(await exited.ended()).toBe(1);
  });

  test('the server answers during a compilation, and a newer change aborts the compilation', async () => {
    await using stack = new AsyncDisposableStack();
    const client = await LanguageClient.start(stack, { ...policyFolder(20_000), 'orders.yaml': VALID });
    client.open('orders.yaml', INVALID);
    for (let turn = 0; turn < 5; turn++) {
      await expect(client.request('textDocument/nothing', [])).rejects.toThrow('Unhandled method');
      // The folder takes seconds to compile: the answer came before its diagnostics.
      expect(client.published.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
      client.type('orders.yaml', policy(`request.metod${turn} == ''`));
    }
    const shown = await client.shown(
      'orders.yaml',
      ([first]) => first?.message.includes('metod4') === true,
      60_000,
    );
    expect(shown).toHaveLength(1);
    const messages = client.published.flatMap(({ diagnostics }) => diagnostics.map(({ message }) => message));
    expect(messages.filter((message) => !message.includes('metod4'))).toEqual([]);
  }, 90_000);
});
