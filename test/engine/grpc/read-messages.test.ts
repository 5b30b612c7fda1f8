import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { joinFrames } from '../../../src/engine/grpc/frames.ts';
import type { GrpcServices } from '../../../src/engine/grpc/grpc-services.ts';
import type { Method } from '../../../src/engine/grpc/method.ts';
import type { BodyDefect } from '../../../src/engine/request/attributes.ts';
import { orders } from './orders.ts';

let services: GrpcServices;
beforeAll(async () => {
  services = await orders();
});

const PLACE = '/acme.orders.v1.Orders/PlaceOrder';
const IMPORT = '/acme.orders.v1.Orders/ImportOrders';
const KEEP = '/acme.orders.v1.Orders/Keep';
const OLD = '/acme.old.v1.OldOrders/Keep';

function method(path: string): Method {
  const found = services.methods.get(path);
  if (found === undefined) throw new Error(`no method ${path}`);
  return found;
}

function encoded(path: string, json: JsonValue): Uint8Array {
  const { input } = method(path);
  return toBinary(input, fromJson(input, json, { registry: services.types.files }));
}

interface Sent {
  readonly type?: string;
  readonly encoding?: string;
  readonly defect?: BodyDefect;
}

function read(
  path: string,
  bytes: Uint8Array,
  { type = 'application/grpc', encoding = '', defect }: Sent = {},
) {
  return services.read(method(path), { bytes, defect }, { type, encoding });
}

/** The messages as JSON, or the reason and the detail of the denial. */
function result(path: string, bytes: Uint8Array, sent?: Sent): unknown {
  const { denial, messages, unknown } = { unknown: undefined, ...read(path, bytes, sent) };
  if (messages === undefined) return `${denial.reason}: ${denial.detail}`;
  const { input } = method(path);
  const values = messages.map((each) => toJson(input, each, { registry: services.types.files }));
  return unknown === undefined ? values : { values, unknown };
}

const ORDER = { customer: 'ann', lines: [{ book: 'ABC', copies: 2 }] };
const order = (): Uint8Array => encoded(PLACE, ORDER);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the frames of a body', () => {
  test('one message is read for a method that takes one', () => {
    expect(result(PLACE, joinFrames([order()]))).toEqual([ORDER]);
  });

  test('an empty message is a message', () => {
    expect(result(PLACE, joinFrames([new Uint8Array(0)]))).toEqual([{}]);
  });

  test('every message of a stream is read, also none', () => {
    const second = encoded(PLACE, { customer: 'bob' });
    expect(result(IMPORT, joinFrames([order(), second]))).toEqual([ORDER, { customer: 'bob' }]);
    expect(result(IMPORT, new Uint8Array(0))).toEqual([]);
  });

  test.each<[string, () => Uint8Array, string]>([
    ['no message', () => new Uint8Array(0), 'body_missing: a body is required'],
    [
      'two messages',
      () => joinFrames([order(), order()]),
      'body_malformed: the method takes one message, and the body has 2',
    ],
    [
      'a prefix that is cut',
      () => joinFrames([order()]).slice(0, 4),
      'body_malformed: the body ends in the prefix of message 1, which has 5 bytes',
    ],
    [
      'a message that is cut',
      () => joinFrames([order()]).slice(0, -1),
      'body_malformed: message 1 declares 14 bytes, and the body has 13 more',
    ],
    [
      'bytes after the message',
      () => new Uint8Array([...joinFrames([order()]), 0, 0]),
      'body_malformed: the body ends in the prefix of message 2, which has 5 bytes',
    ],
    [
      'the largest length',
      () => new Uint8Array([0, 255, 255, 255, 255]),
      'body_malformed: message 1 declares 4294967295 bytes, and the body has 0 more',
    ],
    [
      'a compressed message',
      () => new Uint8Array([1, 0, 0, 0, 0]),
      'body_wrong_type: message 1 is compressed; send it without compression (`grpc-encoding: identity`)',
    ],
    [
      'trailers of gRPC-Web',
      () => new Uint8Array([128, 0, 0, 0, 0]),
      'body_malformed: message 1 has flags that a request does not have',
    ],
  ])('%s is refused', (_, bytes, expected) => {
    expect(result(PLACE, bytes())).toBe(expected);
  });

  test('the second message of a stream is named', () => {
    expect(result(IMPORT, joinFrames([order(), new Uint8Array([0x0a, 9])]))).toBe(
      'body_malformed: message 2: the message ends within a value',
    );
  });
});

