import type { Body } from '../../../src/engine/request/attributes.ts';
import { readJsonBody } from '../../../src/engine/schema/json-body.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const whole = (text: string): Body => ({ bytes: bytes(text), defect: text === '' ? 'missing' : undefined });
const cut = (text: string): Body => ({ bytes: bytes(text), defect: 'truncated' });
const PART = 'the proxy sent only a part of the body, or cannot tell where it ends';

describe('a JSON body is read', () => {
  test.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/json; charset=us-ascii',
    'application/problem+json',
    'application/vnd.acme.order+json; version=2',
    '',
  ])('declared as %j', (contentType) => {
    expect(readJsonBody(whole('{"a":"é"}'), { type: contentType, encoding: '' })).toEqual({
      value: { a: 'é' },
    });
  });

  test('with members that JavaScript objects inherit', () => {
    const { value } = readJsonBody(whole('{"__proto__":{"a":1},"constructor":2}'), {
      type: '',
      encoding: '',
    });
    expect(Object.entries(value ?? {})).toEqual([
      ['__proto__', { a: 1 }],
      ['constructor', 2],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('after a byte-order mark', () => {
    expect(readJsonBody(whole('\ufeff[1]'), { type: '', encoding: '' })).toEqual({ value: [1] });
  });
});

describe('a body is denied that is', () => {
  const json = 'application/json';
  test.each([
    ['truncated', cut('{"a":1}'), json, 'body_truncated', PART],
    ['truncated to nothing', cut(''), json, 'body_truncated', PART],
    ['missing', whole(''), json, 'body_missing', 'a JSON body is required'],
    [
      'a form',
      whole('a=1'),
      'application/x-www-form-urlencoded',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
    [
      'a form with files',
      whole('--a\r\ncontent-disposition: form-data; name="a"\r\n\r\n{}\r\n--a--\r\n'),
      'multipart/form-data; boundary=a',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
    ['XML', whole('<a/>'), 'application/xml', 'body_wrong_type', 'the body must be `application/json`'],
    ['an unknown type', whole('{}'), 'json', 'body_wrong_type', 'the body must be `application/json`'],
    [
      'text, which the proxy did not send',
      whole(''),
      'text/plain',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
    ['text', whole('{}'), 'text/json', 'body_wrong_type', 'the body must be `application/json`'],
    [
      'two types',
      whole('{}'),
      'application/json, text/plain',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
    [
      'a second type after a parameter',
      whole('{}'),
      'application/json;v=1,application/x-www-form-urlencoded',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
    [
      'two types in one',
      whole('{}'),
      'text/plain,application/x+json',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
    [
      'another charset',
      whole('{}'),
      'application/json; charset=utf-16',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
    [
      'broken',
      whole('{"secret'),
      json,
      'body_malformed',
      'the body is not JSON: an unexpected end at line 1, column 9',
    ],
    [
      'with a duplicate member',
      whole('{"a":1,"a":2}'),
      json,
      'body_malformed',
      'the body is not JSON: the same member twice at line 1, column 8',
    ],
    [
      'with two members in two cases',
      whole('{"amount":1,"Amount":2}'),
      json,
      'body_malformed',
      'the body is not JSON: two members that differ only in case at line 1, column 13',
    ],
    [
      'with half of a surrogate pair',
      whole('{"a":"\\ud800"}'),
      json,
      'body_malformed',
      'the body is not JSON: half of a surrogate pair at line 1, column 7',
    ],
    [
      'too deep',
      whole(`${'['.repeat(65)}${']'.repeat(65)}`),
      json,
      'body_malformed',
      'the body is not JSON: more than 64 levels at line 1, column 65',
    ],
    [
      'with a number that is too long',
      whole('[123456789012345678901]'),
      json,
      'body_malformed',
      'the body is not JSON: an integer of more than 64 bits at line 1, column 2',
    ],
    [
      'with a number that is infinite as a double',
      whole('1e400'),
      json,
      'body_malformed',
      'the body is not JSON: a number that no double holds exactly at line 1, column 1',
    ],
    [
      'with a second byte-order mark',
      whole('\ufeff\ufeff{}'),
      json,
      'body_malformed',
      'the body is not JSON: an unexpected character at line 1, column 1',
    ],
    [
      'in Latin-1',
      { bytes: Uint8Array.of(0x22, 0xe9, 0x22), defect: undefined },
      json,
      'body_malformed',
      'the body is not UTF-8',
    ],
  ])('%s', (_name, body, contentType, reason, detail) => {
    expect(readJsonBody(body, { type: contentType, encoding: '' })).toEqual({ denial: { reason, detail } });
  });

  test.each([
    "charset*=us-ascii''utf-7",
    'charset*0=utf-;charset*1=7',
    'charset=utf-8=x',
    'charset=utf-8; charset=utf-7',
    'v="1; charset=utf-7"',
    'v=1 charset=utf-7',
    'charset=utf-8 (comment)',
  ])('a charset that parsers read differently: %s', (parameters) => {
    const read = readJsonBody(whole('{}'), { type: `application/json; ${parameters}`, encoding: '' });
    expect(read.denial?.reason).toBe('body_wrong_type');
  });
});

describe('the content-encoding of a body', () => {
  test.each(['', 'identity', 'Identity', ' identity , identity'])('is nothing: %j', (encoding) => {
    expect(readJsonBody(whole('{}'), { type: 'application/json', encoding })).toEqual({ value: {} });
  });

  test.each([
    ['gzip', 'gzip'],
    ['BR', 'BR'],
    ['zstd', 'zstd'],
    ['identity, br', 'identity, br'],
    ['x-gzip,identity', 'x-gzip,identity'],
    ['aws-chunked', 'aws-chunked'],
    ['identity;q=1', 'identity?q?1'],
    ['"`\n', '???'],
    ['a'.repeat(50), `${'a'.repeat(40)}...`],
  ])('is refused and named: %j', (encoding, named) => {
    // JSON for a parser that ignores the header, another text after decoding.
    expect(readJsonBody(whole('{"amount":1}'), { type: 'application/json', encoding })).toEqual({
      denial: {
        reason: 'body_wrong_type',
        detail: `the body is compressed or encoded (\`content-encoding: ${named}\`); send it without`,
      },
    });
  });

  test('is judged after a cut, and before the content type', () => {
    const content = { type: 'text/plain', encoding: 'br' };
    expect(readJsonBody(cut('{}'), content).denial?.reason).toBe('body_truncated');
    expect(readJsonBody(whole('{}'), content).denial?.detail).toContain('`content-encoding: br`');
  });
});

test('a body in which the proxy may have replaced bytes is refused with the setting that avoids it', () => {
  const body: Body = { bytes: bytes('{"a":"!"}'), defect: 'replaced' };
  expect(readJsonBody(body, { type: '', encoding: '' })).toEqual({
    denial: {
      reason: 'body_malformed',
      detail:
        'the proxy sent the body as text and may have replaced bytes in it; it must send bytes (`pack_as_bytes: true`)',
    },
  });
});
