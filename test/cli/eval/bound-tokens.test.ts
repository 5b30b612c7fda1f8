import { join } from 'node:path';
import { inProcess, writeFiles } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme}
spec: {issuer: "https://login.acme.example", audiences: [orders], keys: {jwksUri: "https://login.acme.example/jwks"}}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.svc]}]
  authenticate: {jwt: {issuers: [acme], bind: certificate}}
  rules: [{name: all, effect: allow}]
`;

const CALLER = 'principal: "spiffe://acme.example/web", certificate: {}';

test.each([
  [
    'bound',
    `{${CALLER}, jwt: {issuer: acme, bind: certificate}}`,
    0,
    /✓ orders: jwt {2}a token of acme that is bound to the certificate of the caller: one of acme/,
  ],
  [
    'not bound',
    `{${CALLER}, jwt: {issuer: acme}}`,
    1,
    /✗ orders: jwt {2}a token of acme that is bound .+: the token must be bound to a client certificate/,
  ],
])('a token that is %s is explained', async (_, caller, code, explanation) => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  await writeFiles(folder, {
    'policies/orders.yaml': POLICIES,
    'request.yaml': `caller: ${caller}\nrequest: {host: orders.svc}\n`,
  });
  const args = ['eval', 'policies', '--request', join(folder, 'request.yaml')];
  expect(await inProcess(args, folder)).toMatchObject({ code, stdout: expect.stringMatching(explanation) });
});

test('effective names the binding', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  await writeFiles(folder, { 'policies/orders.yaml': POLICIES });
  const { stdout } = await inProcess(
    ['effective', 'policies', '--host', 'orders.svc', '--path', '/'],
    folder,
  );
  expect(stdout).toContain('a token of acme that is bound to the certificate of the caller');
});
