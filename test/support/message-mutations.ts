import type { MessageSchema } from './message-schema.ts';
import { pick } from './seeded.ts';

/** A number in [0, 1). */
type Random = () => number;

/** A field of a message, taken apart so that it can be changed and written again with the right lengths. */
interface Field {
  number: number;
  wire: number;
  /** Bytes of the field, or the fields of a message. */
  content: Buffer | Field[];
  /** Bytes of padding in the tag and the length, which stay the same numbers. */
  tagPadding: number;
  lengthPadding: number;
}

/** The message with some fields changed in ways that keep it well formed, or that readers may take differently. */
export function mutateMessage(bytes: Buffer, schema: MessageSchema, random: Random): Buffer {
  const fields = fieldsOf(bytes, schema);
  for (let count = Math.floor(random() * 3); count >= 0; count--) {
    const lists = listsIn(fields);
    pick(random, CHANGES)(pick(random, lists), random, lists);
  }
  return Buffer.concat(fields.map(written));
}

type Lists = readonly [Field[], ...Field[][]];
type Change = (fields: Field[], random: Random, lists: Lists) => void;

const CHANGES: readonly [Change, ...Change[]] = [
  function repeat(fields, random) {
    const field = oneOf(fields, random);
    if (field !== undefined) fields.splice(below(random, fields.length + 1), 0, structuredCopy(field));
  },
  function leaveOut(fields, random) {
    fields.splice(below(random, fields.length), 1);
  },
  function move(fields, random) {
    const [field] = fields.splice(below(random, fields.length), 1);
    if (field !== undefined) fields.splice(below(random, fields.length + 1), 0, field);
  },
  function renumber(fields, random) {
    const field = oneOf(fields, random);
    if (field !== undefined)
      field.number = pick(random, [0, 1, 2, 3, 4, 5, 6, 9, 12, 15, 16, 200, 2 ** 29 - 1]);
  },
  function changeWireType(fields, random) {
    const field = oneOf(fields, random);
    if (field !== undefined) field.wire = below(random, 8);
  },
  function padTag(fields, random) {
    const field = oneOf(fields, random);
    if (field !== undefined) field.tagPadding = 1 + below(random, 5);
  },
  function padLength(fields, random) {
    const field = oneOf(fields, random);
    if (field !== undefined) field.lengthPadding = 1 + below(random, 5);
  },
  function changeNumber(fields, random) {
    const field = fields.find(({ wire }) => wire === 0);
    if (field !== undefined) field.content = pick(random, NUMBERS);
  },
  function insertNumber(fields, random) {
    insert(fields, random, { number: 1 + below(random, 20), wire: 0, content: pick(random, NUMBERS) });
  },
  function insertText(fields, random) {
    insert(fields, random, { number: 1 + below(random, 20), wire: 2, content: pick(random, TEXTS) });
  },
  function insertFixed(fields, random) {
    const wire = pick(random, [1, 5]);
    insert(fields, random, {
      number: 1 + below(random, 20),
      wire,
      content: Buffer.alloc(wire === 1 ? 8 : 4, 1),
    });
  },
  function insertGroup(fields, random) {
    const levels = pick(random, [1, 2, 97, 98, 99, 100, 101, 102]);
    const number = 1 + below(random, 20);
    const end = pick(random, [number, number, 7]);
    const [begins, ends] = [number * 8 + 3, end * 8 + 4].map((tag) => varint(tag, 0));
    const content = Buffer.concat([
      ...Array.from({ length: levels - 1 }, () => begins ?? Buffer.alloc(0)),
      ...Array.from({ length: levels }, () => ends ?? Buffer.alloc(0)),
    ]);
    insert(fields, random, { number, wire: 3, content });
  },
  function changeText(fields, random) {
    const field = fields.find(({ content }) => Buffer.isBuffer(content) && random() < 0.5);
    if (field !== undefined && field.wire === 2) field.content = pick(random, TEXTS);
  },
  function copyFromElsewhere(fields, random, lists) {
    const field = oneOf(pick(random, lists), random);
    if (field !== undefined) fields.splice(below(random, fields.length + 1), 0, structuredCopy(field));
  },
  function nestDeeply(fields, random) {
    // Structs in values: two levels each.
    const field = fields.find(({ content }) => Array.isArray(content) && random() < 0.3);
    if (field === undefined) return;
    let value: Field = plain(3, 2, Buffer.from('deep'));
    for (let level = pick(random, [1, 20, 46, 47, 48, 49, 50]); level > 0; level--) {
      const entry = plain(1, 2, [plain(1, 2, Buffer.from('a')), plain(2, 2, [value])]);
      value = plain(5, 2, [entry]);
    }
    field.content = pick(random, [[value], [plain(1, 2, Buffer.from('a')), plain(2, 2, [value])]]);
  },
];

