import { BlockReader } from '../../../../../src/sidecar/transport/http2/hpack/block-reader.ts';
import { HpackError } from '../../../../../src/sidecar/transport/http2/hpack/hpack-error.ts';
import { integer, kept, plain } from '../../../../support/hpack-literals.ts';
import { APPENDIX_C } from './appendix-c.ts';
import { decodeList, decoderWith, tableOf } from './decode-list.ts';

describe('the examples of RFC 7541, appendix C', () => {
  test.each([
    ['C.1.1', 'ea', 0x1f, 10],
    ['C.1.2', 'ff9a0a', 0x1f, 1337],
    ['C.1.3', '2a', 0xff, 42],
  ])('%s: an integer', (_, bytes, mask, value) => {
    const reader = new BlockReader();
    reader.open(Buffer.from(bytes, 'hex'), 0, bytes.length / 2);
    expect([reader.integer(mask), reader.hasMore]).toEqual([value, false]);
  });

  const rows = APPENDIX_C.flatMap(({ tableBytes: maxTableBytes, examples }) =>
    examples.map((example, at) => ({ ...example, maxTableBytes, before: examples.slice(0, at) })),
  );
  test.each(rows)('$section: a list, and the table after it', (row) => {
    const decoder = decoderWith({ maxTableBytes: row.maxTableBytes });
    for (const { block } of row.before) decodeList(decoder, block);
    expect(decodeList(decoder, row.block)).toEqual({ list: row.list, fits: true });
    const table = tableOf(decoder);
    expect(table).toEqual(row.table);
    // `: ` stands for none of the bytes, and each entry counts 32 more.
    expect(table.reduce((sum, entry) => sum + entry.length - 2 + 32, 0)).toBe(row.tableBytes);
  });
});

describe('a malformed block', () => {
  test.each([
    ['index 0', '80', 'index 0 is not a field'],
    ['an index after the table', 'be', 'an index of a header block has no entry'],
    ['the name of such an index', '7f00', 'an index of a header block has no entry'],
    ['the end of the block within an index', 'ff', 'a header block ends within a field'],
    ['the end of the block before a name', '40', 'a header block ends within a field'],
    ['the end of the block before a value', '400161', 'a header block ends within a field'],
    ['the end of the block within a length', '40ff', 'a header block ends within a field'],
    ['the end of the block within a name', '400261', 'a header block ends within a string'],
    ['the end of the block within a value', '4001610262', 'a header block ends within a string'],
    ['an integer of more than 4 bytes', 'ff8080808000', 'an integer of a header block is too long'],
    ['a length of more than 4 bytes', '007fffffffff7f', 'an integer of a header block is too long'],
    ['the longest length', '007fffffff7f', 'a header block ends within a string'],
    ['a size update after a field', '8220', 'a size update is not at the start of its header block'],
    [
      'a size update to more than was advertised',
      '3fe21f',
      'a size update is larger than SETTINGS_HEADER_TABLE_SIZE',
    ],
    ['a padding of zeros in a Huffman code', '0001618100', 'a Huffman code ends within a symbol'],
    ['a padding of 8 bits', '0001618207ff', 'a Huffman code ends within a symbol'],
    ['a padding of 9 bits', '00016182ffff', 'a Huffman code ends within a symbol'],
    ['half of a long symbol', '00016182fffe', 'a Huffman code ends within a symbol'],
    [
      'the symbol for the end of a string',
      '00016184ffffffff',
      'a Huffman code contains the symbol for the end of a string',
    ],
    [
      'the symbol for the end of a string, after others',
      '000161861fffffffffff',
      'a Huffman code contains the symbol for the end of a string',
    ],
  ])('%s is refused', (_, block, message) => {
    expect(() => decodeList(decoderWith(), block)).toThrow(new HpackError(message));
  });
});

