import { describeClass, named, namedAll } from '../../recipe/recipe.ts';
import {
  addEntries,
  condition,
  element,
  elementsOf,
  hasField,
  keysOfRange,
  logical,
  messageField,
  optionalEntry,
  select,
  selectOptional,
  valueAt,
} from '../interpret/semantics.ts';
import { LIBRARY } from '../library/library.ts';
import { sortBy } from '../library/lists.ts';
import { index, indexOptional } from '../library/operators.ts';
import { nameOverloads } from '../library/overload-names.ts';
import { Pattern } from '../regex/pattern.ts';
import { NONE, Optional, TypeValue } from '../value/boxed.ts';
import { beginBudget, endBudget, spend } from '../value/budget.ts';
import { compare, comparePaid, compareTimes, equals } from '../value/compare.ts';
import { Duration } from '../value/duration.ts';
import { absorb, fail, throwFailure } from '../value/failure.ts';
import { Cidr, IpAddress } from '../value/ip.ts';
import { MapWithUints, normalKey } from '../value/map.ts';
import { Uint, Whole } from '../value/number.ts';
import { compareText, lengthOf } from '../value/text.ts';
import { UTC } from '../value/time-zone.ts';
import { Timestamp } from '../value/timestamp.ts';

/** Names for the functions and values that generated code refers to, so that a program can be made again elsewhere. */
namedAll('cel', [
  absorb,
  addEntries,
  beginBudget,
  compare,
  comparePaid,
  compareText,
  compareTimes,
  condition,
  element,
  elementsOf,
  endBudget,
  equals,
  fail,
  hasField,
  index,
  indexOptional,
  keysOfRange,
  lengthOf,
  logical,
  messageField,
  normalKey,
  optionalEntry,
  select,
  selectOptional,
  sortBy,
  spend,
  throwFailure,
  valueAt,
]);

for (const declarations of Object.values(LIBRARY)) nameOverloads('cel', declarations);

named('Object.getPrototypeOf', Object.getPrototypeOf);
named('Object.prototype', Object.prototype);
named('cel.Optional', Optional);
named('cel.NONE', NONE);
named('cel.UTC', UTC);

describeClass(
  'cel.Timestamp',
  Timestamp.prototype,
  ({ seconds, nanos }) => [seconds, nanos],
  (seconds: number, nanos: number) => new Timestamp(seconds, nanos),
);
describeClass(
  'cel.Duration',
  Duration.prototype,
  ({ seconds, nanos }) => [seconds, nanos],
  (seconds: number, nanos: number) => new Duration(seconds, nanos),
);
describeClass(
  'cel.Uint',
  Uint.prototype,
  ({ value }) => [value],
  (value: bigint) => new Uint(value),
);
describeClass(
  'cel.Whole',
  Whole.prototype,
  ({ value }) => [value],
  (value: number) => new Whole(value),
);
describeClass(
  'cel.TypeValue',
  TypeValue.prototype,
  ({ name }) => [name],
  (name: string) => new TypeValue(name),
);
describeClass(
  'cel.Some',
  Optional.prototype,
  ({ value }) => [value],
  (value: unknown) => Optional.of(value),
);
describeClass(
  'cel.IpAddress',
  IpAddress.prototype,
  ({ words }) => [words],
  (words: readonly number[]) => new IpAddress(words),
);
describeClass(
  'cel.Cidr',
  Cidr.prototype,
  ({ address, bits }) => [address, bits],
  (address: IpAddress, bits: number) => new Cidr(address, bits),
);
describeClass(
  'cel.MapWithUints',
  MapWithUints.prototype,
  (map) => [[...map.keys()], [...map.values()], [...map.uints]],
  (keys: readonly unknown[], values: readonly unknown[], uints: readonly unknown[]) => {
    const map = new MapWithUints(keys.map((key, at) => [key, values[at]]));
    for (const each of uints) map.uints.add(each);
    return map;
  },
);
describeClass(
  'cel.Pattern',
  Pattern.prototype,
  (pattern) => pattern.parts,
  (...parts: Pattern['parts']) => Pattern.of(...parts),
);
describeClass(
  'RegExp',
  RegExp.prototype,
  ({ source, flags }) => [source, flags],
  (source: string, flags: string) => new RegExp(source, flags),
);
