import { withFolderOfEachTest } from '../support/each-folder.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';

const testOf = (request: string, expected: string): string => `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  requests:
    a: {method: GET, host: orders.acme.svc, path: /a}
  cases:
    - {name: a, request: ${request}, expect: ${expected}}
`;

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

describe('why a policy does not apply', () => {
  const SECOND = `---
apiVersion: lictor/v1
kind: Policy
metadata: {name: admin}
spec:
  match:
    - {hosts: [admin.acme.svc], methods: [GET, POST], paths: [/admin/**]}
    - {hosts: [orders.acme.svc], paths: [/a], when: "request.scheme == 'http'"}
  authenticate: {mtls: {}}
  rules: [{name: admins, effect: allow}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc], paths: [/orders]}]
  authenticate: {mtls: {}}
  rules: [{name: read, effect: allow}]
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: other}
spec:
  match: [{hosts: [other.acme.svc]}]
  authenticate: {mtls: {}}
`;

  const explained = async (expected: string, request = 'a'): Promise<string> => {
    const file = testOf(request, expected);
    await writeFiles(directory, { 'p/orders.yaml': SECOND, 'p/orders.test.yaml': file });
    return (await inProcess(['test', 'p'], directory)).stdout;
  };

  test('names the part of each entry of its match', async () => {
    expect(await explained('{decision: allow, rule: admins}')).toContain(`
      policies  no policy applied
        admin does not apply: match[0]: the host is not admin.acme.svc; match[1]: \`when\` does not hold
      admin, match p/orders.yaml:8
        request.scheme == 'http'  false
          request.scheme          "https"
`);
  });

  test('without an expected policy, of those that came nearest', async () => {
    const near = await explained('allow', '{host: orders.acme.svc, path: /order}');
    expect(near).toContain(`
        admin does not apply: match[0]: the host is not admin.acme.svc; match[1]: the path is not /a
        orders does not apply: the path is not /orders
`);
    expect(near).not.toContain('other does not apply');
    expect(await explained('allow', '{host: x}')).toContain('other does not apply: the host is not other');
  });

  test('but nothing of others where one applies', async () => {
    const some = await explained('allow', '{host: orders.acme.svc, path: /orders}');
    expect(some).toContain('policies  orders');
    expect(some).not.toContain('does not apply');
  });
});
