import type { Ended } from '../support/command.ts';
import { inProcess, writeFiles } from '../support/in-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Ids beyond 2^53, all of which are the same double. */
const POLICIES = `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: account}
spec:
  parameters: {audited: {type: int}}
  authenticate: {jwt: {issuers: [acme]}}
  rules:
    - {name: blocked, effect: deny, when: request.body.account_id in data.blocked}
    - {name: closed, effect: deny, when: request.body.account_id == env.closed}
    - {name: audited, effect: deny, when: request.body.account_id == params.audited}
    - {name: literal, effect: deny, when: request.body.account_id == 9007199254740997}
    - {name: own, effect: allow, when: request.body.account_id == jwt.claims.account_id}
  schemas: [{body: {jsonSchema: {type: object, properties: {limit: {type: integer, maximum: 9007199254740993}}}}}]
  respond:
    allow:
      requestHeaders: {set: {x-tenant: {cel: string(jwt.claims.tenant)}}}
      metadata: {tenant: {cel: string(jwt.claims.tenant)}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: accounts}
spec:
  uses: {template: account, with: {audited: 9007199254741001}}
---
apiVersion: lictor/v1
kind: Dataset
metadata: {name: blocked}
spec: {values: [9007199254741003]}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: production}
spec: {values: {closed: 9007199254741005}}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://id.acme.example", audiences: [x], keys: {jwksUri: "https://id.acme.example/jwks"}}
`;

const TESTS = `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: accounts}
spec:
  callers:
    owner: {jwt: {issuer: acme, claims: {account_id: 9007199254740993, tenant: 9223372036854775807}}}
    even: {jwt: {issuer: acme, claims: {account_id: 9007199254740992, tenant: 1}}}
    huge: {jwt: {issuer: acme, claims: {account_id: 1e300, tenant: 1}}}
  requests:
    r: {method: POST, host: x, body: {json: {account_id: 9007199254740993}}}
  cases:
    - name: the same account
      caller: owner
      request: r
      expect: {decision: allow, requestHeaders: {x-tenant: "9223372036854775807"}}
    - name: the account beside it, which is the same double
      caller: even
      request: r
      expect: {decision: deny, reason: no_rule}
    - name: not the account of the token
      caller: owner
      request: r
      expect: {decision: deny, reason: no_rule}
      each:
        - {name: before it, with: {body: {json: {account_id: 9007199254740992}}}}
        - {name: before it with a fraction, with: {body: {text: '{"account_id": 9007199254740992.0}'}}}
        - {name: after it, with: {body: {json: {account_id: 9007199254740994}}}}
    - name: no account at all
      caller: huge
      request: r
      expect: {decision: deny, reason: no_rule}
    - name: known accounts are exact
      caller: even
      request: r
      expect: {decision: deny, reason: rule_denied}
      each:
        - {name: data, with: {body: {json: {account_id: 9007199254741003}}}, expect: {rule: blocked}}
        - {name: environment, with: {body: {json: {account_id: 9007199254741005}}}, expect: {rule: closed}}
        - {name: parameter, with: {body: {json: {account_id: 9007199254741001}}}, expect: {rule: audited}}
        - {name: literal, with: {body: {json: {account_id: 9007199254740997}}}, expect: {rule: literal}}
    - name: none of the known accounts
      caller: even
      request: r
      expect: {decision: deny, reason: no_rule}
      each:
        - {name: data, with: {body: {json: {account_id: 9007199254741004}}}}
        - {name: environment, with: {body: {json: {account_id: 9007199254741006}}}}
        - {name: parameter, with: {body: {json: {account_id: 9007199254741000}}}}
        - {name: literal, with: {body: {json: {account_id: 9007199254740998}}}}
    - name: a schema compares exactly
      caller: owner
      request: r
      with: {body: {json: {account_id: 9007199254740993, limit: 9007199254740994}}}
      expect: {decision: deny, reason: schema_violation}
    - name: the limit itself
      caller: owner
      request: r
      with: {body: {json: {account_id: 9007199254740993, limit: 9007199254740993}}}
      expect: {decision: allow}
    - name: more than 64 bits
      caller: owner
      request: r
      with: {body: {text: '{"account_id": 9223372036854775808}'}}
      expect: {decision: deny, reason: body_malformed}
    - name: members that differ only in case
      caller: owner
      request: r
      with: {body: {text: '{"account_id": 9007199254740993, "Account_ID": 1}'}}
      expect: {decision: deny, reason: body_malformed}
`;

