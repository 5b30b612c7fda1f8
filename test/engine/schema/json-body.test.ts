import { readJsonBody } from '../../../src/engine/schema/json-body.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const whole = (text: string) => ({ bytes: bytes(text), truncated: false });

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
    expect(readJsonBody(whole('{"a":"é"}'), contentType)).toEqual({ value: { a: 'é' } });
  });

  test('after a byte-order mark', () => {
    expect(readJsonBody(whole('\ufeff[1]'), '')).toEqual({ value: [1] });
  });
});

describe('a body is denied that is', () => {
  const json = 'application/json';
  test.each([
    [
      'truncated',
      { bytes: bytes('{"a":1}'), truncated: true },
      json,
      'body_truncated',
      'the proxy sent only a part of the body',
    ],
    [
      'truncated to nothing',
      { bytes: bytes(''), truncated: true },
      json,
      'body_truncated',
      'the proxy sent only a part of the body',
    ],
    ['missing', whole(''), json, 'body_missing', 'a JSON body is required'],
    [
      'a form',
      whole('a=1'),
      'application/x-www-form-urlencoded',
      'body_wrong_type',
      'the body must be `application/json`',
    ],
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
      'in Latin-1',
      { bytes: Uint8Array.of(0x22, 0xe9, 0x22), truncated: false },
      json,
      'body_malformed',
      'the body is not UTF-8',
    ],
  ])('%s', (_name, body, contentType, reason, detail) => {
    expect(readJsonBody(body, contentType)).toEqual({ denial: { reason, detail } });
  });
});
