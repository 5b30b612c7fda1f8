import type { JsonValue } from '@bufbuild/protobuf';
import { createEnvironment, type Environment } from '../../src/cel/check/environment.ts';
import { evaluated } from '../cel/evaluations.ts';
import { descriptorSet, fields, registry } from '../support/descriptor-sets.ts';

/** Types in proto2 and in an edition, of which descriptor sets have more forms than proto3. */
const PROTO2: JsonValue = {
  name: 'old.proto',
  package: 'old',
  syntax: 'proto2',
  messageType: [
    {
      name: 'Old',
      field: fields(
        ['id', 1, 'INT32', { label: 'LABEL_REQUIRED' }],
        ['retries', 2, 'INT32', { defaultValue: '3' }],
        ['ratio', 3, 'DOUBLE', { defaultValue: '-inf' }],
        ['mode', 4, '.old.Mode', { type: 'TYPE_ENUM', defaultValue: 'FAST' }],
        ['mark', 5, 'BYTES', { defaultValue: '\\001a' }],
        ['text', 6, 'STRING', { defaultValue: 'hi', oneofIndex: 0 }],
        ['item', 7, '.old.Old.Item', { type: 'TYPE_GROUP' }],
        ['large', 8, 'UINT64', { options: { jstype: 'JS_STRING' } }],
        ['least', 9, 'INT64', { options: { jstype: 'JS_STRING' }, defaultValue: '-9223372036854775808' }],
      ),
      nestedType: [{ name: 'Item', field: fields(['sku', 1, 'STRING']) }],
      oneofDecl: [{ name: 'either' }],
      extensionRange: [{ start: 100, end: 200 }],
    },
  ],
  enumType: [
    {
      name: 'Mode',
      value: [
        { name: 'SLOW', number: 1 },
        { name: 'FAST', number: 2 },
      ],
    },
  ],
  extension: fields(['priority', 100, 'INT32', { extendee: '.old.Old', defaultValue: '5' }]),
};

const EDITION: JsonValue = {
  name: 'new.proto',
  package: 'new',
  syntax: 'editions',
  edition: 'EDITION_2023',
  messageType: [
    {
      name: 'New',
      field: fields(
        ['count', 1, 'INT32'],
        ['plain', 2, 'INT32', { options: { features: { fieldPresence: 'IMPLICIT' } } }],
        ['inner', 3, '.new.New', { options: { features: { messageEncoding: 'DELIMITED' } } }],
      ),
    },
  ],
};

const TYPES = registry(descriptorSet([PROTO2, EDITION]));
const NAMES: Environment = {
  ...createEnvironment({
    old: { type: { kind: 'message', name: 'old.Old' } },
    other: { type: { kind: 'message', name: 'old.Old' } },
    new: { type: { kind: 'message', name: 'new.New' } },
  }),
  messages: TYPES,
};

function read(source: string, old: readonly number[], other: readonly number[] = []): unknown {
  return evaluated(source, NAMES, {
    old: TYPES.decode('old.Old', new Uint8Array(old)),
    other: TYPES.decode('old.Old', new Uint8Array(other)),
  });
}

test.each<[string, number[]]>([
  ['old.id == 0 && !has(old.id)', []],
  ['old.retries == 3 && !has(old.retries)', []],
  ['old.retries == 0 && has(old.retries)', [0x10, 0]],
  ['old.ratio < -1e308 && old.mode == old.Mode.FAST', []],
  ["old.mark == b'\\x01a' && old.text == 'hi' && !has(old.text)", []],
  // A value that a closed enum does not have is an unknown field.
  ['old.mode == 2 && !has(old.mode)', [0x20, 9]],
  ['old.mode == old.Mode.SLOW', [0x20, 1]],
  // A group begins with the tag of field 7 and ends with another.
  ["old.item.sku == 'x' && has(old.item)", [0x3b, 0x0a, 1, 0x78, 0x3c]],
  ['old.large == 18446744073709551615u', [0x40, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
  ['old.large == 0u && old.least == -9223372036854775808', []],
  ['proto.getExt(old, old.priority) == 5 && !proto.hasExt(old, old.priority)', []],
  ['proto.getExt(old, old.priority) == 7 && proto.hasExt(old, old.priority)', [0xa0, 0x06, 7]],
  ['old.`old.priority` == 7 && has(old.`old.priority`)', [0xa0, 0x06, 7]],
])('%s of the bytes %j in proto2', (source, bytes) => {
  expect(read(source.replaceAll('old.Mode', '.old.Mode'), bytes)).toBe(true);
});

test.each<[string, number[]]>([
  ['new.count == 0 && has(new.count)', [0x08, 0]],
  ['!has(new.plain)', [0x10, 0]],
  ['has(new.inner) && new.inner.count == 4', [0x1b, 0x08, 4, 0x1c]],
])('%s of the bytes %j in an edition', (source, bytes) => {
  const message = TYPES.decode('new.New', new Uint8Array(bytes));
  expect(evaluated(source, NAMES, { new: message })).toBe(true);
});

test.each<[string, number[], number[], boolean]>([
  ['the same unknown fields', [0x78, 1, 0x78, 2], [0x78, 1, 0x78, 2], true],
  ['unknown fields in another order of their values', [0x78, 1, 0x78, 2], [0x78, 2, 0x78, 1], false],
  ['unknown fields with other numbers', [0x78, 1], [0x70, 1], false],
  ['an unknown field that only one has', [0x78, 1], [], false],
  ['unknown fields in another order of their numbers', [0x70, 1, 0x78, 2], [0x78, 2, 0x70, 1], true],
  ['an extension', [0xa0, 0x06, 7], [0xa0, 0x06, 7], true],
  ['other values of an extension', [0xa0, 0x06, 7], [0xa0, 0x06, 8], false],
  ['a default that only one has set', [0x10, 3], [], false],
  ['fields in another order', [0x08, 1, 0x10, 2], [0x10, 2, 0x08, 1], true],
])('two messages with %s', (_, old, other, areEqual) => {
  expect(read('old == other', old, other)).toBe(areEqual);
  expect(read('old != other', old, other)).toBe(!areEqual);
  expect(read('optional.ofNonZeroValue(old).hasValue()', old)).toBe(old.length > 0);
});

test('a message with NaN equals nothing', () => {
  const nan = [0x19, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f];
  expect(read('old == old', nan, nan)).toBe(false);
  expect(read('old == other', nan, nan)).toBe(false);
});
