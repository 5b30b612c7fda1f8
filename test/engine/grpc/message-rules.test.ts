import { type FileRegistry, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { MessageRules } from '../../../src/engine/grpc/message-rules.ts';
import { registryOf } from '../../../src/protobuf/message-registry.ts';
import { descriptorSet } from '../../support/buf.ts';
import { orders } from './orders.ts';

const PLACE = 'acme.orders.v1.PlaceOrderRequest';
let found: Found;

beforeAll(async () => {
  const { types, rules } = await orders();
  found = { registry: types.files, rules };
});

interface Found {
  readonly registry: FileRegistry;
  readonly rules: MessageRules;
}

function typeNamed({ registry }: Found, name: string) {
  const type = registry.getMessage(name);
  if (type === undefined) throw new Error(`no message ${name}`);
  return type;
}

function check(json: JsonValue, values = 10): string | undefined {
  const type = typeNamed(found, PLACE);
  const result = found.rules.check(type, fromJson(type, json), values);
  if (result === undefined) return undefined;
  return 'fault' in result ? `fault: ${result.fault.message}` : `${result.reason}: ${result.detail}`;
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

describe('rules of other messages', () => {
  async function rulesOf(fields: string): Promise<Found> {
    const source = `syntax = "proto3"; package a; import "buf/validate/validate.proto";
      service S { rpc M(Item) returns (Item); }
      message Item { ${fields} }`;
    const { registry, problem } = registryOf(await descriptorSet({ 'a.proto': source }));
    if (registry === undefined) throw new Error(problem.message);
    return { registry: registry.files, rules: new MessageRules({ registry: registry.files }) };
  }

  test('that are not CEL are found when they are prepared', async () => {
    const found = await rulesOf('string s = 1 [(buf.validate.field).cel = {id: "s", expression: "this +"}];');
    expect(found.rules.prepare(typeNamed(found, 'a.Item'))).toEqual({
      owner: 'a.Item.s',
      problem: '`this +` is not a CEL expression',
    });
  });

  test('that do not fit their field are found when they are prepared', async () => {
    const found = await rulesOf('string s = 1 [(buf.validate.field).int32.gt = 1];');
    expect(found.rules.prepare(typeNamed(found, 'a.Item'))).toEqual({
      owner: 'a.Item',
      problem: expect.stringContaining('int32') as string,
    });
  });

  test('that fail for a message are a fault', async () => {
    const found = await rulesOf(
      'int32 n = 1; option (buf.validate.message).cel = {id: "n", message: "m", expression: "1 / this.n > 0"};',
    );
    const type = typeNamed(found, 'a.Item');
    expect(found.rules.prepare(type)).toBeUndefined();
    expect(found.rules.check(type, fromJson(type, { n: 1 }), 1)).toBeUndefined();
    expect(found.rules.check(type, fromJson(type, {}), 1)).toHaveProperty('fault');
  });

  test('with a loop in a loop are not evaluated for a message of many values', async () => {
    const found = await rulesOf(`repeated int32 n = 1;
      option (buf.validate.message).cel = {id: "n", message: "m", expression: "this.n.all(a, this.n.all(b, a == b))"};`);
    const type = typeNamed(found, 'a.Item');
    expect(found.rules.prepare(type)).toBeUndefined();
    const message = (count: number) => fromJson(type, { n: Array<number>(count).fill(1) });
    expect(found.rules.check(type, message(700), 700)).toBeUndefined();
    expect(found.rules.check(type, message(60_000), 60_000)).toEqual({
      reason: 'schema_violation',
      detail: 'the message takes too many steps to compare with the rules',
    });
  });

  test('with two loops after each other are evaluated', async () => {
    const found = await rulesOf(`repeated int32 n = 1;
      option (buf.validate.message).cel = {id: "n", message: "m", expression: "this.n.map(a, a + 1).unique()"};`);
    const type = typeNamed(found, 'a.Item');
    expect(found.rules.prepare(type)).toBeUndefined();
    const n = Array.from({ length: 1_000 }, (_, at) => at);
    expect(found.rules.check(type, fromJson(type, { n }), 1_000)).toBeUndefined();
  });

  test('take linear time for a pattern that would backtrack', async () => {
    const found = await rulesOf('string s = 1 [(buf.validate.field).string.pattern = "^(a+)+$"];');
    const type = typeNamed(found, 'a.Item');
    expect(found.rules.prepare(type)).toBeUndefined();
    const result = found.rules.check(type, fromJson(type, { s: `${'a'.repeat(50_000)}!` }), 1);
    expect(result).toMatchObject({ reason: 'schema_violation' });
  });

  test('of a message without rules are none', async () => {
    const found = await rulesOf('string s = 1;');
    const type = typeNamed(found, 'a.Item');
    expect(found.rules.prepare(type)).toBeUndefined();
    expect(found.rules.check(type, fromJson(type, {}), 1)).toBeUndefined();
  });
});
