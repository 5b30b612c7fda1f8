import { registryOf } from '../../src/protobuf/message-registry.ts';
import { descriptorSet, fields } from '../support/descriptor-sets.ts';
import { ORDERS } from './orders.ts';

const message = { name: 'M', field: fields(['n', 1, '.b.N']) };

test.each<[string, Uint8Array, string]>([
  ['random bytes', new Uint8Array([255, 255, 255, 255]), 'the file is not a valid `FileDescriptorSet`'],
  ['text', new TextEncoder().encode('syntax = "proto3";'), 'the file is not a valid `FileDescriptorSet`'],
  ['an empty file', new Uint8Array(), 'the descriptor set has no messages'],
  ['a set without messages', descriptorSet([{ name: 'a.proto' }]), 'the descriptor set has no messages'],
  [
    'a set that is cut off',
    ORDERS.subarray(0, ORDERS.length - 3),
    'the file is not a valid `FileDescriptorSet`',
  ],
  [
    'a set without its imports',
    descriptorSet([{ name: 'a.proto', dependency: ['b.proto'], messageType: [message] }]),
    'the descriptor set has `a.proto`, but not its import `b.proto`',
  ],
  [
    'a field of a type that is not there',
    descriptorSet([{ name: 'a.proto', messageType: [message] }]),
    'the descriptor set is not consistent: ',
  ],
  ['more than 8 MiB', new Uint8Array(8 * 1024 * 1024 + 1), 'the descriptor set has more than 8 MiB'],
])('%s is a problem', (_, bytes, reason) => {
  const { registry, problem } = registryOf(bytes);
  expect(registry).toBeUndefined();
  expect(problem?.message).toContain(reason);
});

test('files need not be in the order of their imports, and well-known files need not be there', () => {
  const set = descriptorSet([
    {
      name: 'a.proto',
      package: 'a',
      dependency: ['b.proto', 'google/protobuf/any.proto'],
      messageType: [message],
    },
    { name: 'b.proto', package: 'b', messageType: [{ name: 'N' }] },
  ]);
  const { registry } = registryOf(set);
  expect(registry?.fieldOf('a.M', 'n')).toEqual({ kind: 'message', name: 'b.N' });
  expect(registry?.isMessage('google.protobuf.Any')).toBe(true);
});