describe('the dynamic table', () => {
  test('evicts the oldest entries when a new one needs room', () => {
    const decoder = decoderWith({ maxTableBytes: 3 * 34 });
    for (const name of ['a', 'b', 'c']) decodeList(decoder, kept(name, '1'));
    decodeList(decoder, kept('d', '22'));
    expect(tableOf(decoder)).toEqual(['d: 22', 'c: 1']);
  });

  test('is emptied by an entry that is larger than all of it, which is a field all the same', () => {
    const decoder = decoderWith({ maxTableBytes: 64 });
    decodeList(decoder, kept('a', '1'));
    expect(decodeList(decoder, kept('b', 'x'.repeat(32)))).toEqual({
      list: [`b: ${'x'.repeat(32)}`],
      fits: true,
    });
    expect(tableOf(decoder)).toEqual([]);
  });

  test('gives its name to an entry that evicts the one with the name', () => {
    const decoder = decoderWith({ maxTableBytes: 40 });
    decodeList(decoder, kept('name', '1'));
    expect(decodeList(decoder, Buffer.concat([integer(0x40, 0x3f, 62), plain('2')])).list).toEqual([
      'name: 2',
    ]);
    expect(tableOf(decoder)).toEqual(['name: 2']);
  });

  test('holds as many empty entries as fit, over and over', () => {
    const decoder = decoderWith();
    for (let round = 0; round < 1000; round += 1) decodeList(decoder, kept(String(round), ''));
    const table = tableOf(decoder);
    expect(table).toHaveLength(Math.floor(4096 / 35));
    expect(table[0]).toBe('999: ');
    expect(table.at(-1)).toBe(`${String(1000 - table.length)}: `);
  });

  test('holds 128 entries without a name and a value', () => {
    const decoder = decoderWith();
    for (let round = 0; round < 200; round += 1) decodeList(decoder, kept('', ''));
    expect(tableOf(decoder)).toHaveLength(128);
  });

  test('of size 0 holds nothing, and fields of the static table remain', () => {
    const decoder = decoderWith();
    decodeList(decoder, kept('a', '1'));
    expect(decodeList(decoder, Buffer.concat([Buffer.from('2082', 'hex'), kept('b', '2')])).list).toEqual([
      ':method: GET',
      'b: 2',
    ]);
    expect(tableOf(decoder)).toEqual([]);
  });

  test('of no advertised size refuses every update but 0', () => {
    expect(decodeList(decoderWith({ maxTableBytes: 0 }), '2082').list).toEqual([':method: GET']);
    expect(() => decodeList(decoderWith({ maxTableBytes: 0 }), '2182')).toThrow(HpackError);
  });

  test('shrinks and grows by several updates at the start of one block', () => {
    const decoder = decoderWith();
    for (const name of ['a', 'b', 'c']) decodeList(decoder, kept(name, '1'));
    const block = Buffer.concat([integer(0x20, 0x1f, 34), integer(0x20, 0x1f, 4096), kept('d', '1')]);
    expect(decodeList(decoder, block).list).toEqual(['d: 1']);
    expect(tableOf(decoder)).toEqual(['d: 1', 'c: 1']);
  });

  test('has 4096 bytes until the peer asks for more', () => {
    const decoder = decoderWith({ maxTableBytes: 65_536 });
    for (let round = 0; round < 500; round += 1) decodeList(decoder, kept('n', 'v'.repeat(95)));
    expect(decodeList(decoder, Buffer.from([0x80 | 62])).fits).toBe(true);
    decodeList(decoder, integer(0x20, 0x1f, 65_536));
    for (let round = 0; round < 500; round += 1) decodeList(decoder, kept('n', 'v'.repeat(95)));
    expect(tableOf(decoder)).toHaveLength(512);
  });
});

describe('a list that is too large', () => {
  test('is counted with 32 bytes for each field', () => {
    const exact = decodeList(decoderWith({ maxListBytes: 42 }), '82');
    expect(exact).toEqual({ list: [':method: GET'], fits: true });
    expect(decodeList(decoderWith({ maxListBytes: 41 }), '82')).toEqual({ list: [], fits: false });
  });

  test('is cut off and keeps the table in step', () => {
    const decoder = decoderWith({ maxListBytes: 100 });
    const block = Buffer.concat([kept('a', '1'), kept('b', 'x'.repeat(100)), kept('c', '3')]);
    expect(decodeList(decoder, block)).toEqual({ list: ['a: 1'], fits: false });
    // The next list is judged alone.
    expect(decodeList(decoder, Buffer.from([0x80 | 62, 0x80 | 64]))).toEqual({
      list: ['c: 3', 'a: 1'],
      fits: true,
    });
  });

  test('of thousands of references to one large entry gives what fits', () => {
    const decoder = decoderWith({ maxListBytes: 16_384 });
    decodeList(decoder, kept('a', 'x'.repeat(4000)));
    const { list, fits } = decodeList(decoder, Buffer.alloc(16_384, 0x80 | 62));
    expect([list.length, fits]).toEqual([4, false]);
  });

  test('with a malformed end is malformed', () => {
    expect(() => decodeList(decoderWith({ maxListBytes: 40 }), '828280')).toThrow(HpackError);
  });
});

test('a block is read where it begins and ends, from memory of any kind', () => {
  const decoder = decoderWith();
  const bytes = Uint8Array.from([0xff, 0x82, 0x00, 0x01, 0x61, 0x01, 0x62, 0xff]);
  const list: string[] = [];
  expect(decoder.decode(bytes.subarray(1), 0, 6, (name, value) => list.push(`${name}: ${value}`))).toBe(true);
  expect(list).toEqual([':method: GET', 'a: b']);
});

test('an empty block is an empty list', () => {
  expect(decodeList(decoderWith(), '')).toEqual({ list: [], fits: true });
});
