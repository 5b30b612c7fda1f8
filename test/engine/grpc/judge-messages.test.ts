import { type DescMessage, fromJson, type JsonValue, type Message } from '@bufbuild/protobuf';
import { compileServices } from '../../../src/engine/grpc/compile-services.ts';
import type { GrpcServices } from '../../../src/engine/grpc/grpc-services.ts';
import { descriptorSet } from '../../support/buf.ts';
import { transferred } from '../../support/transferred.ts';
import { orders } from './orders.ts';

let services: GrpcServices;

beforeAll(async () => {
  services = await orders();
});

/** Seconds of the clock of rules. */
const NOW = 1_000_000;

/** What a denial of messages of a call says; undefined if the rules hold. */
function judged(
  of: GrpcServices,
  path: string,
  messages: (type: DescMessage) => readonly Message[],
): string | undefined {
  const method = of.methodAt(path);
  if (method === undefined) throw new Error(`no method ${path}`);
  const result = of.check(method, messages(method.input), () => ({ seconds: NOW, nanos: 0 }));
  if (result === undefined) return undefined;
  return 'fault' in result ? `fault: ${result.fault.message}` : `${result.reason}: ${result.detail}`;
}

function check(json: JsonValue): string | undefined {
  return judged(services, '/acme.orders.v1.Orders/PlaceOrder', (type) => [fromJson(type, json)]);
}

const LINE = { book: 'ABC', copies: 2 };

