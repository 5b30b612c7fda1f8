import { ScalarType } from '@bufbuild/protobuf';
import { double, int, Uint } from '../cel/value/number.ts';

/** Conversion of a scalar, as the library for protobuf stores it. */
type ReadScalar = (stored: unknown) => unknown;

const same: ReadScalar = (stored) => stored;
// An integer of 64 bits is stored as a bigint, or as text if its field has the option `jstype`.
const readInt: ReadScalar = (stored) => {
  const number = Number(stored);
  return Number.isSafeInteger(number) ? number : int(BigInt(stored as bigint | string));
};
const readUint: ReadScalar = (stored) => new Uint(BigInt(stored as bigint | number | string));
const readDouble: ReadScalar = (stored) => double(stored as number);

export const READERS: Readonly<Record<ScalarType, ReadScalar>> = {
  [ScalarType.BOOL]: same,
  [ScalarType.STRING]: same,
  [ScalarType.BYTES]: same,
  [ScalarType.INT32]: same,
  [ScalarType.SINT32]: same,
  [ScalarType.SFIXED32]: same,
  [ScalarType.INT64]: readInt,
  [ScalarType.SINT64]: readInt,
  [ScalarType.SFIXED64]: readInt,
  [ScalarType.UINT32]: readUint,
  [ScalarType.FIXED32]: readUint,
  [ScalarType.UINT64]: readUint,
  [ScalarType.FIXED64]: readUint,
  [ScalarType.FLOAT]: readDouble,
  [ScalarType.DOUBLE]: readDouble,
};

/** True for a scalar whose stored form is that of CEL. */
export function isStoredAsIs(type: ScalarType): boolean {
  return READERS[type] === same;
}

/** Conversion of the key of a map, which is stored as text. */
export function keyReaderOf(type: ScalarType): (text: string) => unknown {
  if (type === ScalarType.STRING) return same;
  if (type === ScalarType.BOOL) return (text) => text === 'true';
  return READERS[type] === readUint ? readUint : readInt;
}
