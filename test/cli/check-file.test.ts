import { lictor } from '../support/command.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const policy = (name: string, more: string): string =>
  `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  match: [{hosts: [${name}.acme.svc]}]
  authenticate: {jwt: {issuers: [acme]}}
  rules:
    - {name: read, effect: allow, when: "${more}"}
`;

const ISSUER = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", audiences: [a], keys: {jwksUri: "https://login.acme.example/jwks"}}
`;

describe('lictor check FILE', () => {
  let stack: AsyncDisposableStack;
  let directory: string;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    directory = await scratchFolder(stack);
    await writeFiles(directory, {
      'folder/issuer.yaml': ISSUER,
      'folder/services/orders.yaml': policy('orders', "'a' in jwt.scopes"),
      'folder/services/carts.yaml': policy('carts', "'a' in jwt.scope"),
    });
  });

  afterEach(() => stack.disposeAsync());

  test('a file is checked as a part of its folder, whose other mistakes are counted', async () => {
    expect(await inProcess(['check', 'folder/services/orders.yaml'], directory)).toEqual({
      code: 0,
      stdout: 'folder/services/orders.yaml: no errors\n',
      stderr: 'lictor check: 1 error in other files of the folder, which `lictor check folder` shows\n',
    });
  });

  test('the mistakes of the file are shown, with paths as the user would write them', async () => {
    const { code, stdout, stderr } = await inProcess(['check', 'services/carts.yaml'], `${directory}/folder`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^services\/carts\.yaml:8:\d+: error\[/);
    expect(stdout).toMatch(/^services\/carts\.yaml: 1 error, 0 warnings$/m);
  });

  test('every form shows the mistakes of the file alone', async () => {
    for (const [file, errors] of [
      ['orders', 0],
      ['carts', 1],
    ] as const) {
      const args = ['check', `folder/services/${file}.yaml`, '--output', 'json'];
      expect(JSON.parse((await inProcess(args, directory)).stdout)).toMatchObject({ errors });
    }
  });

  test('a folder named policies is the policy folder of all files below it', async () => {
    await writeFiles(directory, {
      'policies/issuers/acme.yaml': ISSUER,
      'policies/services/orders.yaml': policy('orders', "'a' in jwt.scopes"),
    });
    expect(await inProcess(['check', 'policies/services/orders.yaml'], directory)).toEqual({
      code: 0,
      stdout: 'policies/services/orders.yaml: no errors\n',
      stderr: '',
    });
  });

  test('the folder with a lictor.yaml is the policy folder, whatever lies between', async () => {
    await writeFiles(directory, {
      'lictor.yaml': '# The root.\n',
      'folder/issuer.yaml': '',
      'elsewhere/issuer.yaml': ISSUER,
    });
    expect(await inProcess(['check', 'folder/services/orders.yaml'], directory)).toMatchObject({
      code: 0,
      stdout: 'folder/services/orders.yaml: no errors\n',
    });
  });

  test('a file that does not exist is wrong usage', async () => {
    const { code, stderr } = await inProcess(['check', 'folder/none.yaml'], directory);
    expect(code).toBe(2);
    expect(stderr).toContain('folder/none.yaml');
  });
});

describe('`-` is a policy folder on standard input', () => {
  const ORDERS = policy('orders', "'a' in jwt.scopes");

  test('check', async () => {
    await using own = new AsyncDisposableStack();
    const directory = await scratchFolder(own);
    const fine = await lictor(['check', '-'], { directory, input: `${ORDERS}---\n${ISSUER}` });
    expect(fine).toEqual({ code: 0, stdout: '-: 1 policy, 1 issuer, 0 tests: no errors\n', stderr: '' });
    const wrong = await lictor(['check', '-'], {
      directory,
      input: `${ORDERS.replace('rules:', 'rule:')}---\n${ISSUER}`,
    });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/^<stdin>:7:3: error\[unknown_field\]/);
  });

  test('test and eval, with references relative to the current folder', async () => {
    await using own = new AsyncDisposableStack();
    const directory = await scratchFolder(own);
    await writeFiles(directory, { 'body.schema.json': '{"type": "object"}' });
    const input = `${ORDERS}  schemas: [{match: [{methods: [POST]}], body: {jsonSchema: body.schema.json}}]
---
${ISSUER}---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  callers: {a: {jwt: {issuer: acme, claims: {scope: a}}}}
  cases:
    - {name: in, caller: a, request: {host: orders.acme.svc}, expect: {decision: allow}}
    - name: a list
      caller: a
      request: {method: POST, host: orders.acme.svc, body: {json: []}}
      expect: {reason: schema_violation}
`;
    const tested = await lictor(['test', '-'], { directory, input });
    expect(tested).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 passed/m) });
    const args = ['eval', '-', '--host', 'orders.acme.svc', '--issuer', 'acme', '--claim', 'scope=a'];
    const decided = await lictor(args, { directory, input });
    expect(decided).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^allow 200 by orders\/read\n.*\n.*by revision standard input\n/),
    });
    const escaping = await lictor(['check', '-'], {
      directory,
      input: input.replace('body.schema.json', '../body.schema.json'),
    });
    expect(escaping.stdout).toContain('is outside of the current folder');
  });
});
