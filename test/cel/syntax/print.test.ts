import { parse } from '../../../src/cel/syntax/parse.ts';
import { print } from '../../../src/cel/syntax/print.ts';
import { childrenOf, type Node } from '../../../src/cel/syntax/tree.ts';
import { seeded } from '../../support/seeded.ts';
import { randomExpression } from '../interpret/random-expression.ts';

function printed(source: string): string {
  const { root, problems } = parse(source);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '));
  return print(root);
}

/** The tree without its positions. */
function shape(node: Node): unknown {
  const own = Object.entries(node).filter(
    ([key, value]) => !['id', 'start', 'end'].includes(key) && (typeof value !== 'object' || value === null),
  );
  return [own, childrenOf(node).map(shape), node.kind === 'literal' ? node.value : undefined];
}

test.each([
  ["request.method=='GET'&&!jwt.present||a?b:c", "request.method == 'GET' && !jwt.present || a ? b : c"],
  ['((a && b)) && c', '(a && b) && c'],
  ['a && (b || c)', 'a && (b || c)'],
  ['(a || b) || c', '(a || b) || c'],
  ['a + (b + c) - d', 'a + (b + c) - d'],
  ['(a + b) * -c % 2', '(a + b) * -c % 2'],
  ['(a ? b : c) ? d : (e ? f : g)', '(a ? b : c) ? d : e ? f : g'],
  ['-(-1)', '-(-1)'],
  ['-(1)', '-(1)'],
  ['--a', '--a'],
  ['!(!a)', '!!a'],
  ['-(1.f)', '-(1.f)'],
  ['-(1[0])', '-(1[0])'],
  ['-((-1).f)', '-(-1).f'],
  ['(-1).abs()', '(-1).abs()'],
  ['(a + b).size()', '(a + b).size()'],
  ['a in (b in c)', 'a in (b in c)'],
  ['(a in b) in c', 'a in b in c'],
  ['"it\'s" + \'"\'', '"it\'s" + \'"\''],
  ['r"a\\b" + """c\nd"""', "'a\\\\b' + 'c\\nd'"],
  ["'\\u0000\\u001f\\u007f é 😀'", "'\\x00\\x1f\\x7f é 😀'"],
  ["b'a\\x00\\xff' == b'é'", "b'a\\x00\\xff' == b'\\xc3\\xa9'"],
  ['1u + 0xFFu', '1u + 255u'],
  ['.5 + 1e3 + 1e300 + 0.1', '0.5 + 1000.0 + 1e+300 + 0.1'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['[ 1,?a, ]', '[1, ?a]'],
  ["{'a':1,?b:c}", "{'a': 1, ?b: c}"],
  ['a.?b[?c].`d-e`.`in`', 'a.?b[?c].`d-e`.`in`'],
  ['.a.b(c)', '.a.b(c)'],
  ['a.exists( x ,x>1 )', 'a.exists(x, x > 1)'],
  ['a.map(x, x > 1, x * 2)', 'a.map(x, x > 1, x * 2)'],
  ['a.transformMap(k, v, v)', 'a.transformMap(k, v, v)'],
  ['cel.bind(x, a || b, x && c)', 'cel.bind(x, a || b, x && c)'],
  ['a.optMap(x, x).optFlatMap(y, y)', 'a.optMap(x, x).optFlatMap(y, y)'],
  ['math.greatest(1, 2, a)', 'math.greatest(1, 2, a)'],
  ['has(a.b) // why', 'has(a.b)'],
  ['a.B{c: 1, ?d: e}', 'a.B{c: 1, ?d: e}'],
])('%s', (source, text) => {
  expect(printed(source)).toBe(text);
  expect(shape(parse(text).root)).toEqual(shape(parse(source).root));
});

test('printed random expressions parse to the same trees', () => {
  const random = seeded(20_261_126);
  for (let done = 0; done < 3000; done++) {
    const source = randomExpression(random);
    const { root } = parse(source);
    const text = print(root);
    const again = parse(text);
    if (again.problems.length > 0) expect({ source, text }).toEqual({ source, text: 'an expression' });
    expect(shape(again.root)).toEqual(shape(root));
    expect(print(again.root)).toBe(text);
  }
});
