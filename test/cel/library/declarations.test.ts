import type { Overload } from '../../../src/cel/library/function.ts';
import { LIBRARY } from '../../../src/cel/library/library.ts';
import { NONE, Optional, TypeValue } from '../../../src/cel/value/boxed.ts';
import { CidrSet } from '../../../src/cel/value/cidr-set.ts';
import { Duration } from '../../../src/cel/value/duration.ts';
import { Cidr, IpAddress, parseCidr, parseIp } from '../../../src/cel/value/ip.ts';
import { Uint, Whole } from '../../../src/cel/value/number.ts';
import { Timestamp } from '../../../src/cel/value/timestamp.ts';
import { formatType, type Type } from '../../../src/cel/value/type.ts';
import { ADDED_FUNCTIONS } from '../../../src/policy/compile/added-functions.ts';

const forms = [...Object.values(LIBRARY).flat(), ...ADDED_FUNCTIONS].flatMap(({ name, overloads }) =>
  overloads.map((overload) => ({ name: `${name}(${overload.parameters.map(formatType).join()})`, overload })),
);

/** Values at the edges of a type. */
function edges(type: Type): readonly unknown[] {
  switch (type.kind) {
    case 'bool':
      return [true, false];
    case 'int':
      return [0, -1, 7, 2n ** 63n - 1n, -(2n ** 63n)];
    case 'uint':
      return [new Uint(0n), new Uint(2n ** 64n - 1n)];
    case 'double':
      return [
        new Whole(0),
        new Whole(-1),
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
      ];
    case 'string':
      return ['', 'a', 'é😀', '\ud800', '::1', '10.0.0.0/8', 'spiffe://acme.example/a'];
    case 'bytes':
      return [new Uint8Array(), Uint8Array.of(0, 0xff)];
    case 'timestamp':
      return [new Timestamp(-62_135_596_800, 0), new Timestamp(253_402_300_799, 999_999_999)];
    case 'duration':
      return [new Duration(0, 0), new Duration(-9_000_000_000, -1), new Duration(9_000_000_000, 1)];
    case 'null':
      return [null];
    case 'list':
      return [[], ...edges(type.element).map((each) => [each, each])];
    case 'map':
      return [new Map(), new Map([['a', 1]])];
    case 'optional':
      return [NONE, ...edges(type.of).map((each) => new Optional(each))];
    case 'type':
      return [new TypeValue('int')];
    case 'opaque':
      return opaque(type.name);
    default:
      return ['', 'a', 0, Number.NaN, null, [], new Map(), NONE];
  }
}

function opaque(name: string): readonly unknown[] {
  if (name === 'net.IP') return [parseIp('::'), parseIp('255.255.255.255')];
  if (name === 'net.CIDRs') return [CidrSet.of([]), CidrSet.of([new Cidr(new IpAddress([0]), 0)])];
  if (name === 'net.CIDR') return [parseCidr('0.0.0.0/0'), parseCidr('::1/128')];
  throw new Error(`there are no values of ${name} here yet`);
}

function combinations(parameters: readonly Type[]): readonly (readonly unknown[])[] {
  return parameters.reduce<readonly (readonly unknown[])[]>(
    (heads, type) => heads.flatMap((head) => edges(type).map((value) => [...head, value])),
    [[]],
  );
}

const total = forms.filter(({ overload }) => overload.isTotal);

test('forms are declared total, and others are not', () => {
  expect(total.length).toBeGreaterThan(80);
  expect(total.length).toBeLessThan(forms.length);
});

test.each(total)('$name is declared total and never fails', ({ overload }) => {
  for (const args of combinations(overload.parameters)) overload.run(...args);
});

/** The forms that look at the size of an argument, at one element or at the reference, and never go over it. */
const CONSTANT_BY_DESIGN = [
  '_[?_]',
  '_[_]',
  '_in_(K,map(K, V))',
  'bytes(bytes)',
  'dyn',
  'first',
  'last',
  'optional.of',
  'optional.ofNonZeroValue',
  'orValue',
  'size',
  'spiffe',
  'string(string)',
  'type',
];

const SIZED: ReadonlySet<Type['kind']> = new Set(['string', 'bytes', 'list', 'map', 'parameter']);

const isSizedAtConstantCost = ({ cost, parameters }: Overload): boolean =>
  cost.payment === 'never' && cost.text === '1' && parameters.some(({ kind }) => SIZED.has(kind));

test('a form with a text, bytes, list or map has a cost that grows with it, unless it is listed here', () => {
  const constant = forms.filter(({ overload }) => isSizedAtConstantCost(overload)).map(({ name }) => name);
  const isListed = (name: string, listed: string): boolean =>
    name === listed || name.startsWith(`${listed}(`);
  expect(constant.filter((name) => !CONSTANT_BY_DESIGN.some((listed) => isListed(name, listed)))).toEqual([]);
  expect(CONSTANT_BY_DESIGN.filter((listed) => !constant.some((name) => isListed(name, listed)))).toEqual([]);
});