describe('the rules of a message', () => {
  test('hold', () => {
    expect(check({ customer: 'ann', lines: [LINE], paid: true, labels: { a: 1 } })).toBeUndefined();
  });

  test('name the fields that do not fit, with what was wanted and without a value', () => {
    expect(check({ customer: '', lines: [LINE, { book: 'secret', copies: 11 }] })).toBe(
      'schema_violation: `customer`: must be at least 1 characters; `lines[1].book`: does not match regex pattern `^[A-Z]{3}$`; `lines[1].copies`: must be greater than 0 and less than or equal to 10',
    );
  });

  test('name four fields, and the number of the others', () => {
    const lines = Array.from({ length: 20 }, () => ({ book: 'ABC' }));
    expect(check({ customer: 'ann', lines })).toMatch(
      /^schema_violation: (?:`[^`]+`: [^;]+; ){4}and 16 more$/,
    );
  });

  test('of a whole message have the text of their author', () => {
    expect(check({ customer: 'ann', paid: true })).toBe(
      'schema_violation: the message: an order that is paid has lines',
    );
  });

  test('whose text is made of the message show only their id', () => {
    expect(check({ customer: 'ann', note: 'bad' })).toBe(
      'schema_violation: `note`: does not fit the rule `order.note`',
    );
  });

  test('do not show the key of a map', () => {
    expect(check({ customer: 'ann', labels: { secret: 0 } })).toBe(
      'schema_violation: `labels[...]`: must be greater than 0',
    );
  });

  test('know the values of an enum', () => {
    expect(check({ customer: 'ann', status: 7 })).toBe(
      'schema_violation: `status`: value must be one of the defined enum values',
    );
  });
});

describe('the rules of the messages of a stream', () => {
  test('name the first message that breaks one', () => {
    const found = judged(services, '/acme.orders.v1.Orders/ImportOrders', (type) =>
      [{ customer: 'ann' }, { customer: '' }, { paid: true }].map((json) => fromJson(type, json)),
    );
    expect(found).toBe('schema_violation: message 2: `customer`: must be at least 1 characters');
  });
});

const IMPORTS = ['any', 'duration', 'timestamp', 'wrappers'].map(
  (each) => `import "google/protobuf/${each}.proto";`,
);

async function compiled(fields: string, others = '', syntax = 'syntax = "proto3";') {
  const source = `${syntax} package a; import "buf/validate/validate.proto"; ${IMPORTS.join(' ')}
    service S { rpc M(Item) returns (Item); }
    ${others}
    message Item { ${fields} }`;
  return compileServices(await descriptorSet({ 'a.proto': source }));
}

/** The judgement of messages of a type with these fields. */
async function judge(
  fields: string,
  others?: string,
  syntax?: string,
): Promise<(json: JsonValue) => string | undefined> {
  const { services: found, problem } = await compiled(fields, others, syntax);
  if (found === undefined) throw new Error(problem);
  // The process that serves gets them so.
  const sent = transferred(found);
  return (json) => judged(sent, '/a.S/M', (type) => [fromJson(type, json, { registry: sent.types.files })]);
}

describe('a rule that cannot be compiled', () => {
  test.each<[string, string, string, string?]>([
    [
      'is not CEL',
      'string s = 1 [(buf.validate.field).cel = {id: "own", expression: "this +"}];',
      'the rules of `a.Item.s` cannot be compiled: rule `own`: unexpected end of the expression at character 7 of `this +`',
    ],
    [
      'reads a field that there is not',
      'int32 n = 1; option (buf.validate.message).cel = {id: "own", expression: "this.m > 0"};',
      'the rules of `a.Item` cannot be compiled: rule `own`: `a.Item` has no field `m` at character 6 of `this.m > 0`',
    ],
    [
      'compares different types',
      'int32 n = 1 [(buf.validate.field).cel = {id: "own", expression: "this == \'a\'"}];',
      'the rules of `a.Item.n` cannot be compiled: rule `own`: `==` does not take `int` and `string` at character 1',
    ],
    [
      'is neither a bool nor a text',
      'int32 n = 1 [(buf.validate.field).cel = {id: "own", expression: "this + 1"}];',
      'the rules of `a.Item.n` cannot be compiled: rule `own`: the expression has the type `int`, `bool` or `string` is required',
    ],
    [
      'is for another type',
      'string s = 1 [(buf.validate.field).int32.gt = 1];',
      'the rules of `a.Item.s` cannot be compiled: `int32` are not rules of this type: those are `string`',
    ],
    [
      'is for elements of another type',
      'repeated string s = 1 [(buf.validate.field).repeated.items.bytes.min_len = 1];',
      'the rules of `a.Item.s` cannot be compiled: `bytes` are not rules of this type: those are `string`',
    ],
    [
      'is for a message that has none',
      'Other o = 1 [(buf.validate.field).string.min_len = 1];',
      'the rules of `a.Item.o` cannot be compiled: `string` are not rules of this type: there are none',
      'message Other {}',
    ],
    [
      'has a pattern that is not one of RE2',
      'string s = 1 [(buf.validate.field).string.pattern = "a(?=b)"];',
      'the rules of `a.Item.s` cannot be compiled: rule `string.pattern`: invalid pattern',
    ],
    [
      'names a field that there is not',
      'int32 n = 1; option (buf.validate.message).oneof = {fields: ["n", "m"]};',
      'the rules of `a.Item` cannot be compiled: a `oneof` rule has the field `m`, which the message does not have',
    ],
    [
      'is in a message within',
      'repeated Other o = 1;',
      'the rules of `a.Other.n` cannot be compiled: rule `own`',
      'message Other { int32 n = 1 [(buf.validate.field).cel = {id: "own", expression: "1"}]; Item up = 2; }',
    ],
  ])('because it %s', async (_, fields, problem, ...[others]) => {
    expect((await compiled(fields, others)).problem).toContain(problem);
  });

  test('because there are too many', async () => {
    const fields = Array.from(
      { length: 10_001 },
      (_, at) =>
        `int32 n${at} = ${at + 1} [(buf.validate.field).cel = {id: "own", expression: "this != ${at + 1}"}];`,
    );
    expect((await compiled(fields.join('\n'))).problem).toBe(
      'the rules of `a.Item.n10000` cannot be compiled: the descriptor set has more than 10000 different rules',
    );
  });
});

describe('the rules of a message from another process', () => {
  test('that fail for a message are a fault, which names the rule', async () => {
    const found = await judge(
      'int32 n = 1; option (buf.validate.message).cel = {id: "own", message: "m", expression: "1 / this.n > 0"};',
    );
    expect(found({ n: 1 })).toBeUndefined();
    expect(found({})).toBe('fault: the rule `own` failed: division by zero');
  });

  test('with a loop in a loop end at a bound of steps', async () => {
    const found = await judge(`repeated int32 n = 1;
      option (buf.validate.message).cel = {id: "n", message: "m", expression: "this.n.all(a, this.n.all(b, a == b))"};`);
    const list = (count: number) => ({ n: Array<number>(count).fill(1) });
    expect(found(list(600))).toBeUndefined();
    expect(found(list(2_000))).toBe(
      'schema_violation: the message takes too many steps to compare with the rules',
    );
  });

  test('judge lists and maps of 100,000 elements', async () => {
    const found = await judge(`
      repeated string s = 1 [(buf.validate.field).repeated = {unique: true, items: {string: {max_len: 5}}}];
      map<string, int32> m = 2 [(buf.validate.field).map = {keys: {string: {min_len: 1}}, values: {int32: {gte: 0}}}];`);
    const s = Array.from({ length: 100_000 }, (_, at) => at.toString(36));
    const m = Object.fromEntries(s.map((key, at) => [key, at]));
    expect(found({ s })).toBeUndefined();
    expect(found({ m })).toBeUndefined();
    expect(found({ s: [...s, '0'] })).toBe('schema_violation: `s`: repeated value must contain unique items');
    expect(found({ m: { ...m, last: -1 } })).toBe(
      'schema_violation: `m[...]`: must be greater than or equal to 0',
    );
  });

  test('are evaluated at each level of a type that contains itself', async () => {
    const found = await judge('Item up = 1; int32 n = 2 [(buf.validate.field).int32.lt = 5];');
    expect(found({ up: { up: { up: { n: 4 } } } })).toBeUndefined();
    expect(found({ up: { up: { up: { n: 5 } } } })).toBe(
      'schema_violation: `up.up.up.n`: must be less than 5',
    );
  });

  test('take linear time for a pattern that would backtrack', async () => {
    const found = await judge('string s = 1 [(buf.validate.field).string.pattern = "^(a+)+$"];');
    expect(found({ s: `${'a'.repeat(50_000)}!` })).toContain('schema_violation');
  });

  test('have the time of the request', async () => {
    const found = await judge(
      'google.protobuf.Timestamp t = 1 [(buf.validate.field).timestamp.lt_now = true];',
    );
    const at = (seconds: number) => ({ t: new Date(seconds * 1000).toISOString() });
    expect(found(at(NOW - 1))).toBeUndefined();
    expect(found(at(NOW + 1))).toBe('schema_violation: `t`: must be less than now');
  });

  test('can be extended by rules of their authors', async () => {
    const found = await judge(
      'optional int32 n = 1 [(buf.validate.field).int32 = {[a.multiple]: 3, gt: 0}];',
      `extend buf.validate.Int32Rules {
        optional int32 multiple = 81818 [(buf.validate.predefined).cel = {
          id: "int32.multiple", expression: "this % rule == 0 ? '' : 'must be a multiple of %s'.format([rule])"
        }];
      }`,
      'syntax = "proto2";',
    );
    expect(found({ n: 6 })).toBeUndefined();
    // The text is one of an author.
    expect(found({ n: 7 })).toBe('schema_violation: `n`: does not fit the rule `int32.multiple`');
    expect(found({ n: -3 })).toBe('schema_violation: `n`: must be greater than 0');
  });

  test('know wrappers, groups and messages of any type', async () => {
    const found = await judge(
      `optional google.protobuf.StringValue s = 1 [(buf.validate.field).string.min_len = 2];
       optional group Part = 2 { optional int32 n = 1 [(buf.validate.field).required = true]; }
       optional google.protobuf.Any any = 3 [(buf.validate.field).any.in = "type.googleapis.com/google.protobuf.Duration"];`,
      '',
      'syntax = "proto2";',
    );
    expect(found({ s: 'ab', part: { n: 0 } })).toBeUndefined();
    expect(
      found({
        s: 'a',
        part: {},
        any: { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '1s' },
      }),
    ).toBe('schema_violation: `s`: must be at least 2 characters; `part.n`: value is required');
  });

  test('are none for a message without rules', async () => {
    const found = await judge('string s = 1;');
    expect(found({})).toBeUndefined();
  });
});