const NUMBERS: readonly [Buffer, ...Buffer[]] = [
  Buffer.from([0]),
  Buffer.from([1]),
  Buffer.from([0x80, 0]),
  Buffer.from([0x81, 0x80, 0x80, 0x80, 0x00]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0x1f]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  Buffer.from([0x80, 0x80, 0x80, 0x80, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x01]),
  Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03]),
  Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
];

const TEXTS: readonly [Buffer, ...Buffer[]] = [
  '',
  ' ',
  '\t padded ',
  'Upper-Case',
  'x_under',
  'cookie',
  ':path',
  ':other',
  ':',
  'x-original-url',
  'X-Original-URL',
  'content-length',
  'x-envoy-auth-partial-body',
  'true',
  'false',
  '12',
  '__proto__',
  'constructor',
  '1',
  '\uFEFFmark',
  'gr\u00FC\u00DFe',
  '\u{1F600}',
  '!',
  'a,b',
  '%41%',
  'n'.repeat(70),
  'long'.repeat(300),
]
  .map((text) => Buffer.from(text))
  .concat(
    ['ff', '61ff62', 'c080', 'eda080', 'e282', 'f48fbfbf', '00', '7f80', 'efbbbf'].map((hex) =>
      Buffer.from(hex, 'hex'),
    ),
  ) as [Buffer, ...Buffer[]];

function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

function oneOf(fields: Field[], random: Random): Field | undefined {
  return fields[below(random, fields.length)];
}

function insert(fields: Field[], random: Random, field: Pick<Field, 'number' | 'wire' | 'content'>): void {
  fields.splice(below(random, fields.length + 1), 0, plain(field.number, field.wire, field.content));
}

function plain(number: number, wire: number, content: Field['content']): Field {
  return { number, wire, content, tagPadding: 0, lengthPadding: 0 };
}

function structuredCopy(field: Field): Field {
  const content = Buffer.isBuffer(field.content) ? field.content : field.content.map(structuredCopy);
  return { ...field, content };
}

/** The lists of fields of a message and of all messages in it. */
function listsIn(fields: Field[]): Lists {
  return [fields, ...fields.flatMap(({ content }) => (Buffer.isBuffer(content) ? [] : listsIn(content)))];
}

/** Takes a well-formed message apart. */
function fieldsOf(bytes: Buffer, { fields }: MessageSchema): Field[] {
  const found: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    const [number, wire] = [tag.value >>> 3, tag.value & 7];
    if (wire === 2) {
      const length = readVarint(bytes, tag.end);
      const content = bytes.subarray(length.end, length.end + length.value);
      const message = fields.get(number)?.message;
      found.push(plain(number, wire, message === undefined ? content : fieldsOf(content, message)));
      at = length.end + length.value;
    } else {
      const end = wire === 0 ? readVarint(bytes, tag.end).end : tag.end + (wire === 1 ? 8 : 4);
      found.push(plain(number, wire, bytes.subarray(tag.end, end)));
      at = end;
    }
  }
  return found;
}

function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value: value >>> 0, end: at + 1 };
  }
}

function written({ number, wire, content, tagPadding, lengthPadding }: Field): Buffer {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.concat(content.map(written));
  const tag = varint(number * 8 + wire, tagPadding);
  return wire === 2
    ? Buffer.concat([tag, varint(bytes.length, lengthPadding), bytes])
    : Buffer.concat([tag, bytes]);
}

function varint(value: number, padding: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  if (padding === 0) return Buffer.from([...bytes, rest]);
  const zeros = Array.from({ length: padding }, (_, index) => (index === padding - 1 ? 0 : 0x80));
  return Buffer.from([...bytes, rest | 0x80, ...zeros]);
}
