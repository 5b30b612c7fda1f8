import { create, type DescField, type DescMessage, type Message, type Registry } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { type Pools, randomScalar, setField } from '../../support/random-fields.ts';
import { pick } from '../../support/seeded.ts';

type Random = () => number;

const NUMBERS = [0, 1, 2, 3, 4, 7, 8] as const;
const SIGNED = [...NUMBERS, -1, -2, -3] as const;
const REALS = [0, -0, 0.5, 1, 2, -1.5, 1e30, Number.NaN, Infinity, -Infinity] as const;

/** Texts that have, or nearly have, the forms that rules know. */
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'ABC',
  'é',
  '😀b',
  'b',
  'a@b.example',
  '@b',
  'a@-b.example',
  'x-1.example.',
  'example..com',
  '127.0.0.1',
  '127.0.0.01',
  '256.1.1.1',
  '::1',
  '1::2::3',
  'fe80::1%eth0',
  '::ffff:1.2.3.4',
  '10.0.0.0/8',
  '10.0.0.1/8',
  '::1/128',
  '2001:db8::/129',
  'fe80::1%25eth0/64',
  'https://a.example/p?q#f',
  'https://[::1%25eth0]:80/',
  'https://%ff.example',
  'https://a:b:c',
  '//a/b',
  './a:b',
  'a:b',
  '%zz',
  'mailto:a@b',
  'a.example:80',
  '[::1]:65536',
  '[::1]:443',
  'a.example:080',
  '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  '6ba7b8109dad11d180b400c04fd430c8',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  'x-header',
  'a\nb',
  '0',
] as const;

const NOT_TEXT = new Uint8Array([255, 0]);
const BYTES = ['', 'a', 'ab', 'abcd', 'abcdefghabcdefgh'].map((text) => new TextEncoder().encode(text));

const POOLS: Pools = {
  texts: TEXTS,
  bytes: [NOT_TEXT, NOT_TEXT, ...BYTES],
  floats: REALS,
  doubles: REALS,
  ints: SIGNED,
  uints: NUMBERS,
  longs: [BigInt(Number.MAX_SAFE_INTEGER), ...SIGNED.map(BigInt)],
  ulongs: [BigInt(Number.MAX_SAFE_INTEGER), ...NUMBERS.map(BigInt)],
};

/** A message of a type of `randomRules`. */
export function randomRuledMessage(
  type: DescMessage,
  registry: Registry,
  random: Random,
  depth = 3,
): Message {
  const known = wellKnown(type, random);
  if (known !== undefined) return known;
  const message = reflect(type, create(type));
  for (const field of type.fields) if (random() < 0.75) set(message, field, registry, random, depth);
  return message.message;
}

function set(
  message: ReflectMessage,
  field: DescField,
  registry: Registry,
  random: Random,
  depth: number,
): void {
  if (field.message !== undefined && depth === 0) return;
  setField(message, field, {
    count: Math.floor(random() * 5),
    one: () => element(field, registry, random, depth),
    key: (type) => randomScalar(type, POOLS, random),
  });
}

function element(field: DescField, registry: Registry, random: Random, depth: number): unknown {
  if (field.message !== undefined) {
    return reflect(field.message, randomRuledMessage(field.message, registry, random, depth - 1));
  }
  if (field.enum !== undefined) return pick(random, NUMBERS);
  return field.scalar === undefined ? undefined : randomScalar(field.scalar, POOLS, random);
}

function wellKnown(type: DescMessage, random: Random): Message | undefined {
  const put = (properties: Readonly<Record<string, unknown>>): Message =>
    Object.assign(create(type), properties);
  const seconds = BigInt(pick(random, [0, 1, 2, 3, -3]));
  switch (type.typeName) {
    case 'google.protobuf.Timestamp':
      return put({
        seconds: random() < 0.3 ? BigInt(Math.floor(Date.now() / 1000) + 3600) : seconds,
        nanos: pick(random, [0, 500_000_000]),
      });
    case 'google.protobuf.Duration':
      return put({ seconds, nanos: seconds < 0n ? 0 : pick(random, [0, 500_000_000]) });
    case 'google.protobuf.FieldMask':
      return put({ paths: ['a', 'a.b', 'b.c', 'b.c.d', 'x'].filter(() => random() < 0.3) });
    case 'google.protobuf.Any':
      return put({
        typeUrl: pick(random, ['type.googleapis.com/a.Item', 'type.googleapis.com/a.Other', '']),
      });
    default:
      return undefined;
  }
}
