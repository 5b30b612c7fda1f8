import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  type Registry,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { type Pools, randomScalar, setField } from '../support/random-fields.ts';
import { pick } from '../support/seeded.ts';

export type Random = () => number;

const POOLS: Pools = {
  texts: ['', 'a', '__proto__', 'constructor', 'é😀', 'toString'],
  bytes: [new Uint8Array(), new Uint8Array([255, 0]), new Uint8Array([97])],
  floats: [0, -0, 1, 0.1, -2.5, Number.NaN, Number.NEGATIVE_INFINITY],
  doubles: [0, -0, 1, -2.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 9007199254740992],
  ints: [0, 1, -1, 7, 2147483647, -2147483648],
  uints: [0, 1, 7, 4294967295],
  longs: [0n, 1n, -1n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n],
  ulongs: [0n, 1n, 9007199254740993n, 18446744073709551615n],
};

function scalar(type: ScalarType, random: Random): unknown {
  return randomScalar(type, POOLS, random);
}

/** A random message. Few of its fields are set, to random values. */
export function randomMessage(
  type: DescMessage,
  registry: Registry,
  random: Random,
  depth = 3,
): ReflectMessage {
  const message = reflect(type, wellKnown(type, registry, random, depth));
  if (type.typeName.startsWith('google.protobuf.') && type.fields.length < 3) return message;
  const many = Math.max(4, type.fields.length / 12);
  const chance = many / type.fields.length;
  for (const field of type.fields) if (random() < chance) set(message, field, registry, random, depth);
  return message;
}

function set(
  message: ReflectMessage,
  field: DescField,
  registry: Registry,
  random: Random,
  depth: number,
): void {
  const isOne = field.fieldKind !== 'list' && field.fieldKind !== 'map';
  if (isOne && field.message !== undefined && depth <= 0) return;
  setField(message, field, {
    count: depth > 0 ? Math.floor(random() * 3) : 0,
    one: () => element(field, registry, random, depth),
    key: (type) => scalar(type, random),
  });
}

function element(field: DescField, registry: Registry, random: Random, depth: number): unknown {
  if (field.message !== undefined) return randomMessage(field.message, registry, random, depth - 1);
  if (field.enum !== undefined) {
    const { number } = pickAny(random, field.enum.values);
    return field.enum.open && random() < 0.2 ? 77 : number;
  }
  return field.scalar === undefined ? undefined : scalar(field.scalar, random);
}

/** A valid message of a well-known type; any other is empty. */
function wellKnown(type: DescMessage, registry: Registry, random: Random, depth: number): Message {
  const message = create(type);
  const put = (properties: Readonly<Record<string, unknown>>) => Object.assign(message, properties);
  switch (type.typeName) {
    case 'google.protobuf.Timestamp':
      return put({
        seconds: pick(random, [0n, 1n, -62135596800n, 253402300799n]),
        nanos: pick(random, [0, 5]),
      });
    case 'google.protobuf.Duration':
      return put({ seconds: pick(random, [0n, 60n, 100000n]), nanos: pick(random, [0, 500_000_000]) });
    case 'google.protobuf.Any': {
      const name = pick(random, [
        'google.protobuf.Int64Value',
        'google.protobuf.Struct',
        'google.protobuf.Empty',
      ]);
      const packed = registry.getMessage(name);
      if (packed === undefined || depth < 0) return message;
      const { message: inner } = randomMessage(packed, registry, random, depth - 1);
      return put({ typeUrl: `type.googleapis.com/${name}`, value: toBinary(packed, inner) });
    }
    default:
      return type.fields.length === 1 &&
        type.fields[0]?.fieldKind === 'scalar' &&
        type.typeName.endsWith('Value')
        ? put({ value: scalar(type.fields[0].scalar, random) })
        : message;
  }
}

/** Expression about a random part of the messages `a` and `b` of a type. */
export function randomQuestion(type: DescMessage, random: Random): string {
  const [path, field] = randomPath(type, random);
  const other = path.replace(/^a/, 'b');
  const forms = [
    path,
    path,
    `has(${path})`,
    `${path} == ${other}`,
    `dyn(${path}) == dyn(${other})`,
    `type(${path})`,
    `[${path}, ${path}]`,
  ] as [string, ...string[]];
  if (field.fieldKind === 'list') {
    forms.push(
      `${path}[0]`,
      `size(${path})`,
      `${path}.map(x, x)`,
      `${path}.exists(x, x == ${other}[0])`,
      `${path}[0] in ${other}`,
    );
  }
  if (field.fieldKind === 'map') {
    const key = keyText(field.mapKey, random);
    forms.push(
      `${path}[${key}]`,
      `size(${path})`,
      `${key} in ${path}`,
      `${path}.all(k, ${path}[k] == ${path}[k])`,
    );
  }
  forms.push(
    `a == b`,
    `a == a`,
    `${path.slice(0, path.lastIndexOf('.'))} == ${other.slice(0, other.lastIndexOf('.'))}`,
  );
  return pick(random, forms);
}

/** Fields whose names are words of the language, which the other engine cannot read. */
const WORDS =
  /^(?:in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/;

function randomPath(type: DescMessage, random: Random): readonly [string, DescField] {
  let path = 'a';
  let at = type;
  for (;;) {
    const field = pickAny(
      random,
      at.fields.filter(({ name }) => !WORDS.test(name)),
    );
    path += `.${field.name}`;
    const isOpen = field.fieldKind === 'message' && !field.message.typeName.startsWith('google.protobuf.');
    if (!isOpen || random() < 0.3) return [path, field];
    at = field.message;
  }
}

function pickAny<T>(random: Random, items: readonly T[]): T {
  const [first, ...others] = items;
  if (first === undefined) throw new Error('there is nothing to pick');
  return pick(random, [first, ...others]);
}

function keyText(type: ScalarType, random: Random): string {
  const value = scalar(type, random);
  if (typeof value === 'string') return JSON.stringify(value);
  const isUint = [ScalarType.UINT32, ScalarType.UINT64, ScalarType.FIXED32, ScalarType.FIXED64].includes(
    type,
  );
  return `${String(value)}${isUint ? 'u' : ''}`;
}
