import { block, indexed, kept, literal, sizeUpdate } from '../../../../support/hpack-literals.ts';
import { data, headers, message } from '../../../../support/http2-frames.ts';
import { CALL, type Case, type Fields, PSEUDO, REGULAR } from './case.ts';

/** A call with other fields. */
function callWith(fields: Fields): Buffer {
  return Buffer.concat([headers(1, block(fields), { end: false }), data(1, message('test'))]);
}

/** A call with a further block after its fields. */
function callAnd(...more: readonly Uint8Array[]): Buffer {
  return Buffer.concat([
    headers(1, Buffer.concat([CALL, ...more]), { end: false }),
    data(1, message('test')),
  ]);
}

const WITHOUT = (name: string): Fields => PSEUDO.filter(([other]) => other !== name);
const WITH = (name: string, value: string): Fields =>
  PSEUDO.map((field): readonly [string, string] => (field[0] === name ? [name, value] : field));

function malformed(section: string, name: string, fields: Fields): Case {
  return { section, name, send: [callWith(fields)], expected: { reset: 'PROTOCOL_ERROR' } };
}

function accepted(section: string, name: string, fields: Fields): Case {
  return { section, name, send: [callWith(fields)], expected: { answered: [1] } };
}

/** Fields of requests. */
const FIELD_CASES: readonly Case[] = [
  malformed('8.2', 'a name in upper case', [...PSEUDO, ...REGULAR, ['X-TEST', 'ok']]),
  malformed('8.2.1', 'a name with one letter in upper case', [...PSEUDO, ...REGULAR, ['x-tesT', 'ok']]),
  malformed('8.2.1', 'an empty name', [...PSEUDO, ...REGULAR, ['', 'ok']]),
  malformed('8.2.1', 'a name with a space', [...PSEUDO, ...REGULAR, ['x test', 'ok']]),
  malformed('8.2.1', 'a name with a line feed', [...PSEUDO, ...REGULAR, ['x\ntest', 'ok']]),
  malformed('8.2.1', 'a name with a colon within', [...PSEUDO, ...REGULAR, ['x:test', 'ok']]),
  malformed('8.2.1', 'a name above ASCII', [...PSEUDO, ...REGULAR, ['x-t\u00ebst', 'ok']]),
  malformed('8.2.1', 'a name with DEL', [...PSEUDO, ...REGULAR, ['x-\x7f', 'ok']]),
  malformed('8.2.1', 'a value with a zero', [...PSEUDO, ...REGULAR, ['x-test', 'o\0k']]),
  malformed('8.2.1', 'a value with a line feed', [...PSEUDO, ...REGULAR, ['x-test', 'o\nk']]),
  malformed('8.2.1', 'a value with a carriage return', [...PSEUDO, ...REGULAR, ['x-test', 'o\rk']]),
  malformed('8.2.1', 'a value that begins with a space', [...PSEUDO, ...REGULAR, ['x-test', ' ok']]),
  malformed('8.2.1', 'a value that ends with a tab', [...PSEUDO, ...REGULAR, ['x-test', 'ok\t']]),
  accepted('8.2.1', 'a value of bytes above ASCII, and with a tab within', [
    ...PSEUDO,
    ...REGULAR,
    ['x-test', 'gr\u00fc\tn'],
  ]),
  accepted('8.2.1', 'an empty value', [...PSEUDO, ...REGULAR, ['x-test', '']]),
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'].map((name) =>
    malformed('8.2.2', `the field ${name}`, [...PSEUDO, ...REGULAR, [name, 'close']]),
  ),
  malformed('8.2.2', '`te` of another value', [
    ...PSEUDO,
    ['te', 'trailers, deflate;q=0.5'],
    ['content-type', 'application/grpc'],
  ]),
  malformed('8.3', 'a pseudo-header field after another field', [...REGULAR, ...PSEUDO]),
  malformed('8.3', 'an unknown pseudo-header field', [...PSEUDO, [':test', 'ok'], ...REGULAR]),
  malformed('8.3', 'the pseudo-header field of answers', [...PSEUDO, [':status', '200'], ...REGULAR]),
  malformed('8.3', 'no `:method`', [...WITHOUT(':method'), ...REGULAR]),
  malformed('8.3', 'no `:scheme`', [...WITHOUT(':scheme'), ...REGULAR]),
  malformed('8.3', 'no `:path`', [...WITHOUT(':path'), ...REGULAR]),
  malformed('8.3.1', 'an empty `:path`', [...WITH(':path', ''), ...REGULAR]),
  ...[':method', ':scheme', ':path', ':authority'].map((name) =>
    malformed('8.3', `\`${name}\` twice`, [
      ...PSEUDO,
      ...PSEUDO.filter(([other]) => other === name),
      ...REGULAR,
    ]),
  ),
  accepted('8.3.1', '`host` in place of `:authority`', [
    ...WITHOUT(':authority'),
    ...REGULAR,
    ['host', 'test.example'],
  ]),
  accepted('8.3.1', '`host` beside an equal `:authority`', [...PSEUDO, ...REGULAR, ['host', 'test.example']]),
  malformed('8.3.1', '`host` beside another `:authority`', [...PSEUDO, ...REGULAR, ['host', 'b.example']]),
  malformed('8.3.1', 'neither `:authority` nor `host`', [...WITHOUT(':authority'), ...REGULAR]),
  malformed('8.3.1', 'an empty `:authority`', [...WITH(':authority', ''), ...REGULAR]),
  accepted('8.3.1', 'pseudo-header fields in another order', [...[...PSEUDO].reverse(), ...REGULAR]),
  {
    section: '8.3',
    name: 'a pseudo-header field in trailers',
    send: [
      headers(1, CALL, { end: false }),
      data(1, message('test'), false),
      headers(1, literal(':method', 'POST')),
    ],
    expected: { reset: 'PROTOCOL_ERROR' },
  },
  {
    section: '8.2.1',
    name: 'a name in upper case in trailers',
    send: [
      headers(1, CALL, { end: false }),
      data(1, message('test'), false),
      headers(1, literal('X-Test', 'a')),
    ],
    expected: { reset: 'PROTOCOL_ERROR' },
  },
  accepted('8.1.1', 'the length of the request', [...PSEUDO, ...REGULAR, ['content-length', '9']]),
  malformed('8.1.1', 'another length than that of the request', [
    ...PSEUDO,
    ...REGULAR,
    ['content-length', '8'],
  ]),
  malformed('8.1.1', 'a larger length than that of the request', [
    ...PSEUDO,
    ...REGULAR,
    ['content-length', '10'],
  ]),
  malformed('8.1.1', 'a length that is not a number', [...PSEUDO, ...REGULAR, ['content-length', '9x']]),
  malformed('8.1.1', 'two lengths', [
    ...PSEUDO,
    ...REGULAR,
    ['content-length', '9'],
    ['content-length', '8'],
  ]),
  {
    section: '8.1.1',
    name: 'another length than that of several frames',
    send: [
      headers(1, Buffer.concat([CALL, literal('content-length', '8')]), { end: false }),
      data(1, message('test').subarray(0, 5), false),
      data(1, message('test').subarray(5)),
    ],
    expected: { reset: 'PROTOCOL_ERROR' },
  },
  {
    section: '8.1.1',
    name: 'a length of a request that ends with its HEADERS',
    send: [headers(1, Buffer.concat([CALL, literal('content-length', '9')]))],
    expected: { reset: 'PROTOCOL_ERROR' },
  },
];

