import { pick } from '../../support/seeded.ts';

type Random = () => number;
type Values = readonly [string, ...string[]];

/** Values that are near the limits of the rules, as they are written in a `.proto` file. */
const SMALL = ['0', '1', '2', '3', '7'] as const;
const SIGNED = [...SMALL, '-1', '-2'] as const;
const DECIMAL = ['0', '0.5', '1', '-1.5', '2', '100000'] as const;
const TEXT = ['', 'a', 'ab', 'abc', 'é', '😀b'] as const;
const BYTES = ['', 'a', 'ab', '\\\\377\\\\000'] as const;
const SPAN = ['{seconds: 1}', '{seconds: 2, nanos: 500000000}', '{}', '{seconds: -3}'] as const;

const FORMATS = [
  'email',
  'hostname',
  'ip',
  'ipv4',
  'ipv6',
  'uri',
  'uri_ref',
  'address',
  'uuid',
  'tuuid',
  'ip_with_prefixlen',
  'ipv4_with_prefixlen',
  'ipv6_with_prefixlen',
  'ip_prefix',
  'ipv4_prefix',
  'ipv6_prefix',
  'host_and_port',
  'ulid',
] as const;

const PATTERNS = ['^a', 'b$', '^[a-z]*$', '(?i)AB', 'a|é', '^.{2}$'] as const;

const INTEGERS = ['int32', 'int64', 'sint32', 'sint64', 'sfixed32', 'sfixed64'] as const;
const NATURALS = ['uint32', 'uint64', 'fixed32', 'fixed64'] as const;
const REALS = ['float', 'double'] as const;
const KEYS = ['string', 'int32', 'uint64', 'bool', 'sint64'] as const;
const WRAPPERS = {
  'google.protobuf.Int32Value': 'int32',
  'google.protobuf.UInt64Value': 'uint64',
  'google.protobuf.DoubleValue': 'double',
  'google.protobuf.StringValue': 'string',
  'google.protobuf.BytesValue': 'bytes',
  'google.protobuf.BoolValue': 'bool',
} as const;

function some(random: Random, ...options: readonly (string | false)[]): string {
  return options.filter((each) => each !== false && random() < 0.45).join(', ');
}

function list(random: Random, values: readonly [string, ...string[]]): string {
  return `[${Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, values)).join(', ')}]`;
}

/** Rules about the order of values. */
function limits(random: Random, values: Values): readonly string[] {
  const low = random() < 0.5 ? 'gt' : 'gte';
  const high = random() < 0.5 ? 'lt' : 'lte';
  return [`${low}: ${pick(random, values)}`, `${high}: ${pick(random, values)}`];
}

function ordered(random: Random, values: Values, further: string | false = false): string {
  return some(
    random,
    random() < 0.2 && `const: ${pick(random, values)}`,
    ...limits(random, values),
    `in: ${list(random, values)}`,
    `not_in: ${list(random, values)}`,
    further,
  );
}

const quoted = (text: string): string => `"${text}"`;

function textRules(random: Random): string {
  const one = () => quoted(pick(random, TEXT));
  const texts = (): string => `[${one()}, ${one()}]`;
  if (random() < 0.35) return `${pick(random, FORMATS)}: ${random() < 0.9 ? 'true' : 'false'}`;
  if (random() < 0.1)
    return `well_known_regex: ${pick(random, ['KNOWN_REGEX_HTTP_HEADER_NAME', 'KNOWN_REGEX_HTTP_HEADER_VALUE'])}${some(random, ', strict: false')}`;
  return some(
    random,
    random() < 0.2 && `const: ${one()}`,
    `min_len: ${pick(random, SMALL)}`,
    `max_len: ${pick(random, SMALL)}`,
    random() < 0.2 && `len: ${pick(random, SMALL)}`,
    `min_bytes: ${pick(random, SMALL)}`,
    `max_bytes: ${pick(random, SMALL)}`,
    `pattern: ${quoted(pick(random, PATTERNS))}`,
    `prefix: ${one()}`,
    `suffix: ${one()}`,
    `contains: ${one()}`,
    `not_contains: ${one()}`,
    `in: ${texts()}`,
    `not_in: ${texts()}`,
  );
}

