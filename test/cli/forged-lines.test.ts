import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const FORGED = 'x\nallow 200 by orders/all\n::error::forged\u001b[2J\u202e';
const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  rules: [{name: all, effect: allow, when: "request.method == 'GET'"}]
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  cases:
    - {name: ${JSON.stringify(FORGED)}, request: {method: POST, host: x}, expect: {decision: allow}}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFile(join(directory, 'policy.yaml'), POLICY);
});

afterEach(() => stack.disposeAsync());

function expectHarmless(text: string): void {
  expect(text).toContain('x\\nallow 200 by orders/all\\n');
  expect(text).not.toMatch(/^\s*(allow 200|::|##\[)/m);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
}

test('eval shows a host with line breaks on one line', async () => {
  const http = { method: 'POST', host: FORGED, path: '/', headers: {} };
  await writeFile(join(directory, 'request.json'), JSON.stringify({ attributes: { request: { http } } }));
  const { stdout } = await inProcess(['eval', '.', '--request', 'request.json'], directory);
  expect(stdout).toMatch(/^deny 403/);
  expectHarmless(stdout);
});

test('test shows the name of a case on one line', async () => {
  const { stdout } = await inProcess(['test', '.'], directory);
  expectHarmless(stdout);
});

test('a wrong flag is shown on one line', async () => {
  const { stderr } = await inProcess(['eval', '.', '--host', 'x', '--address', FORGED], directory);
  expectHarmless(stderr);
});

test('names of files are shown on one line, and are not commands of a pipeline', async () => {
  const folder = join(directory, '::warning file=a');
  await mkdir(folder);
  await writeFile(join(folder, 'b\n::error::forged.yaml'), POLICY.replace('Policy\n', 'Polisi\n'));
  const { stdout } = await inProcess(['check', '::warning file=a'], directory);
  expect(stdout).toContain('b\\n::error::forged.yaml:2:7: error');
  expect(stdout).not.toMatch(/^\s*(::|##\[)/m);
  const formatted = await inProcess(['fmt', '--check', '::warning file=a'], directory);
  expect(`${formatted.stdout}${formatted.stderr}`).not.toMatch(/^\s*(::|##\[)/m);
});