let stack: AsyncDisposableStack;
let directory: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  directory = await scratchFolder(stack);
  await writeFiles(directory, {
    'p/accounts.yaml': POLICIES,
    'p/accounts.test.yaml': TESTS,
    'wide/p.yaml': POLICIES.replace('9007199254741005', '9223372036854775808'),
    'wide-json/p.yaml': POLICIES.replace('spec: {values: [9007199254741003]}', 'spec: {file: b.json}'),
    'wide-json/b.json': '[9007199254741003, 18446744073709551616]',
    'inexact/p.yaml': POLICIES.replace('9007199254741001', '9007199254740993.0'),
    'metadata/p.yaml': POLICIES.replace('metadata: {tenant: {cel: string(', 'metadata: {tenant: {cel: dyn('),
    'body.json': '{"account_id": 9007199254740993}',
  });
});

afterAll(() => stack.disposeAsync());

function run(...args: string[]): Promise<Ended> {
  return inProcess(args, directory);
}

test('integers of 64 bits are exact in bodies, tokens, data, environments, parameters and schemas', async () => {
  const { code, stdout } = await run('test', 'p');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('18 passed') });
});

const EVAL = ['--method', 'POST', '--host', 'x', '--body', 'body.json', '--issuer', 'acme', '--claim'];

test('eval shows and sends them exactly', async () => {
  const tenant = ['--claim', 'tenant=9223372036854775807'];
  const own = await run('eval', 'p', ...EVAL, 'account_id=9007199254740993', ...tenant);
  expect(own.stdout).toContain('9007199254740993');
  expect(own.stdout).toContain('9223372036854775807');
  expect(own.code).toBe(0);
  const other = await run('eval', 'p', ...EVAL, 'account_id=9007199254740992', ...tenant, '--output', 'json');
  expect(other.stdout).toContain('"value": "9007199254740993"');
  expect(other.code).toBe(1);
});

test('eval refuses a claim of more bits, which would become text', async () => {
  const { code, stderr } = await run('eval', 'p', ...EVAL, 'account_id=9223372036854775808');
  expect(stderr).toContain('has an integer of more than 64 bits; put it in quotes to make it text');
  expect(code).toBe(2);
});

test.each([
  ['wide', 'p.yaml:33:25: error[wrong_type]', 'is an integer of more than 64 bits'],
  ['wide-json', 'b.json:1:20: error[invalid_reference]', 'an integer of more than 64 bits'],
  ['inexact', 'p.yaml:23:45: error[wrong_type]', 'is a number that no double holds exactly'],
])('numbers of policies that lose digits are errors: %s', async (folder, place, message) => {
  const { code, stdout, stderr } = await run('check', folder);
  expect(stdout + stderr).toContain(place);
  expect(stdout + stderr).toContain(message);
  expect(code).toBe(1);
});

test('an int beyond 2^53 in metadata denies', async () => {
  const args = [...EVAL, 'account_id=9007199254740993', '--claim'];
  const wide = await run('eval', 'metadata', ...args, 'tenant=9007199254740993');
  expect(wide.stdout).toContain('deny 500 policy_error');
  expect(wide.stdout).toContain('an int beyond 2^53 has no exact form in metadata');
  const plain = await run('eval', 'metadata', ...args, 'tenant=9007199254740991');
  expect(plain.stdout).toContain('allow 200');
});
