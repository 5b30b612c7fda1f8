import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callHttp1, callHttp2, chunk, type RawAnswer } from '../support/raw-call.ts';
import { type Mesh, startMesh } from './mesh.ts';

/** More than the largest body of these tests, which is judged whole. */
const LIMIT = 2 * 1024 * 1024;
const MIB = 1024 * 1024;
const HOST = 'notes.acme.svc';
const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: notes}
spec:
  match: [{hosts: [${HOST}]}]
  rules:
    - {allow: all, from: ["spiffe://acme.example/ns/shop/sa/checkout"]}
  schemas:
    - body: {jsonSchema: {type: object, required: [a], properties: {a: {const: 1}}}}
`;

let mesh: Mesh;

beforeAll(async () => {
  mesh = await startMesh({
    policies: (folder) => writeFile(join(folder, 'policies.yaml'), POLICY),
    lictor: { args: ['--max-request-bytes', String(LIMIT)] },
    envoy: { maxBodyBytes: LIMIT, partialBodies: false, packAsBytes: true },
  });
}, 60_000);

afterAll(() => mesh.stop());

/** A JSON body of so many bytes, whose last bytes say whether it fits the schema. */
function json(length: number, value: number): Buffer {
  const end = `"a":${value}}`;
  return Buffer.from(`{${' '.repeat(length - end.length - 1)}${end}`);
}

function summary({ status, text }: RawAnswer): string {
  const reason = /"reason":"(\w+)"/.exec(text)?.[1];
  return reason === undefined
    ? `${status}, ${(JSON.parse(text) as { bytes: number }).bytes}`
    : `${status} ${reason}`;
}

const TYPE = 'content-type: application/json';
const call = (headers: readonly string[], body: readonly Uint8Array[]) => ({
  workload: 'checkout',
  host: HOST,
  headers: [TYPE, ...headers],
  body,
});

describe.each([7, 1024, 65_536, 65_537, MIB])('a body of %i bytes', (length) => {
  test.each([
    [1, `200, ${length}`],
    [2, '400 schema_violation'],
  ])('with the value %i, with its length, in chunks, and over HTTP/2', async (value, expected) => {
    const body = json(length, value);
    const half = Math.floor(length / 2);
    const pieces = [body.subarray(0, half), body.subarray(half)];
    const chunks = [...pieces.map((each) => chunk(each)), chunk(Buffer.alloc(0))];
    const declared = `content-length: ${length}`;
    expect(summary(await callHttp1(mesh.envoy, call([declared], [body])))).toBe(expected);
    expect(summary(await callHttp1(mesh.envoy, call(['transfer-encoding: chunked'], chunks)))).toBe(expected);
    expect(summary(await callHttp2(mesh.envoy, { ...call([], pieces), ends: true }))).toBe(expected);
  });
});

test('a body of no bytes is missing', async () => {
  expect(summary(await callHttp1(mesh.envoy, call(['content-length: 0'], [])))).toBe('400 body_missing');
  const end = [chunk(Buffer.alloc(0))];
  expect(summary(await callHttp1(mesh.envoy, call(['transfer-encoding: chunked'], end)))).toBe(
    '400 body_missing',
  );
});
