import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended } from '../support/command.ts';
import { withFolderOfEachTest } from '../support/each-folder.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  authenticate: {jwt: {issuers: [acme]}}
  rules:
    - {name: no-trace, effect: deny, match: [{methods: [TRACE]}]}
    - name: read
      effect: allow
      match: [{methods: [GET]}]
      when: "'orders:read' in jwt.scopes && (request.path == '/a' || jwt.claims.level > 3)"
  limits:
    - {name: few, key: [jwt.subject], rate: 2/m}
  respond:
    allow:
      requestHeaders: {remove: [authorization], set: {x-subject: {cel: jwt.subject}}}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: https://id.acme.example, audiences: [orders], keys: {jwksUri: "https://id.acme.example/jwks"}}
`;

const tests = (cases: string): string => `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  now: 2026-06-01T12:00:00Z
  callers:
    reader: {principal: spiffe://acme.example/sa/reader, jwt: {issuer: acme, claims: {scope: orders:read, level: 2}}}
  requests:
    a: {method: GET, host: orders.acme.svc, path: /a}
  cases:
${cases}`;

const FAILING =
  tests(`    - {name: a, caller: reader, request: a, expect: {decision: allow, rule: orders/read}}
    - {name: b & <b>, caller: reader, request: a, with: {path: /b}, expect: {decision: allow, status: 200}}
    - {name: nobody, request: a, expect: {reason: token_missing}}
`);

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

async function run(testFile: string, ...flags: readonly string[]): Promise<Ended> {
  await writeFiles(directory, { 'p/orders.yaml': POLICY, 'p/orders.test.yaml': testFile });
  return inProcess(['test', 'p', ...flags], directory);
}

test('a failure shows the rules that were tried and what the parts of the condition came to', async () => {
  const { code, stdout } = await run(FAILING);
  expect(code).toBe(1);
  expect(stdout).toContain(`
  ✗ b & <b>
      p/orders.test.yaml:12
      request   GET https://orders.acme.svc/b
      caller    spiffe://acme.example/sa/reader
      token     of acme with {"scope": "orders:read", "level": 2}

                wanted  got
      decision  allow   deny
      status    200     403

      answered  deny 403 no_rule by orders: no rule allows this request
      policies  orders
      rules     in order of evaluation:
        deny   orders/no-trace  not selected by its match: the method is not TRACE
        allow  orders/read      false
      orders/read p/orders.yaml:11
        'orders:read' in jwt.scopes && (request.path == '/a' || jwt.claims.level > 3)  false
          'orders:read' in jwt.scopes                   true
            jwt.scopes                                  ["orders:read"]
          request.path == '/a' || jwt.claims.level > 3  false
            request.path == '/a'                        false
              request.path                              "/b"
            jwt.claims.level > 3                        false
              jwt.claims.level                          2

  ✓ nobody
`);
});

test('what fails outside of rules is shown too', async () => {
  const files = {
    'p/orders.yaml': POLICY.replace('key: [jwt.subject]', `key: ["request.headers['x-key']"]`),
    'p/orders.test.yaml': tests('    - {name: a, caller: reader, request: a, expect: {decision: allow}}\n'),
  };
  await writeFiles(directory, files);
  const { stdout } = await inProcess(['test', 'p'], directory);
  expect(stdout).toContain(`
        allow  orders/read      matched
      orders p/orders.yaml:13
        request.headers['x-key']  failed: no such key \`x-key\`
          request.headers         {"authorization": "Bearer (token)"}
`);
});

test('colour is for terminals', async () => {
  await writeFiles(directory, { 'p/orders.yaml': POLICY, 'p/orders.test.yaml': FAILING });
  const { stdout } = await inProcess(['test', 'p'], directory, { FORCE_COLOR: '1' });
  expect(stdout).toContain('\u001B[31m✗\u001B[39m b & <b>');
  expect((await inProcess(['test', 'p'], directory)).stdout).not.toContain('\u001B');
});

test('JUnit: a suite, its cases, and a failure with its text', async () => {
  const { stdout } = await run(FAILING, '--output', 'junit');
  expect(stdout.replaceAll(/time="[\d.]+"/g, 'time="N"')).toContain(
    `<testsuites name="lictor" tests="3" failures="1" errors="0" time="N">
  <testsuite name="orders" tests="3" failures="1" errors="0" time="N">
    <testcase classname="orders" name="a" file="p/orders.test.yaml" line="11" time="N"/>
    <testcase classname="orders" name="b &amp; &lt;b&gt;" file="p/orders.test.yaml" line="12" time="N">
      <failure message="decision: wanted allow, got deny; status: wanted 200, got 403" type="difference">p/orders.test.yaml:12
request   GET https://orders.acme.svc/b`,
  );
});

