import { withFolderOfEachTest } from '../../support/each-folder.ts';
import { inProcess, writeFiles } from '../../support/in-process.ts';

const FOLDER = `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: internal}
spec:
  parameters: {host: {type: string}}
  match: [{hosts: [{param: host}]}]
  variables:
    reading: request.method in ['GET', 'HEAD'] && env.name == 'stage'
  rules:
    - {name: read, effect: allow, when: variables.reading}
    - {name: window, effect: allow, when: request.method == 'PUT', expires: 2026-01-01T00:00:00Z, reason: R}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: a}
spec: {uses: {template: internal, with: {host: a.test}}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: b}
spec: {uses: {template: internal, with: {host: b.test}}}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: production}
spec: {values: {name: prod}, shadow: [b]}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: staging}
spec: {values: {name: stage}}
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: stage}
spec:
  environment: staging
  now: 2026-06-01T12:00:00Z
  cases:
    - {name: a reads, request: {host: a.test}, expect: {decision: allow, rule: a/read}}
    - {name: a writes, request: {method: PUT, host: a.test}, expect: {decision: DECISION}}
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: prod}
spec:
  environment: production
  now: 2026-06-01T12:00:00Z
  cases:
    - {name: b only shadows, request: {host: b.test}, expect: {decision: deny, reason: no_policy, shadow: {b: deny}}}
`;

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

const write = (decision: string): Promise<void> =>
  writeFiles(directory, { 'p/all.yaml': FOLDER.replace('DECISION', decision) });

test('the parts of a template count once over all policies that adopt it', async () => {
  await write('deny');
  const { code, stdout } = await inProcess(['test', 'p', '--coverage'], directory);
  expect(code).toBe(0);
  // Of b only a shadow policy is evaluated, which reads the variable too. A rule that has ended is never tried.
  expect(stdout.slice(stdout.indexOf('coverage\n'))).toBe(`coverage
  policy        rules     outcomes     patterns
  internal        1/2         8/10            –   75 %
    by a          1/2         7/10            –   66 %
    by b          0/2         4/10            –   33 %
  a                 –            –          1/1  100 %
  b                 –            –          1/1  100 %
  all             1/2         8/10          2/2   78 %

p/all.yaml:11:7: rule \`internal/window\` never tried
11 |     - {name: window, effect: allow, when: request.method == 'PUT', expires: 2026-01-01T00:00:00Z, reason: R}
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

lines of the template \`internal\` that only other policies cover (not counted):
  a: p/all.yaml:8
  b: p/all.yaml:8, 10
`);
});

test('a variable that a condition reads is told as what it is', async () => {
  await write('allow');
  const { stdout } = await inProcess(['test', 'p'], directory);
  expect(stdout).toContain(`
      policies  a
      rules     in order of evaluation:
        allow  a/read  false
      a, variables.reading p/all.yaml:8
        request.method in ['GET', 'HEAD'] && env.name == 'stage'  false
          request.method in ['GET', 'HEAD']                       false
            request.method                                        "PUT"
          env.name == 'stage'                                     not evaluated
      a/read p/all.yaml:10
        variables.reading  false
`);
});

test('changes of a template are judged by all cases, of which none sees into a rule that has ended', async () => {
  await write('deny');
  const { stdout } = await inProcess(['test', 'p', '--mutate'], directory);
  const survivors = [...stdout.matchAll(/^p\/all\.yaml:(\d+): no case detects that (.*)$/gm)];
  expect(survivors.map(([, line, what]) => `${line} ${what}`)).toEqual([
    '11 `allow` becomes `deny`',
    '11 the condition is dropped',
    '11 `==` becomes `!=`',
  ]);
});
