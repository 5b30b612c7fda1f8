import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../src/cli/run.ts';

/** Two policies that apply, in order of name: what `a-first` does, `b-second` may undo. */
const POLICIES = `
apiVersion: lictor/v1
kind: Policy
metadata: {name: a-first}
spec:
  rules: [{name: all, effect: allow}]
  respond:
    allow:
      requestHeaders:
        remove: [x-secret, x-replaced, x-kept-away, x-again]
        set: {x-replaced: anew, x-first: a, x-both: a, x-user: {cel: "context[?'user']"}, x-kept: a}
        append: {x-via: a, x-kept-away: back, x-dropped: a, x-new: a}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: b-second}
spec:
  respond:
    allow:
      requestHeaders:
        remove: [x-first, x-dropped]
        set: {x-both: {cel: "'b'"}, x-again: {cel: request.method}, x-kept: {cel: "context[?'user']"}}
        append: {x-via: {cel: "'b'"}, x-new: b, x-replaced: b}
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: headers}
spec:
  requests:
    get:
      {method: GET, host: a.test, path: /, headers: {x-secret: s, x-replaced: old, x-kept-away: old, x-via: edge, x-dropped: d, x-user: forged}}
  cases:
    - {name: removed, request: get, expect: {decision: allow, requestHeaders: {x-secret: ~}}}
    - {name: removed and set, request: get, expect: {requestHeaders: {x-replaced: "anew,b"}}}
    - {name: removed and appended, request: get, expect: {requestHeaders: {x-kept-away: back}}}
    - {name: removed and set by a later policy, request: get, expect: {requestHeaders: {x-again: GET}}}
    - {name: set and removed by a later policy, request: get, expect: {requestHeaders: {x-first: ~}}}
    - {name: appended and removed by a later policy, request: get, expect: {requestHeaders: {x-dropped: ~}}}
    - {name: set by both, request: get, expect: {requestHeaders: {x-both: b}}}
    - {name: appended by both, request: get, expect: {requestHeaders: {x-via: "edge,a,b"}}}
    - {name: an optional without a value leaves nothing of the caller, request: get, expect: {requestHeaders: {x-user: ~}}}
    - {name: nor does it undo an earlier policy, request: get, expect: {requestHeaders: {x-kept: a}}}
    - {name: appended to nothing, request: get, expect: {requestHeaders: {x-new: "a,b"}}}
`;

describe('what policies do to the headers toward the service', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lictor-headers-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function lictorTest(policies: string): Promise<{ readonly code: number; readonly out: string }> {
    await writeFile(join(folder, 'policies.yaml'), policies);
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const code = await run(['test', '.'], { stdout, stderr, environment: {}, directory: folder });
    stdout.end();
    stderr.end();
    return { code, out: (await text(stdout)) + (await text(stderr)) };
  }

  test('removed first, then set, then appended, policy by policy', async () => {
    const { code, out } = await lictorTest(POLICIES);
    expect(out).toMatch(/^11 passed/m);
    expect(code).toBe(0);
  });

  test('a header that is no longer removed is seen', async () => {
    const { code, out } = await lictorTest(POLICIES.replace('remove: [x-secret, ', 'remove: ['));
    expect(out).toMatch(/requestHeaders\.x-secret +\(absent\) +s$/m);
    expect(code).toBe(1);
  });

  test.each(['host', 'Connection', ':path'])('%s cannot be removed', async (name) => {
    const { code, out } = await lictorTest(POLICIES.replace('x-secret,', `"${name}",`));
    expect(out).toContain('error[invalid_header]');
    expect(code).toBe(4);
  });
});