describe('the content type', () => {
  test.each([
    'application/grpc',
    'application/grpc+proto',
    'application/grpc;charset=utf-8',
    'Application/gRPC-Web',
    'application/grpc-web+proto',
    'application/connect+proto',
  ])('%s has binary messages with a prefix', (type) => {
    expect(result(PLACE, joinFrames([order()]), { type })).toEqual([ORDER]);
  });

  test.each(['application/grpc+json', 'application/grpc-web+json', 'application/connect+json'])(
    '%s has messages of JSON with a prefix',
    (type) => {
      expect(result(PLACE, joinFrames([utf8(JSON.stringify(ORDER))]), { type })).toEqual([ORDER]);
    },
  );

  test('a unary call of the Connect protocol has the message alone', () => {
    expect(result(PLACE, order(), { type: 'application/proto' })).toEqual([ORDER]);
    expect(result(PLACE, new Uint8Array(0), { type: 'application/proto' })).toEqual([{}]);
    expect(result(PLACE, utf8(JSON.stringify(ORDER)), { type: 'application/json' })).toEqual([ORDER]);
  });

  test.each([
    ['', 'the body must be `application/grpc`, `application/grpc-web`, or of the Connect protocol'],
    ['text/plain', 'the body must be `application/grpc`, `application/grpc-web`, or of the Connect protocol'],
    [
      'application/grpc, application/grpc',
      'the body must be `application/grpc`, `application/grpc-web`, or of the Connect protocol',
    ],
    [
      'application/json;charset=utf-16',
      'the body must be `application/grpc`, `application/grpc-web`, or of the Connect protocol',
    ],
    ['application/grpc-web-text', 'gRPC-Web in base64 is not read; send `application/grpc-web+proto`'],
    ['application/grpc-web-text+proto', 'gRPC-Web in base64 is not read; send `application/grpc-web+proto`'],
  ])('%s is refused', (type, detail) => {
    expect(result(PLACE, joinFrames([order()]), { type })).toBe(`body_wrong_type: ${detail}`);
  });

  test('a stream is not one message', () => {
    expect(result(IMPORT, order(), { type: 'application/proto' })).toBe(
      'body_wrong_type: the method takes a stream of messages; send `application/connect+proto`',
    );
  });
});

describe('a body that is not certainly whole is refused', () => {
  test.each<[BodyDefect, string]>([
    ['missing', 'body_missing: a body is required'],
    ['truncated', 'body_truncated: the proxy sent only a part of the body, or cannot tell where it ends'],
    [
      'replaced',
      'body_malformed: the proxy sent the body as text and may have replaced bytes in it; it must send bytes (`pack_as_bytes: true`)',
    ],
  ])('%s', (defect, expected) => {
    expect(result(PLACE, joinFrames([order()]), { defect })).toBe(expected);
  });

  test('compressed', () => {
    expect(result(PLACE, order(), { type: 'application/proto', encoding: 'gzip' })).toBe(
      'body_wrong_type: the body is compressed or encoded (`content-encoding: gzip`); send it without',
    );
  });
});

