/** A body with its headers; each character of a text is sent as UTF-8. */
export interface BodySpelling {
  readonly body: string | Uint8Array;
  /** Default: JSON. */
  readonly headers?: readonly string[];
}

const JSON_TYPE = ['content-type: application/json'] as const;

function json(body: string | Uint8Array, ...headers: readonly string[]): BodySpelling {
  return { body, headers: [...JSON_TYPE, ...headers] };
}

function typed(type: string): BodySpelling {
  return { body: '{"amount":1}', headers: [`content-type: ${type}`] };
}

function utf16(text: string): Uint8Array {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

function chunked(body: string): BodySpelling {
  const chunks = [body.slice(0, 5), body.slice(5)].map(
    (each) => `${each.length.toString(16)}\r\n${each}\r\n`,
  );
  return json(`${chunks.join('')}0\r\n\r\n`, 'transfer-encoding: chunked');
}

/** Bodies that a policy can judge. */
export const PLAIN_BODIES: readonly BodySpelling[] = [
  json('{"amount":1}'),
  json('{"amount":1,"note":"a"}'),
  json(' \r\n\t{ "amount" : 1 } \n'),
  json('{"amount":0}'),
  json('{"amount":-1}'),
  json('{"amount":9007199254740993}'),
  json('{"amount":9223372036854775807}'),
  json('{"amount":-9223372036854775808}'),
  json('{"amount":"1"}'),
  json('{"amount":true}'),
  json('{"amount":1,"note":"caf\u00e9 \u{1f600}"}'),
  json('{"amount":1,"note":"\\u0061\\u00e9\\ud83d\\ude00"}'),
  json('{"amount":1,"note":"\\"\\\\\\/\\b\\f\\n\\r\\t"}'),
  json('{"\\u0061mount":1}'),
  json('{"amount":1,"__proto__":{"amount":2}}'),
  json('{"amount":1,"constructor":2,"toString":3}'),
  json('{"amount":1,"nested":{"amount":2}}'),
  json('{"note":"x","amount":1}'),
  json(`{"amount":1,"note":"${'x'.repeat(8000)}"}`),
  json('\ufeff{"amount":1}'),
  chunked('{"amount":1,"note":"chunked"}'),
  typed('application/json; charset=utf-8'),
  typed('Application/JSON'),
  typed('application/json;charset=UTF-8'),
  typed('application/vnd.api+json'),
  { body: '{"amount":1}', headers: [] },
  json('{"amount":1}', 'content-encoding: identity'),
];

/** Bodies that must not reach the service. */
export const REFUSED_BODIES: readonly BodySpelling[] = [
  json(''),
  json('{"amount":1,"amount":5000}'),
  json('{"amount":1,"\\u0061mount":5000}'),
  json('{"amount":1,"Amount":5000}'),
  json('{"amount":1,"note":"\\ud800"}'),
  json('{"amount":1} {"amount":5000}'),
  json('{"amount":1}x'),
  json('{"amount":1}\u0000'),
  json('{"amount":1,}'),
  json('{amount:1}'),
  json("{'amount':1}"),
  json('{"amount":1/*,*/}'),
  json('{"amount":1}//'),
  json('{"amount":01}'),
  json('{"amount":+1}'),
  json('{"amount":1.}'),
  json('{"amount":.5}'),
  json('{"amount":0x10}'),
  json('{"amount":NaN}'),
  json('{"amount":Infinity}'),
  json('{"amount":-Infinity}'),
  json('{"amount":1e999}'),
  json('{"amount":1,"note":"a\nb"}'),
  json('{"amount":1,"note":"\\x61"}'),
  json(utf16('{"amount":1}')),
  json(Uint8Array.of(...Buffer.from('{"amount":1,"note":"'), 0xff, 0x22, 0x7d)),
  json(Uint8Array.of(...Buffer.from('{"amount":1,"note":"'), 0xc0, 0xaf, 0x22, 0x7d)),
  json(Uint8Array.of(...Buffer.from('{"amount":1,"note":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d)),
  json('[1]'),
  json('1'),
  json('null'),
  json('['.repeat(5000)),
  json(`{"amount":1,"note":"${'x'.repeat(70_000)}"}`),
  json(`{"amount":1}${' '.repeat(65_536 - 12)}x`),
  chunked(`{"amount":1}${' '.repeat(65_536 - 12)}{"amount":5000}`),
  json('{"amount":1}', 'content-encoding: gzip'),
  json('{"amount":1}', 'content-encoding: br'),
  json('{"amount":1}', 'content-encoding: identity, br'),
  json('{"amount":1}', 'content-encoding: x-unknown'),
  typed('text/plain'),
  typed('application/x-www-form-urlencoded'),
  typed('application/jsonp'),
  typed('application/json; charset=utf-16'),
  { body: '{"amount":1}', headers: [...JSON_TYPE, 'content-type: text/plain'] },
  { body: '{"amount":1}', headers: ['content-type:'] },
];