const HUFFMAN_NAME = '85f2b24a84ff';
const HUFFMAN_VALUE = '849c48aca4';
const PLAIN_NAME = '06782d74657374';
const PLAIN_VALUE = '06683273706563';

/** Representations of a field (RFC 7541 section 6.2): the bytes before a new name, and before a value of that index. */
const LITERALS = [
  ['with indexing', '40', '7a'],
  ['without indexing', '00', '0f2b'],
  ['that is never indexed', '10', '1f2b'],
] as const;

const CODINGS = [
  ['plain', PLAIN_NAME, PLAIN_VALUE],
  ['Huffman', HUFFMAN_NAME, HUFFMAN_VALUE],
] as const;

const VALID_BLOCKS: readonly (readonly [name: string, hex: string])[] = [
  ['an indexed field', 'ba'],
  ...LITERALS.flatMap(([kind, fresh, known]) =>
    CODINGS.flatMap(([coding, name, value]): (readonly [string, string])[] => [
      [`a literal ${kind}, of a new name, in ${coding} code`, `${fresh}${name}${value}`],
      [`a literal ${kind}, of a name by its index, in ${coding} code`, `${known}${value}`],
    ]),
  ),
];

/** Header compression through a connection. */
const COMPRESSION_CASES: readonly Case[] = [
  ...VALID_BLOCKS.map(
    ([name, hex]): Case => ({
      section: 'RFC 7541, 6',
      name,
      send: [callAnd(Buffer.from(hex, 'hex'))],
      expected: { answered: [1] },
    }),
  ),
  {
    section: 'RFC 7541, 2.3.3',
    name: 'a field of the dynamic table, which an earlier request has put there',
    send: [
      callAnd(kept('x-test', 'ok')),
      headers(3, Buffer.concat([CALL, indexed(62)]), { end: false }),
      data(3, message('test')),
    ],
    expected: { answered: [1, 3] },
  },
  {
    section: 'RFC 7541, 4.2',
    name: 'size updates at the start of a block',
    send: [
      headers(1, Buffer.concat([sizeUpdate(0), sizeUpdate(4096), CALL]), { end: false }),
      data(1, message('test')),
    ],
    expected: { answered: [1] },
  },
  ...(
    [
      ['2.3.3', 'an index without an entry', Buffer.from([0xc6])],
      ['2.3.3', 'a name by an index without an entry', Buffer.from('7f08', 'hex')],
      ['4.2', 'a size update at the end of a block', sizeUpdate(1)],
      ['5.1', 'an integer without an end', Buffer.from('ffffffffffffffffff', 'hex')],
      ['5.2', 'a string that is longer than its block', Buffer.from('000561', 'hex')],
      ['5.2', 'a padding of more than 7 bits', Buffer.from('0085f2b24a84ff8449509fff', 'hex')],
      ['5.2', 'a padding of zeros', Buffer.from('0085f2b24a84ff83495090', 'hex')],
      ['5.2', 'the end of a string within it', Buffer.from('0085f2b24a87fffffffd25427f', 'hex')],
      ['6.1', 'index 0', Buffer.from([0x80])],
    ] as const
  ).map(
    ([section, name, rest]): Case => ({
      section: `RFC 7541, ${section}`,
      name,
      send: [callAnd(rest)],
      expected: { goAway: 'COMPRESSION_ERROR' },
    }),
  ),
  {
    section: 'RFC 7541, 6.3',
    name: 'a size update above the table that was advertised',
    send: [headers(1, Buffer.concat([sizeUpdate(1 << 20), CALL]))],
    expected: { goAway: 'COMPRESSION_ERROR' },
  },
];

export const HEADER_CASES: readonly Case[] = [...FIELD_CASES, ...COMPRESSION_CASES];
