import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll, git, put, scratch } from '../policy/source/scratch.ts';
import { inProcess } from '../support/in-process.ts';

const policy = (path: string) => `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  rules:
    - allow: read
      when: request.url_path == '${path}'
`;

const ID = '0192f0c1-2d3e-7a4b-8c5d-6e7f80910a1b';

/** A repository whose second commit decided, and whose work tree is gone; the log has one record. */
function decided(commitOf: (commit: string) => string = (commit) => commit): string {
  const root = scratch();
  git(root, 'init', '-q', '-b', 'main');
  put(root, { 'policies/a.yaml': policy('/old') });
  commitAll(root, 'add orders');
  put(root, { 'policies/a.yaml': policy('/new') });
  const commit = commitAll(root, 'move orders');
  put(root, { 'policies/a.yaml': policy('/newest') });
  commitAll(root, 'move again');
  rmSync(join(root, 'policies'), { recursive: true });
  const record = {
    time: '2026-06-01T12:00:00.000000Z',
    decision_id: ID,
    decision: 'allow',
    reason: 'allowed',
    status: 200,
    policy: 'orders',
    rule: 'read',
    revision: { commit: commitOf(commit), digest: '', dirty: false, source: 'git' },
    request: { id: '', method: 'GET', host: 'orders.acme.svc', path: '/new' },
    source: { principal: '', address: '192.0.2.1' },
    destination: { principal: '' },
  };
  put(root, { 'log.jsonl': `${JSON.stringify(record)}\n` });
  return root;
}

const explain = (root: string, id = ID) =>
  inProcess(['explain', id, '--log', 'log.jsonl', '--repo', 'policies', '--color', 'never'], root);

test('a decision is explained by the policies of its commit, with the author of the line', async () => {
  const { code, stdout, stderr } = await explain(decided());
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('allow 200 by orders/read\n');
  expect(stdout).toContain("request.url_path == '/new'");
  expect(stdout).toMatch(
    /policies\/a\.yaml:7 was last changed by t <t@example\.com> on \d{4}-\d\d-\d\d in [0-9a-f]{12}: add orders\n/,
  );
  expect(stdout).toContain('it was recorded the same: allow 200 allowed by orders/read');
});

test.each([
  ['another', undefined, 'no record of the decision `another` is in the log'],
  [ID, '', `the record of \`${ID}\` names no commit`],
  [ID, '1'.repeat(40), `the repository lacks the object ${'1'.repeat(40)}`],
])('the decision `%s` of the commit `%s` cannot be explained', async (id, commit, problem) => {
  const { code, stdout, stderr } = await explain(
    decided((own) => commit ?? own),
    id,
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(problem);
});
