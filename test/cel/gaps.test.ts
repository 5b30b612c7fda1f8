import { compile } from '../../src/cel/compile.ts';
import type { Value } from '../../src/cel/program.ts';
import { activation, environment } from './names.ts';

/**
 * What CEL says and the engine does not do yet, with the reason. Each of them fails closed: as a problem when the
 * policy is loaded, or as a failed evaluation. One that comes to its value must leave this list.
 */
const GAPS: readonly (readonly [source: string, value: Value, reason: string])[] = [
  ["{'a': 1}.all(k, v, v == 1)", true, 'no two-variable comprehensions'],
  ['[].all(e, e > 0)', true, 'operators on elements of an empty list are ambiguous to the checker'],
  ['[?optional.of(1)] == [1]', true, 'no optional entries in lists and maps'],
  ["optional.of('a').optMap(x, x + 'b')", 'ab', 'no optMap'],
  ["['b', 'a'].sort() == ['a', 'b']", true, 'no lists library'],
  ['math.greatest(1, 2)', 2, 'no math library'],
  ["sets.contains(['a'], ['a'])", true, 'no sets library'],
  ["base64.encode(b'a')", 'YQ==', 'no encoders library'],
  ["regex.replace('ab', 'b', 'c')", 'ac', 'no regex library'],
  ["'%d'.format([1])", '1', 'no format'],
  ["ip('10.0.0.1').family() == 4", true, 'no ip()'],
  ["cidr('10.0.0.0/8').containsIP('10.0.0.1')", true, 'no cidr()'],
  ["spiffe(source.principal).matches('spiffe://*/**')", true, 'no spiffe()'],
];

test.each(GAPS.map(([source, value, reason]) => ({ source, value, reason })))(
  '$source: $reason',
  ({ source, value }) => {
    const { program, problems = [] } = compile(source, environment, { result: ['dyn'] });
    const outcome = program === undefined ? problems.map(({ code }) => code) : program.evaluate(activation);
    expect(outcome).not.toEqual(value);
    expect(program === undefined ? problems.length > 0 : outcome instanceof Error).toBe(true);
  },
);
