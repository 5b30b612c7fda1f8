import { isBinaryMessage } from '../../../src/engine/grpc/binary-text.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ['a field with the whole rest', '\n {"customer":"ann","note":"aaaaaa'],
  ['a group of field 15 around a field, and another field', `{"a${'x'.repeat(97)}|*!${'y'.repeat(33)}`],
  ['many groups within each other', `${'{'.repeat(100)}${'|'.repeat(100)}`],
  ['a number, and eight bytes', ' a!12345678'],
  ['four bytes', '%1234'],
  ['nothing', ''],
])('%s is a binary message', (_, text) => {
  expect(isBinaryMessage(utf8(text))).toBe(true);
});

test.each([
  ['an object', '{"a":1}'],
  ['an empty object', '{}'],
  ['an object with a bar', '{"a":"|"}'],
  ['a list of objects', '[{"id":1},{"id":2}]'],
  ['lines of text', '{\n  "name": "a|b",\n  "lines": []\n}\n'],
  ['a length beyond the end', '\n~a'],
  ['a group without an end', '{'],
  ['the end of another group', '{t'],
  ['field 0', '\u0000a'],
  ['a number without an end', ' \u{1f600}'],
  ['wire type 7', "'a"],
])('%s is not', (_, text) => {
  expect(isBinaryMessage(utf8(text))).toBe(false);
});
