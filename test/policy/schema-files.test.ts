import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BodySchema } from '../../src/engine/schema/body-schema.ts';
import type { CompiledFolder } from '../../src/policy/compile-folder.ts';
import { compileFolder } from '../support/compile.ts';
import { memoryFiles } from './memory-files.ts';
import { folderOf, put, scratch } from './source/scratch.ts';

function policy(body: string): string {
  return `
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  authenticate: {mtls: {}}
  rules: [{name: any, effect: allow}]
  schemas: [{body: ${body}}]
`;
}

const FILES = {
  'a.yaml': policy('{jsonSchema: schemas/order.json}'),
  'schemas/order.json': '{"properties": {"id": {"$ref": "../shared/parts.yaml#/$defs/id"}}}',
  'shared/parts.yaml': '$defs: {id: {type: string}}\n',
};

function schemaOf({ set, diagnostics }: CompiledFolder): BodySchema {
  const schema = set?.policies[0]?.schemas[0];
  if (schema?.kind !== 'body') throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return schema.body;
}

test('a schema refers to files of the folder, which are then not strays', () => {
  const folder = compileFolder(memoryFiles(FILES));
  expect(folder.diagnostics).toEqual([]);
  expect(schemaOf(folder).validate({ id: 'a' })).toBeUndefined();
  expect(schemaOf(folder).validate({ id: 1 })?.detail).toBe('`/id` must be a string');
});

test('the digest of a folder has the files that a schema refers to', async () => {
  const root = scratch();
  put(root, FILES);
  const digestOf = async (): Promise<string> => {
    const folder = await folderOf(root);
    schemaOf(compileFolder(folder));
    expect([...folder.files().keys()].toSorted()).toEqual(Object.keys(FILES).toSorted());
    return folder.digest();
  };
  const before = await digestOf();
  put(root, { 'shared/parts.yaml': '$defs: {id: {type: integer}}\n' });
  expect(await digestOf()).not.toBe(before);
});

test('a reference does not leave the folder by a link', async () => {
  const root = scratch();
  const dir = join(root, 'p');
  put(dir, { ...FILES, 'schemas/order.json': '{"$ref": "secret.json"}' });
  put(root, { 'secret.json': '{"type": "string"}' });
  symlinkSync(join(root, 'secret.json'), join(dir, 'schemas/secret.json'));
  const { set, diagnostics } = compileFolder(await folderOf(dir));
  expect(set).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toContain('invalid_reference');
});

describe('a later load of a folder', () => {
  const compiled = (changes: Readonly<Record<string, string>>) =>
    schemaOf(compileFolder(memoryFiles({ ...FILES, ...changes })));

  test('does not compile an unchanged schema again', () => {
    const first = compiled({});
    expect(compiled({ 'b.yaml': FILES['a.yaml'].replace('orders', 'others') })).toBe(first);
    expect(compiled({ 'schemas/order.json': ` ${FILES['schemas/order.json']}` })).toBe(first);
  });

  test.each([
    ['its file', { 'schemas/order.json': FILES['schemas/order.json'].replace('"id"', '"key"') }],
    ['a file that it refers to', { 'shared/parts.yaml': '$defs: {id: {type: integer}}\n' }],
    ['its bound on bytes', { 'a.yaml': policy('{jsonSchema: schemas/order.json, maxBytes: 10}') }],
  ])('compiles a schema again after a change of %s', (_name, changes) => {
    const first = compiled({});
    expect(compiled(changes)).not.toBe(first);
  });

  test('reports again what is wrong with a file', () => {
    const files = memoryFiles({ ...FILES, 'shared/parts.yaml': '$defs: {}\n' });
    const [once, twice] = [compileFolder(files), compileFolder(files)];
    expect(once.diagnostics.map(({ code }) => code)).toEqual(['invalid_schema']);
    expect(twice.diagnostics).toEqual(once.diagnostics);
  });
});
