import { createEnvironment, isDeclarable } from '../../../src/cel/check/environment.ts';
import { formatType, parseType } from '../../../src/cel/value/type.ts';
import { NAMES } from '../../../src/engine/request/names.ts';

test.each([
  ['string', 'string'],
  ['list(string)', 'list(string)'],
  ['map(string,list( dyn ))', 'map(string, list(dyn))'],
  [' optional(map(int, bool)) ', 'optional(map(int, bool))'],
])('%s is a type', (text, spelled) => {
  const type = parseType(text);
  expect(type === undefined ? undefined : formatType(type)).toBe(spelled);
});

test.each([
  '',
  'strin',
  'list',
  'list()',
  'list(string',
  'list(string))',
  'list(string, int)',
  'map(string)',
  'set(int)',
  'constructor',
  `${'list('.repeat(40)}int${')'.repeat(40)}`,
])('%.40s is not a valid type', (text) => {
  expect(parseType(text)).toBeUndefined();
});

test('dotted names become objects', () => {
  const { roots, names } = createEnvironment(NAMES);
  expect([...roots.keys()]).toEqual([
    'request',
    'source',
    'caller',
    'destination',
    'connection',
    'jwt',
    'context',
    'metadata',
    'route_metadata',
    'policy',
    'now',
  ]);
  expect([...names.keys()]).toEqual(Object.keys(NAMES));
  const source = roots.get('source');
  const spiffe = source?.kind === 'object' ? source.fields.get('spiffe') : undefined;
  expect(spiffe).toMatchObject({ kind: 'object', name: 'source.spiffe' });
});

test.each([
  ['a.b', 'strin', '`a.b` has a type that is not valid'],
  ['a.b.c', 'string', '`a.b.c` is below a name that is a value'],
  ['a', 'string', '`a` is declared twice'],
  ['a.constructor', 'string', '`a.constructor` cannot be declared'],
  ['a.__proto__', 'string', '`a.__proto__` cannot be declared'],
  ['a.x-y', 'string', '`a.x-y` cannot be declared'],
  ['for', 'string', '`for` cannot be declared'],
])('%s with type %s cannot be declared', (name, type, message) => {
  expect(() => createEnvironment({ 'a.b': { type: 'int' }, [name]: { type } })).toThrow(
    new TypeError(message),
  );
});

test('fields may have names that roots cannot have', () => {
  expect(['namespace', 'for', 'x_1'].map(isDeclarable)).toEqual([true, true, true]);
  expect(['in', 'true', '1x', 'x-y', 'é', ''].map(isDeclarable)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});
