import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const POLICIES = `apiVersion: lictor/v1
kind: Issuer
metadata: {name: keycloak}
spec: {preset: keycloak, issuer: "https://login.acme.example/realms/shop", audiences: [orders]}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: cognito}
spec:
  preset: cognito
  issuer: https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example
  audiences: [web]
  keys: {jwksUri: "https://keys.acme.example/cognito"}
  rolesPath: [groups]
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: gitlab}
spec: {preset: gitlab, audiences: [orders], requireClaims: [project_id]}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.svc]}]
  authenticate: {jwt: {issuers: [keycloak, cognito, gitlab]}}
  rules: [{name: admins, effect: allow, from: [{roles: [admin, ops]}]}]
`;

const stack = new AsyncDisposableStack();
let directory: string;

beforeAll(async () => {
  directory = await scratchFolder(stack);
  await writeFile(join(directory, 'orders.yaml'), POLICIES);
});

afterAll(() => stack.disposeAsync());

test('effective shows what each preset sets and adds to, and not the other fields that are written', async () => {
  const { stdout } = await inProcess(['effective', '.', '--host', 'orders.svc', '--path', '/'], directory);
  const line = stdout.split('\n').find((each) => each.includes('a token of'));
  expect(line?.trim().replace(/ {2}orders\.yaml:\d+$/, '')).toBe(
    'orders  a token of ' +
      'keycloak (preset keycloak: keys at https://login.acme.example/realms/shop/protocol/openid-connect/certs, ' +
      'roles at realm_access.roles, claim typ Bearer), ' +
      'cognito (preset cognito: audience in client_id, claim token_use access), ' +
      'gitlab (preset gitlab: issuer https://gitlab.com, keys at https://gitlab.com/oauth/discovery/keys, ' +
      'claims sub and project_path and namespace_path and project_id)',
  );
});

test.each([
  [['--claim', 'realm_access={"roles": ["ops"]}'], 0, '✓ orders: allow admins  `from` names the caller'],
  [
    ['--claim', 'realm_access={"roles": ["viewer"]}'],
    1,
    '· orders: allow admins  `from`: the token does not have the role admin or ops',
  ],
  [
    ['--claim', 'typ=ID'],
    1,
    'claim typ Bearer), cognito (preset cognito: audience in client_id, claim token_use access)',
  ],
  [['--claim', 'typ=ID'], 1, ': the `typ` claim of the token is not accepted here'],
])('eval of a token of the form of its provider: %j', async (claims, code, expected) => {
  const host = ['--host', 'orders.svc', '--path', '/', '--issuer', 'keycloak'];
  const ended = await inProcess(['eval', '.', ...host, ...claims], directory);
  expect(ended).toMatchObject({ code, stdout: expect.stringContaining(expected) });
});
