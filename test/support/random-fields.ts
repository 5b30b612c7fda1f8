import { type DescField, ScalarType } from '@bufbuild/protobuf';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { pick } from './seeded.ts';

type Pool<T> = readonly [T, ...T[]];

/** Values of scalar types, from which random ones are picked. */
export interface Pools {
  readonly texts: Pool<string>;
  readonly bytes: Pool<Uint8Array>;
  readonly floats: Pool<number>;
  readonly doubles: Pool<number>;
  /** Of 32 bits. */
  readonly ints: Pool<number>;
  readonly uints: Pool<number>;
  /** Of 64 bits. */
  readonly longs: Pool<bigint>;
  readonly ulongs: Pool<bigint>;
}

/** A random value of a scalar type. */
export function randomScalar(type: ScalarType, pools: Pools, random: () => number): unknown {
  switch (type) {
    case ScalarType.BOOL:
      return random() < 0.5;
    case ScalarType.STRING:
      return pick(random, pools.texts);
    case ScalarType.BYTES:
      return pick(random, pools.bytes);
    case ScalarType.FLOAT:
      return Math.fround(pick(random, pools.floats));
    case ScalarType.DOUBLE:
      return pick(random, pools.doubles);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return pick(random, pools.uints);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return pick(random, pools.ulongs);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return pick(random, pools.longs);
    default:
      return pick(random, pools.ints);
  }
}

/** Makes the values of a field. */
export interface FieldValues {
  /** Number of elements of a list, and of entries of a map; a key may be made twice. */
  readonly count: number;
  readonly one: () => unknown;
  readonly key: (type: ScalarType) => unknown;
}

/** Sets a field to values of its kind. */
export function setField(message: ReflectMessage, field: DescField, { count, one, key }: FieldValues): void {
  switch (field.fieldKind) {
    case 'list': {
      const list = message.get(field);
      for (let at = 0; at < count; at += 1) list.add(one());
      break;
    }
    case 'map': {
      const map = message.get(field);
      for (let at = 0; at < count; at += 1) map.set(key(field.mapKey), one());
      break;
    }
    default:
      message.set(field, one());
  }
}