function bytesRules(random: Random): string {
  const one = () => quoted(pick(random, BYTES));
  return some(
    random,
    random() < 0.2 && `const: ${one()}`,
    `min_len: ${pick(random, SMALL)}`,
    `max_len: ${pick(random, SMALL)}`,
    `prefix: ${one()}`,
    `suffix: ${one()}`,
    `contains: ${one()}`,
    `in: [${one()}, ${one()}]`,
    `not_in: [${one()}, ${one()}]`,
    random() < 0.3 && `${pick(random, ['ip', 'ipv4', 'ipv6', 'uuid'])}: true`,
  );
}

/** The standard rules of a scalar type or an enum, as text within braces. */
function scalarRules(type: string, random: Random): string {
  const isOneOf = (types: readonly string[]): boolean => types.includes(type);
  if (isOneOf(INTEGERS)) return ordered(random, SIGNED);
  if (isOneOf(NATURALS)) return ordered(random, SMALL);
  if (isOneOf(REALS)) return ordered(random, DECIMAL, 'finite: true');
  if (type === 'string') return textRules(random);
  if (type === 'bytes') return bytesRules(random);
  if (type === 'bool') return some(random, `const: ${pick(random, ['true', 'false'])}`);
  return some(
    random,
    'defined_only: true',
    `in: ${list(random, SMALL)}`,
    `not_in: ${list(random, SMALL)}`,
    random() < 0.2 && 'const: 1',
  );
}

/** Expressions about values of a type. */
const EXPRESSIONS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  int: ['this > 0', "this % 2 == 0 ? '' : 'is odd'", 'this in [1, 2, 3]', '1 / this >= 0'],
  uint: ['this < 5u', 'this * this != 4u'],
  string: [
    "this.startsWith('a')",
    "this.size() < 3 ? '' : 'is too long'",
    "this.matches('^[a-z]*$')",
    'this.isEmail() || this.isHostname()',
  ],
  list: ['this.size() < 2', 'this.all(x, this.exists_one(y, y == x))', 'this.unique()'],
  item: ["this.left != '' || this.right == 0", 'has(this.inner) ? this.inner.right > 0 : true'],
};

function custom(kind: string | undefined, random: Random): string {
  const expressions = kind === undefined ? undefined : EXPRESSIONS[kind];
  if (expressions === undefined || random() < 0.6) return '';
  const expression = pick(random, expressions);
  if (random() < 0.3) return `, (buf.validate.field).cel_expression = ${JSON.stringify(expression)}`;
  const message = random() < 0.5 ? ', message: "as written"' : '';
  return `, (buf.validate.field).cel = {id: "own"${message}, expression: ${JSON.stringify(expression)}}`;
}

function kindOf(type: string): string | undefined {
  if (INTEGERS.some((each) => each === type) || type === 'Kind') return 'int';
  if (NATURALS.some((each) => each === type)) return 'uint';
  return type === 'string' ? 'string' : undefined;
}

function nested(type: string, random: Random): string {
  const name = type === 'Kind' ? 'enum' : type;
  const ignore = random() < 0.3 ? `, ignore: ${pick(random, ['IGNORE_IF_ZERO_VALUE', 'IGNORE_ALWAYS'])}` : '';
  return `{${name}: {${scalarRules(type, random)}}${ignore}}`;
}

const SCALARS = [
  ...INTEGERS,
  ...NATURALS,
  ...REALS,
  'string',
  'string',
  'string',
  'bytes',
  'bool',
  'Kind',
] as const;