/** The bytes of a message with fields that a test writes. */
function written(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

const keep = (bytes: Uint8Array): unknown => result(KEEP, joinFrames([bytes]));

describe('a message', () => {
  test('with every kind of field is read', () => {
    const all = {
      double: 1.5,
      float: 2.5,
      int64: '-9007199254740993',
      fixed64: '7',
      fixed32: 8,
      bool: true,
      string: 'grüße',
      bytes: 'AAEC',
      sint32: -3,
      numbers: [1, -1, 300],
      texts: ['a', ''],
      inner: { string: 'x' },
      inners: [{}, { bool: true }],
      byNumber: { '-4': { int64: '1' } },
      any: { '@type': 'type.googleapis.com/acme.orders.v1.Line', book: 'ABC' },
      time: '2026-06-01T12:00:00Z',
      right: 4,
      flags: [true, false],
    };
    expect(keep(encoded(KEEP, all))).toEqual([all]);
  });

  test.each<[string, (writer: BinaryWriter) => void, string]>([
    ['a value that is cut', (w) => w.raw(new Uint8Array([0x3a, 5, 65])), 'the message ends within a value'],
    ['a number that is cut', (w) => w.raw(new Uint8Array([0x18, 0x80])), 'the message ends within a value'],
    ['field 0', (w) => w.raw(new Uint8Array([0x02, 0])), 'the message has a field number that is not valid'],
    [
      'the end of no group',
      (w) => w.raw(new Uint8Array([0x0c])),
      'the message has a wire type that is not expected',
    ],
    ['wire type 6', (w) => w.raw(new Uint8Array([0x0e])), 'the message has a wire type that is not expected'],
    [
      'a number of 11 bytes',
      (w) => w.raw(new Uint8Array([0x18, ...Array<number>(10).fill(0x80), 1])),
      'the message has a number of more than 64 bits',
    ],
    [
      'a number of 65 bits',
      (w) => w.raw(new Uint8Array([0x18, ...Array<number>(9).fill(0x80), 2])),
      'the message has a number of more than 64 bits',
    ],
    [
      'a field of another wire type',
      (w) => w.tag(7, WireType.Varint).int32(1),
      'the message has the field `string` in another form than declared',
    ],
    [
      'a bool that some parsers read as false',
      (w) => w.tag(6, WireType.Varint).uint64(4_294_967_296n),
      'the message has the field `bool`, a bool, with a value that is neither 0 nor 1',
    ],
    [
      'text that is not UTF-8',
      (w) =>
        w
          .tag(12, WireType.LengthDelimited)
          .fork()
          .tag(7, WireType.LengthDelimited)
          .bytes(new Uint8Array([0xff]))
          .join(),
      '`inner` has the field `string` with text that is not UTF-8',
    ],
    [
      'more levels than are read',
      (w) => {
        for (let level = 0; level < 64; level += 1) w.tag(12, WireType.LengthDelimited).fork();
        for (let level = 0; level < 64; level += 1) w.join();
      },
      `\`${Array(64).fill('inner').join('.')}\` has more than 64 levels`,
    ],
    [
      'more groups that are not known than are read',
      (w) => w.raw(new Uint8Array(200).fill(0xfb).map((_, at) => (at % 2 === 0 ? 0xfb : 0x07))),
      'the message has more than 64 levels',
    ],
    [
      'many messages, which take far more memory than bytes',
      (w) => {
        for (let count = 0; count < 10_000; count += 1)
          w.tag(13, WireType.LengthDelimited).bytes(new Uint8Array(0));
      },
      'the body has more values than are read',
    ],
  ])('with %s is refused', (_, write, detail) => {
    expect(keep(written(write))).toBe(`body_malformed: ${detail}`);
  });

  test('of 63 levels, and a packed list of 60,000 numbers are read', () => {
    const deep = written((w) => {
      for (let level = 0; level < 63; level += 1) w.tag(12, WireType.LengthDelimited).fork();
      for (let level = 0; level < 63; level += 1) w.join();
    });
    expect(read(KEEP, joinFrames([deep])).denial).toBeUndefined();
    const wide = written((w) => w.tag(10, WireType.LengthDelimited).bytes(new Uint8Array(60_000)));
    expect(result(KEEP, joinFrames([wide]))).toEqual([{ numbers: Array.from({ length: 60_000 }, () => 0) }]);
  });

  test.each<[string, (writer: BinaryWriter) => void, string]>([
    [
      'a message twice, which some parsers merge and others replace',
      (w) => {
        w.tag(12, WireType.LengthDelimited).fork().tag(7, WireType.LengthDelimited).string('a').join();
        w.tag(12, WireType.LengthDelimited).fork().tag(6, WireType.Varint).bool(true).join();
      },
      'the message has the field `inner` more than once',
    ],
    [
      'a number twice',
      (w) => w.tag(3, WireType.Varint).int64(1).tag(3, WireType.Varint).int64(1),
      'the message has the field `int64` more than once',
    ],
    [
      'two fields of a oneof, which some parsers keep both',
      (w) => w.tag(17, WireType.LengthDelimited).string('a').tag(18, WireType.Varint).int32(1),
      'the message has more than one field of the oneof `choice`',
    ],
    [
      'a key of a map twice',
      (w) => {
        const value = () => w.tag(2, WireType.LengthDelimited).bytes(new Uint8Array(0));
        w.tag(14, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int64(0);
        value().join();
        w.tag(14, WireType.LengthDelimited).fork();
        value().join();
      },
      '`by_number` has a key more than once',
    ],
    [
      'an entry of a map without its message, which is null for `protobufjs`',
      (w) => w.tag(14, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int64(1).join(),
      '`by_number` has an entry without its message',
    ],
    [
      'two values in an entry of a map',
      (w) => {
        w.tag(14, WireType.LengthDelimited).fork();
        for (const _ of [1, 2]) w.tag(2, WireType.LengthDelimited).fork().join();
        w.join();
      },
      '`by_number` has the field `value` more than once',
    ],
    [
      'a tag of six bytes, which `protobufjs` takes for one of ten',
      (w) => w.raw(new Uint8Array([0xb8, 0x80, 0x80, 0x80, 0x80, 0x00, 0, 0, 0, 0])),
      'the message has a number with more bytes than it needs',
    ],
    [
      'a length with more bytes than it needs',
      (w) => w.raw(new Uint8Array([0x3a, 0x81, 0x00, 65])),
      'the message has a number with more bytes than it needs',
    ],
    [
      'a number of 33 bits in a field of 32',
      (w) => w.tag(10, WireType.Varint).uint64(4_294_967_297n),
      'the message has the field `numbers` with a number of more than 32 bits',
    ],
    [
      'a negative number of 32 bits in 5 bytes',
      (w) => w.tag(18, WireType.Varint).uint32(4_294_967_295),
      'the message has the field `right` with a number of more than 32 bits',
    ],
  ])('with %s is refused', (_, write, detail) => {
    expect(keep(written(write))).toBe(`body_malformed: ${detail}`);
  });

  test('with each field of a list of messages once is read, and a text keeps its byte order mark', () => {
    const bytes = encoded(KEEP, { inners: [{ right: 1 }, { right: -1, string: '\ufeffann' }] });
    expect(keep(bytes)).toEqual([{ inners: [{ right: 1 }, { right: -1, string: '\ufeffann' }] }]);
  });
});

describe('what the descriptors do not have is noted', () => {
  const unknown = (path: string, bytes: Uint8Array): string | undefined => {
    const found = read(path, joinFrames([bytes]));
    return found.denial === undefined ? found.unknown : found.denial.detail;
  };
  const any = (url: string, value: Uint8Array): Uint8Array =>
    written((w) =>
      w
        .tag(15, WireType.LengthDelimited)
        .fork()
        .tag(1, WireType.LengthDelimited)
        .string(url)
        .tag(2, WireType.LengthDelimited)
        .bytes(value)
        .join(),
    );
  const LINE = 'type.googleapis.com/acme.orders.v1.Line';

  test.each<[string, () => Uint8Array, string]>([
    [
      'a field',
      () => written((w) => w.tag(99, WireType.Varint).int32(1)),
      'the message has the field 99, which `acme.orders.v1.Everything` does not have',
    ],
    [
      'a group',
      () => new Uint8Array([0x9b, 0x06, 0x08, 1, 0x9c, 0x06]),
      'the message has the field 99, which `acme.orders.v1.Everything` does not have',
    ],
    [
      'a field of a message in a list',
      () =>
        written((w) => w.tag(13, WireType.LengthDelimited).fork().tag(99, WireType.Bit32).fixed32(1).join()),
      '`inners` has the field 99, which `acme.orders.v1.Everything` does not have',
    ],
    [
      'a field of a value of a map',
      () =>
        written((w) =>
          w
            .tag(14, WireType.LengthDelimited)
            .fork()
            .tag(2, WireType.LengthDelimited)
            .fork()
            .tag(99, WireType.Varint)
            .int32(1)
            .join()
            .join(),
        ),
      '`by_number.value` has the field 99, which `acme.orders.v1.Everything` does not have',
    ],
    [
      'a field of a message in an Any',
      () => any(LINE, new Uint8Array([0x98, 0x06, 1])),
      '`any` has the field 99, which `acme.orders.v1.Line` does not have',
    ],
    [
      'an Any of another type',
      () => any('type.googleapis.com/acme.Other', new Uint8Array(0)),
      '`any` has a message of a type that the descriptor set does not have',
    ],
  ])('%s', (_, bytes, expected) => {
    expect(unknown(KEEP, bytes())).toBe(expected);
  });

  test('a message in an Any is judged like any other', () => {
    expect(unknown(KEEP, any(LINE, new Uint8Array([0x0a, 9])))).toBe('`any` ends within a value');
    expect(unknown(KEEP, any(LINE, new Uint8Array([0x0a, 1, 65])))).toBeUndefined();
  });

  test('a number that a closed enum does not have, and no extension or group that is declared', () => {
    expect(unknown(OLD, new Uint8Array([0x08, 9]))).toBe(
      'the message has a number in `kind` that its enum does not have',
    );
    expect(unknown(OLD, new Uint8Array([0x08, 2, 0x13, 0x08, 1, 0x14, 0xa2, 0x06, 1, 65]))).toBeUndefined();
    expect(unknown(OLD, new Uint8Array([0x13, 0x10, 1, 0x14]))).toBe(
      '`part` has the field 2, which `acme.old.v1.Old.Part` does not have',
    );
    expect(unknown(OLD, new Uint8Array([0x13, 0x08, 1]))).toBe('`part` ends within a value');
  });
});

describe('a message of JSON', () => {
  const json = (text: string): unknown => result(KEEP, utf8(text), { type: 'application/json' });

  test('has exact integers', () => {
    expect(json('{"int64": 9007199254740993, "numbers": [1]}')).toEqual([
      { int64: '9007199254740993', numbers: [1] },
    ]);
  });

  test.each([
    ['{"a":1,"a":2}', 'body_malformed: the message is not JSON: the same member twice at line 1, column 8'],
    ['[]', 'schema_violation: the message is not a valid `acme.orders.v1.Everything`'],
    [
      '{"bool":"secret"}',
      'schema_violation: the field `bool` of `acme.orders.v1.Everything` has a value of another type',
    ],
    ['', 'body_malformed: the message is not JSON: an unexpected end at line 1, column 1'],
  ])('%s is refused', (text, expected) => {
    expect(json(text)).toBe(expected);
  });

  test('a member that the message does not have is noted', () => {
    expect(json('{"inner":{"unknown":1,"bool":true}}')).toEqual({
      values: [{ inner: { bool: true } }],
      unknown: 'the message has a member that `acme.orders.v1.Everything` does not have',
    });
  });

  test('has floats of 32 bits, as services hold them', () => {
    expect(json('{"float": 16777217, "double": 16777217}')).toEqual([{ float: 16777216, double: 16777217 }]);
  });

  test.each([
    ['{"members":{"amount":9007199254740993}}'],
    ['{"any":{"@type":"type.googleapis.com/google.protobuf.Value","value":9007199254740993}}'],
  ])('with an integer that loses digits as a Value is refused: %s', (text) => {
    const free = (each: string): unknown =>
      result('/acme.orders.v1.Orders/KeepFree', utf8(each), { type: 'application/json' });
    expect(free(text)).toBe(
      'body_malformed: the message has an integer that loses digits as a `google.protobuf.Value`',
    );
    expect(free(text.replace('993', '991'))).toMatchObject([JSON.parse(text.replace('993', '991'))]);
  });

  test('that is a binary message as well is refused, since some services do not look at the content type', () => {
    // In binary: field 1 with the 32 bytes after it, then field 6 (`2`) with 35 (`#`).
    const text = `\n {"customer":"ann","note":"${'a'.repeat(6)}2#${'b'.repeat(33)}"}`;
    expect(fromBinary(method(PLACE).input, utf8(text))).toMatchObject({ note: `${'b'.repeat(33)}"}` });
    expect(result(PLACE, joinFrames([utf8(text)]), { type: 'application/grpc+json' })).toBe(
      'body_malformed: the message is JSON and a binary message, and services may read either',
    );
  });

  test('of many values is refused', () => {
    expect(json(`{"inners":[${'{},'.repeat(20_000)}{}]}`)).toBe(
      'body_malformed: the body has more values than are read',
    );
  });
});
