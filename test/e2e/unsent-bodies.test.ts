import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callHttp1, callHttp2, chunk, type RawAnswer } from '../support/raw-call.ts';
import { type Mesh, startMesh } from './mesh.ts';

const schema = '{type: object, properties: {role: {enum: [user]}}, additionalProperties: false}';
const documentOf = (operation: string): string =>
  `openapi: 3.1.0\ninfo: {title: Roles, version: "1"}\npaths: {/: {post: {${operation}, responses: {}}}}\n`;
const DOCUMENTS = {
  optional: documentOf(`requestBody: {content: {application/json: {schema: ${schema}}}}`),
  none: documentOf('summary: Without a body'),
};
const policyOf = (name: string): string => `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  match: [{hosts: [${name}.acme.svc]}]
  rules: [{name: all, effect: allow}]
  schemas: [{openapi: ${name}.yaml}]
`;

let mesh: Mesh;

beforeAll(async () => {
  mesh = await startMesh({
    policies: async (folder) => {
      for (const [name, document] of Object.entries(DOCUMENTS))
        await writeFile(join(folder, `${name}.yaml`), document);
      await writeFile(join(folder, 'policies.yaml'), Object.keys(DOCUMENTS).map(policyOf).join('---\n'));
    },
  });
}, 60_000);

afterAll(() => mesh.stop());

const BODY = Buffer.from('{"role":"admin"}');

function summary({ status, text }: RawAnswer): string {
  return `${status} ${/"reason":"(\w+)"/.exec(text)?.[1] ?? ''}`;
}

const TAKES_NONE = '400 schema_violation';

describe.each(['optional', 'none'] as const)('a body that does not fit an operation (%s)', (name) => {
  test.each([
    ['no content type', [], '415 body_wrong_type'],
    ['JSON', ['content-type: application/json'], '400 schema_violation'],
    ['text', ['content-type: text/plain'], '400 body_missing'],
    ['a form', ['content-type: application/x-www-form-urlencoded'], '400 body_missing'],
    ['an empty type', ['content-type: '], '400 body_missing'],
  ])('with %s does not reach the service, without a declared length', async (_, headers, expected) => {
    const call = { workload: 'checkout', host: `${name}.acme.svc` };
    const chunks = [chunk(BODY), chunk(Buffer.alloc(0))];
    const chunked = ['transfer-encoding: chunked', ...headers];
    const answers = [
      await callHttp2(mesh.envoy, { ...call, headers, body: [BODY], ends: true }),
      await callHttp1(mesh.envoy, { ...call, headers: chunked, body: chunks }),
    ];
    const wanted = name === 'none' ? TAKES_NONE : expected;
    expect(answers.map(summary)).toEqual([wanted, wanted]);
  });

  test('may be missing', async () => {
    const call = { workload: 'checkout', host: `${name}.acme.svc`, headers: [], body: [] };
    expect((await callHttp2(mesh.envoy, { ...call, ends: true })).status).toBe(200);
    expect((await callHttp1(mesh.envoy, call)).status).toBe(200);
    const typed = ['content-type: text/plain', 'content-length: 0'];
    expect((await callHttp1(mesh.envoy, { ...call, headers: typed })).status).toBe(200);
  });
});