test('GitHub: an annotation at the line of the case', async () => {
  const { stdout } = await run(FAILING, '--output', 'github');
  const [first, last, ...others] = stdout.trimEnd().split('\n');
  expect(first).toMatch(
    /^::error file=p\/orders\.test\.yaml,line=12,col=7,endLine=12,endColumn=7,title=orders%3A b & <b>::decision: wanted allow, got deny; status: wanted 200, got 403%0A/,
  );
  expect([last, others]).toEqual(['2 passed, 1 failed', []]);
});

test('GitHub: coverage gaps and surviving mutants are annotations of their line', async () => {
  const passing = tests('    - {name: a, caller: reader, request: a, expect: {decision: allow}}\n');
  const { stdout, stderr } = await run(passing, '--output', 'github', '--coverage', '--mutate');
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('1 passed, 0 failed');
  expect(lines).toContain(
    '::warning file=p/orders.yaml,line=11,col=46,endLine=11,endColumn=66,title=lictor coverage::never false',
  );
  expect(lines).toContain(
    '::warning file=p/orders.yaml,line=13,col=45,endLine=13,endColumn=48,title=lictor mutation::no case detects that `2/m` becomes `4/m`%0A%0A-    - {name: few, key: [jwt.subject], rate: 2/m}%0A+    - {name: few, key: [jwt.subject], rate: 4/m}',
  );
  expect(lines.slice(1).filter((line) => !line.startsWith('::warning '))).toEqual([]);
  expect(stderr).toMatch(/\ncoverage\n[^]*\nmutation score \d+ %/);
});

