import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended } from '../support/command.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: p}
spec: {rules: [{name: r, effect: allow, when: request.body.a == 1}]}
`;

/** `{"a":1}` with gzip, as Envoy sends it. */
const COMPRESSED = {
  attributes: {
    request: {
      http: {
        method: 'POST',
        host: 'x',
        path: '/',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        rawBody: 'H4sIAAAAAAAAA6tWSlSyMqwFAK+sG1YHAAAA',
      },
    },
  },
};

const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: p}
spec:
  maxRequestBytes: 30
  requests:
    whole: {method: POST, host: x, body: {json: {a: 1}}}
  cases:
    - {name: whole, request: whole, expect: {decision: allow}}
    - name: a part
      request: whole
      with: {body: {json: {a: 1}, truncated: true}}
      expect: {decision: deny, reason: body_truncated, status: 413}
    - name: a part as text
      request: whole
      with: {body: {text: '{"a": 1}', truncated: true}}
      expect: {decision: deny, reason: body_truncated}
    - name: text
      request: whole
      with: {body: {text: '{"a": 1}'}}
      expect: {decision: allow}
    - name: longer than the buffer
      request: whole
      with: {body: {json: {a: 1, filling: abcdefghijklmnopqrstuvwxyz0123456789}}}
      expect: {decision: deny, reason: body_truncated}
    - name: another length than declared
      request: whole
      with: {headers: {content-length: "8"}}
      expect: {decision: deny, reason: body_truncated}
    - name: no body
      request: {method: POST, host: x}
      expect: {decision: deny, reason: body_missing}
    - name: compressed
      request: whole
      with: {headers: {content-encoding: br}}
      expect: {decision: deny, reason: body_wrong_type, status: 415}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, {
    'policies/p.yaml': POLICIES,
    'tested/p.yaml': POLICIES,
    'tested/p.test.yaml': TESTS,
    'compressed.json': JSON.stringify(COMPRESSED),
    'body.json': '{"a": 1}',
  });
  const latin1 = Buffer.from('{"a": 1, "b": "\u00e9"}', 'latin1');
  await writeFile(join(directory, 'latin-1.json'), latin1);
});

afterAll(() => stack.disposeAsync());

function run(...args: string[]): Promise<Ended> {
  return inProcess(args, directory);
}

test('cases of a PolicyTest say what the proxy sends of a body', async () => {
  const { code, stdout } = await run('test', 'tested');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('8 cases') });
});

test('eval refuses a compressed body of a CheckRequest and names the encoding', async () => {
  const { code, stdout } = await run('eval', 'policies', '--request', 'compressed.json');
  expect(stdout).toContain('deny 415 body_wrong_type');
  expect(stdout).toContain('`content-encoding: gzip`');
  expect(code).toBe(1);
});

describe('eval with a body', () => {
  const given = (...args: string[]) => run('eval', 'policies', '--method', 'POST', '--host', 'x', ...args);

  test.each<[string, string[], string]>([
    ['below the limit', ['--body', 'body.json', '--max-request-bytes', '9'], 'allow 200'],
    ['that fills the buffer', ['--body', 'body.json', '--max-request-bytes', '8'], 'deny 413 body_truncated'],
    [
      'of another length than declared',
      ['--body', 'body.json', '--header', 'content-length: 9'],
      'deny 413 body_truncated',
    ],
    [
      'that is not UTF-8',
      ['--body', 'latin-1.json', '--header', 'content-type: application/json'],
      'deny 400 body_malformed',
    ],
  ])('%s', async (_, args, expected) => {
    const { stdout } = await given(...args);
    expect(stdout).toContain(expected);
  });

  test('in place of the compressed one of a file', async () => {
    const { stdout } = await run('eval', 'policies', '--request', 'compressed.json', '--body', 'body.json');
    expect(stdout).toContain('allow 200');
  });
});
