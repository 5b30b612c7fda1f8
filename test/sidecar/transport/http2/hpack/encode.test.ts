import { encodeHeaders } from '../../../../../src/sidecar/transport/http2/hpack/encode.ts';
import { decodeList, decoderWith, tableOf } from './decode-list.ts';

function hex(fields: readonly (readonly [string, string])[]): string {
  return Buffer.from(encodeHeaders(fields)).toString('hex');
}

test.each<[string, readonly (readonly [string, string])[], string]>([
  ['no field', [], ''],
  ['a field of the static table', [[':status', '200']], '88'],
  ['the last entry of the static table', [['www-authenticate', '']], 'bd'],
  ['another value of such a name', [[':status', '503']], '0e03353033'],
  ['a name after the 14th of the static table', [['content-type', 'a']], '0f100161'],
  ['a new name', [['grpc-status', '0']], '000b677270632d7374617475730130'],
  ['bytes above ASCII', [['a', 'grüße']], '00016105 6772fcdf65'.replace(' ', '')],
])('%s is encoded', (_, fields, block) => {
  expect(hex(fields)).toBe(block);
});

test('each field is decoded as it was, and the table of the peer stays empty', () => {
  const fields = [
    [':status', '404'],
    ['content-type', 'application/grpc'],
    ['grpc-message', 'x'.repeat(126)],
    ['grpc-message', 'x'.repeat(127)],
    ['grpc-message', 'x'.repeat(128)],
    ['grpc-message', 'x'.repeat(20_000)],
    ['n'.repeat(300), ''],
    [
      'every-byte',
      Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte))
        .join('')
        .replace(/[\0\r\n]/g, ''),
    ],
  ] as const;
  const decoder = decoderWith();
  const { list } = decodeList(decoder, encodeHeaders(fields));
  expect(list).toEqual(fields.map(([name, value]) => `${name}: ${value}`));
  expect(tableOf(decoder)).toEqual([]);
});

test.each([
  ['a line feed', 'a', 'b\nc: d'],
  ['a carriage return', 'a', '\r'],
  ['a zero', 'a', '\0'],
  ['a character above latin1, whose low byte is a line feed', 'a', '\u010a'],
  ['the same in a name', 'a\u010a', 'b'],
])('%s is refused', (_, name, value) => {
  expect(() => encodeHeaders([[name, value]])).toThrow(
    /^the header `.*` has characters that HTTP\/2 forbids$/s,
  );
});
