import type { DescEnum, FileRegistry } from '@bufbuild/protobuf';
import { type FunctionDeclaration, type Overload, overload } from '../cel/library/function.ts';
import { fail } from '../cel/value/failure.ts';
import { isInt } from '../cel/value/number.ts';
import { STRING, type Type } from '../cel/value/type.ts';
import { maker } from '../recipe/recipe.ts';
import { enumType } from './cel-type.ts';
import { EnumValue } from './enum-value.ts';

/**
 * The conversions of enums that have types of their own: `a.b.Color(1)`, `a.b.Color('RED')` and `int(color)`, for
 * `createEnvironment`.
 */
export function enumFunctions(files: FileRegistry): readonly FunctionDeclaration[] {
  const enums = [...files].filter((type) => type.kind === 'enum');
  return [
    ...enums.map((type) => ({
      name: type.typeName,
      doc: 'the value of the enum for a number, or of that name',
      examples: [],
      overloads: conversions(type),
    })),
    {
      name: 'int',
      doc: 'the number of a value of an enum',
      examples: [],
      overloads: enums.map((type) => of([enumType(type, true)], { kind: 'int' }, toNumber())),
    },
  ];
}

function conversions(type: DescEnum): readonly Overload[] {
  const { typeName, values } = type;
  const result = enumType(type, true);
  const numbers = new Map(values.map(({ name, number }) => [name, number]));
  return [of([{ kind: 'int' }], result, ofNumber(typeName)), of([STRING], result, ofName(typeName, numbers))];
}

function of(parameters: readonly Type[], result: Type, run: Overload['run']): Overload {
  return { ...overload([], 'dyn', run), parameters, result, typeParameters: [] };
}

const toNumber = maker(
  'protobuf.enum-number',
  () =>
    (value: unknown): unknown =>
      numberOf(value),
);

function numberOf(value: unknown): number {
  return value instanceof EnumValue ? value.number : fail('no_such_overload');
}

/** The numbers of values have 32 bits, also those that the enum does not name. */
const ofNumber = maker('protobuf.enum-of-number', (type: string) => (number: unknown): unknown => {
  const isSmall = isInt(number) && Number(number) === (Number(number) | 0);
  return isSmall ? new EnumValue(type, Number(number)) : fail('out_of_range');
});

const ofName = maker(
  'protobuf.enum-of-name',
  (type: string, numbers: ReadonlyMap<string, number>) =>
    (name: unknown): unknown => {
      const number = typeof name === 'string' ? numbers.get(name) : undefined;
      return number === undefined ? fail('bad_enum') : new EnumValue(type, number);
    },
);