/** A field with rules, without its number: its type with a label, and its options. */
function randomField(random: Random): readonly [type: string, options: string] {
  const scalar = pick(random, SCALARS);
  const rule = (text: string): string => `(buf.validate.field).${text}`;
  switch (pick(random, ['scalar', 'scalar', 'scalar', 'list', 'map', 'wrapper', 'known', 'message'])) {
    case 'scalar': {
      const name = scalar === 'Kind' ? 'enum' : scalar;
      const label = random() < 0.3 ? 'optional ' : '';
      return [
        `${label}${scalar}`,
        `${rule(`${name} = {${scalarRules(scalar, random)}}`)}${custom(kindOf(scalar), random)}`,
      ];
    }
    case 'list': {
      const unique = scalar === 'Kind' ? '' : some(random, 'unique: true, ');
      const rules = some(random, `min_items: ${pick(random, SMALL)}`, `max_items: ${pick(random, SMALL)}`);
      const items = `items: ${nested(scalar, random)}`;
      const list = scalar === 'bytes' ? undefined : 'list';
      return [
        `repeated ${scalar}`,
        `${rule(`repeated = {${unique}${rules === '' ? '' : `${rules}, `}${items}}`)}${custom(list, random)}`,
      ];
    }
    case 'map': {
      const key = pick(random, KEYS);
      const rules = some(
        random,
        `min_pairs: ${pick(random, SMALL)}`,
        `max_pairs: ${pick(random, SMALL)}`,
        `keys: ${nested(key, random)}`,
        `values: ${nested(scalar, random)}`,
      );
      return [`map<${key}, ${scalar}>`, rule(`map = {${rules}}`)];
    }
    case 'wrapper': {
      const [wrapper, name] = pick(
        random,
        Object.entries(WRAPPERS) as [[string, string], ...[string, string][]],
      );
      return [wrapper, rule(`${name} = {${scalarRules(name, random)}}`)];
    }
    case 'known':
      return knownField(random);
    default: {
      const label = pick(random, ['', 'repeated ']);
      return [
        `${label}Item`,
        label === ''
          ? `${rule('required')} = ${random() < 0.5}${custom('item', random)}`
          : rule(`repeated = {min_items: ${pick(random, SMALL)}}`),
      ];
    }
  }
}

function knownField(random: Random): readonly [type: string, options: string] {
  const kinds = {
    Duration: () => `duration = {${ordered(random, SPAN)}}`,
    Timestamp: () => {
      const now = pick(random, ['lt_now: true', 'gt_now: true', 'within: {seconds: 100}']);
      return `timestamp = {${random() < 0.5 ? now : some(random, ...limits(random, SPAN))}}`;
    },
    FieldMask: () => {
      const rules = some(random, 'in: ["a", "b.c"]', 'not_in: ["a.b"]', 'const: {paths: ["a"]}');
      return `field_mask = {${rules}}`;
    },
    Any: () => {
      const url = 'type.googleapis.com/a';
      return `any = {${some(random, `in: ["${url}.Item"]`, `not_in: ["${url}.Other"]`)}}`;
    },
  } as const;
  const kind = pick(random, ['Duration', 'Timestamp', 'FieldMask', 'Any'] as const);
  return [`google.protobuf.${kind}`, `(buf.validate.field).${kinds[kind]()}`];
}

function randomMessage(at: number, random: Random): string {
  const fields = Array.from({ length: 3 }, (_, index) => {
    const [type, options] = randomField(random);
    const isPlain = !/^(?:repeated|map|optional)|Item|google/.test(type);
    const ignore =
      random() < 0.15
        ? `, (buf.validate.field).ignore = ${pick(random, ['IGNORE_IF_ZERO_VALUE', 'IGNORE_ALWAYS'])}`
        : '';
    const required = isPlain && random() < 0.1 ? ', (buf.validate.field).required = true' : '';
    return `  ${type} f${index} = ${index + 1} [${options}${ignore}${required}];`;
  });
  const oneof =
    random() < 0.15
      ? `  option (buf.validate.message).oneof = {fields: ["f0", "f1"], required: ${random() < 0.5}};`
      : '';
  const choice = `  oneof choice { ${random() < 0.3 ? 'option (buf.validate.oneof).required = true; ' : ''}string left = 10 [(buf.validate.field).string.min_len = 2]; int32 right = 11; }`;
  return [`message M${at} {`, oneof, ...fields, choice, '}'].join('\n');
}

/** The source of a file with `count` messages `a.M0`, `a.M1` and so on, with random rules. */
export function randomRules(count: number, random: Random): string {
  return [
    'syntax = "proto3"; package a;',
    ...[
      'buf/validate/validate',
      ...['any', 'duration', 'field_mask', 'timestamp', 'wrappers'].map((each) => `google/protobuf/${each}`),
    ].map((each) => `import "${each}.proto";`),
    'enum Kind { KIND_UNSPECIFIED = 0; KIND_ONE = 1; KIND_SEVEN = 7; }',
    `message Item {
      option (buf.validate.message).cel = {id: "item", expression: "this.left == 'a' && this.right == 7 ? 'a and 7' : ''"};
      string left = 1 [(buf.validate.field).string.max_len = 2];
      int32 right = 2 [(buf.validate.field).int32.gte = 0];
      Item inner = 3;
    }`,
    ...Array.from({ length: count }, (_, at) => randomMessage(at, random)),
  ].join('\n');
}