describe('which cases', () => {
  test('--only-failed runs what failed last, until it passes', async () => {
    expect((await run(FAILING)).code).toBe(1);
    expect((await run(FAILING, '--only-failed')).stdout).toMatch(/^0 passed, 1 failed \(1 case/m);
    // A run of others does not forget it.
    await run(FAILING, '--filter', 'nobody');
    const fixed = await run(
      FAILING.replace('decision: allow, status: 200', 'decision: deny'),
      '--only-failed',
    );
    expect(fixed.stdout).toMatch(/^1 passed \(1 case/m);
    const nothing = await run(FAILING, '--only-failed');
    expect(nothing).toMatchObject({ code: 0, stderr: 'lictor test: no case failed in the last run\n' });
  });

  test('--seed shuffles, the same way each time, and loses none', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const cases = names.map((name) => `    - {name: ${name}, request: a, expect: {decision: deny}}\n`);
    const order = async (...flags: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await run(tests(cases.join('')), '--output', 'json', ...flags);
      return (JSON.parse(stdout) as { cases: { name: string }[] }).cases.map(({ name }) => name);
    };
    expect(await order()).toEqual(names);
    const shuffled = await order('--seed', '7');
    expect(shuffled).not.toEqual(names);
    expect(shuffled.toSorted()).toEqual(names.toSorted());
    expect(await order('--seed', '7')).toEqual(shuffled);
    expect(await order('--seed', '8')).not.toEqual(shuffled);
  });
});

test('each: a row is the case with what the row says instead', async () => {
  const { stdout } = await run(
    tests(`    - name: closed
      request: a
      with: {headers: {x-one: "1", x-two: "2"}}
      expect: {decision: deny, status: 401}
      each:
        - {name: to nobody}
        - {with: {path: /b, headers: {x-two: ~}}, expect: {reason: token_missing}}
        - {name: a reader, caller: reader, with: {path: /c}, expect: {status: 403, reason: no_rule}}
        - {name: wrong, caller: reader, repeat: 3, expect: {reason: rate_limited}}
    - name: written out
      caller: reader
      request: {path: /c}
      expect: {decision: allow, requestHeaders: {x-one: "1"}}
      each: [{with: {path: /a, headers: {x-one: "1"}}}]
`),
  );
  expect(stdout).toContain(`
  ✓ closed (to nobody)
  ✓ closed (2)
  ✓ closed (a reader)
  ✗ closed (wrong)
      p/orders.test.yaml:19
      request   GET https://orders.acme.svc/a, 3 times
`);
  expect(stdout).toContain('wanted  got\n      status  401     429\n');
  expect(stdout).toContain('✓ written out (1)');
});

test('after: what others sent before counts, and is not judged', async () => {
  const { stdout } = await run(
    tests(`    - name: used up
      after: [{caller: reader, request: a, repeat: 2}, {request: a, with: {path: /b}}]
      caller: reader
      request: a
      expect: {reason: rate_limited}
    - {name: not yet, after: [{caller: reader, request: a}], caller: reader, request: a, expect: {status: 429}}
`),
  );
  expect(stdout).toContain('  ✓ used up\n  ✗ not yet\n');
  expect(stdout).toContain(
    '      after     GET https://orders.acme.svc/a from spiffe://acme.example/sa/reader\n      request   GET',
  );
});

describe('snapshots', () => {
  const CASES = tests(`    - {name: in, caller: reader, request: a, expect: {snapshot: allowed}}
    - {name: out, caller: reader, request: a, repeat: 3, expect: {snapshot: limited}}
`);

  test('are written when asked, hold the whole answer, and are compared value by value', async () => {
    const missing = await run(CASES);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain('allowed.snapshot.json, which `--update` writes');
    expect(await run(CASES, '--update')).toMatchObject({ code: 0, stderr: '2 snapshots written\n' });
    const file = join(directory, 'p/allowed.snapshot.json');
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toEqual({
      decision: 'allow',
      metadata: expect.objectContaining({ policy: 'orders', rule: 'read' }),
      policy: 'orders',
      reason: 'allowed',
      request_headers: { authorization: null, 'x-subject': 'reader' },
      rule: 'read',
      status: 200,
    });
    expect(text).not.toMatch(/revision|decision_id/);
    expect(JSON.parse(await readFile(join(directory, 'p/limited.snapshot.json'), 'utf8'))).toMatchObject({
      body: { reason: 'rate_limited', status: 429 },
      response_headers: { 'retry-after': '30' },
    });
    expect((await run(CASES)).code).toBe(0);

    await writeFile(file, text.replace('"x-subject": "reader"', '"x-subject": "writer"'));
    const { code, stdout } = await run(CASES);
    expect(code).toBe(1);
    expect(stdout).toContain('snapshot allowed.request_headers.x-subject  "writer"  "reader"\n');
  });

  test('two cases that name one must have one answer', async () => {
    const { code, stdout } = await run(CASES.replace('limited', 'allowed'), '--update');
    expect(code).toBe(1);
    expect(stdout).toContain('snapshot allowed.status');
  });
});

test('what a shadow policy would have said can be expected', async () => {
  const shadow = `---
apiVersion: lictor/v1
kind: Policy
metadata: {name: trial}
spec:
  mode: shadow
  match: [{hosts: [orders.acme.svc]}]
  rules: [{name: none, effect: deny, when: request.path == '/a'}]
`;
  await writeFiles(directory, {
    'p/orders.yaml': `${POLICY}${shadow}`,
    'p/orders.test.yaml':
      tests(`    - {name: said, caller: reader, request: a, expect: {decision: allow, shadow: {trial: deny}}}
    - {name: wrong, caller: reader, request: a, expect: {shadow: {trial: allow}}}
    - {name: elsewhere, caller: reader, request: a, with: {host: b.test}, expect: {shadow: {trial: ~}}}
`),
  });
  const { stdout } = await inProcess(['test', 'p'], directory);
  expect(stdout).toContain('  ✓ said\n  ✗ wrong\n');
  expect(stdout).toContain('shadow.trial  allow   deny\n');
  expect(stdout).toContain('      policies  orders, trial (shadow)\n');
  expect(stdout).toContain(`
        allow  orders/read          matched
        deny   trial/none (shadow)  matched
      trial/none p/orders.yaml:29
        request.path == '/a'  true
          request.path        "/a"
`);
  expect(stdout).toContain('  ✓ elsewhere\n');
});

test('a shadow policy that is not there is a mistake', async () => {
  const { code, stderr } = await run(tests('    - {name: a, request: a, expect: {shadow: {order: deny}}}\n'));
  expect(code).toBe(4);
  expect(stderr).toContain(
    'p/orders.test.yaml:11:47: error[unknown_reference]: `cases[0].expect.shadow.order`: unknown policy `order`',
  );
  expect(stderr).toContain('help: did you mean `orders`?');
});

describe('the results', () => {
  test('--output-file has them for programs, and standard output for people, quietly without those that pass', async () => {
    const { code, stdout } = await run(FAILING, '--output', 'json', '--output-file', 'r.json', '--quiet');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^orders\n {2}✗ b & <b>\n[^✓]*\n2 passed, 1 failed \(3 cases/);
    const { cases } = JSON.parse(await readFile(join(directory, 'r.json'), 'utf8')) as {
      readonly cases: readonly { readonly name: string; readonly ok: boolean }[];
    };
    expect(cases.map(({ name, ok }) => [name, ok])).toEqual([
      ['a', true],
      ['b & <b>', false],
      ['nobody', true],
    ]);
  });

  test('coverage is beside the results for people', async () => {
    const { stdout, stderr } = await run(
      FAILING,
      '--coverage',
      '--output',
      'junit',
      '--output-file',
      'j.xml',
    );
    expect([stdout.includes('\ncoverage\n'), stderr]).toEqual([true, '']);
    expect(await readFile(join(directory, 'j.xml'), 'utf8')).toContain('<testsuite name="orders"');
  });

  test('a folder that does not compile has another exit code than a case that fails', async () => {
    await writeFiles(directory, { 'p/orders.yaml': 'apiVersion: lictor/v1\nkind: Polic\n' });
    expect((await inProcess(['test', 'p'], directory)).code).toBe(4);
  });
});
