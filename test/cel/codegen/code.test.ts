import { check } from '../../../src/cel/check/check.ts';
import { readLiterals } from '../../../src/cel/check/literals.ts';
import { emit } from '../../../src/cel/codegen/emit.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { seeded } from '../../support/seeded.ts';
import { randomExpression } from '../interpret/random-expression.ts';
import { environment } from '../names.ts';

/** The generated source, with and without constants evaluated at load time; undefined if the expression is rejected. */
function sourcesOf(expression: string): readonly string[] | undefined {
  const checked = check(expression, parse(expression), environment);
  const { prepared, problems } = readLiterals(checked);
  if (checked.problems.length > 0 || problems.length > 0) return undefined;
  const unfolded = emit(checked, { folding: { valueOf: () => undefined } });
  return [
    emit(checked, { prepared, shell: { finish: String, fail: String, wantsBool: true } }).source,
    unfolded.source,
  ];
}

/** Words, numbers and symbols; and our own strings, such as `'string'` in `typeof x === 'string'`. */
const PIECE = /[A-Za-z_$][A-Za-z0-9_$]*|[0-9][0-9.e]*n?|'[a-z ]*'|"[a-z ]*"|[^\sA-Za-z0-9'"`]/g;

/** Every word of a source. */
function wordsIn(source: string): readonly string[] {
  return [...source.matchAll(PIECE)].map(([piece]) => piece).filter((piece) => /^[A-Za-z_$'"]/.test(piece));
}

const MARKER = 'zqx';
const SAID = [
  `'${MARKER}' == request.method`,
  `request.headers['${MARKER}'] == "${MARKER}"`,
  `jwt.claims.${MARKER} == 1 && has(jwt.claims.${MARKER})`,
  `jwt.claims.\`${MARKER} -/.\` == 1`,
  `jwt.claims.?${MARKER}.orValue('${MARKER}') == b'${MARKER}'`,
  `jwt.scopes.exists(${MARKER}, ${MARKER} == '${MARKER}')`,
  `jwt.scopes.transformMap(${MARKER}, ${MARKER}2, ${MARKER}2 + string(${MARKER})) == {1: '${MARKER}'}`,
  `cel.bind(${MARKER}, request.method, ${MARKER} + ${MARKER}) == '${MARKER}'`,
  `jwt.claims.?a.optMap(${MARKER}, ${MARKER} == '${MARKER}').orValue(false)`,
  `request.path.matches('${MARKER}(.*)${MARKER}')`,
  `'%s ${MARKER}'.format([request.method]) in ['${MARKER}', '${MARKER}2']`,
  `request.method in {'${MARKER}': 1} || request.body[request.method] == {'${MARKER}': '${MARKER}'}`,
  `request.size == 918273645 || request.size == 918273645546372819 || jwt.claims.a == 918273645.5`,
  `'\\u2028${MARKER}\\n\\'"\`\${${MARKER}}*/ //' == request.method`,
  `dyn('${MARKER}').${MARKER} == 1 || now > timestamp('2026-01-01T00:00:00Z') // ${MARKER}`,
];

test.each(SAID)('the code contains no text of the expression: %s', (expression) => {
  const sources = sourcesOf(expression);
  expect(sources).toHaveLength(2);
  for (const source of sources ?? []) {
    expect(source).not.toContain(MARKER);
    expect(source).not.toMatch(/918273645546372819|918273645\.5|\u2028/);
  }
});

/** Allowed words of the code: words of JavaScript, names of helpers, and names of one letter and a number. */
const VOCABULARY = new Set(
  `Array K Map Math Number String a absorb add addEntries addEntry addOptional beginBudget break build c catch compare comparePaid compareSpan compareText condition const continue d e element elementsOf else endBudget entries equals fail false finally floor for get getPrototypeOf has hasField if in includes index indexOptional instanceof isArray isElementOf isKeyOf isSafeInteger isTextOf k keysOfRange l length let logical m nanos new newMap normalKey null outer push r return s sameText seconds select selectOptional sizeBeside sortBy spanOrder spend t throwFailure timeOrder true try typeof undefined v value valueAt x y z te "boolean" "number" "object" "string"`
    .split(/\s+/)
    .concat('"use strict"'),
);

const COUNT = Number(process.env['AGREEMENT'] ?? 3000);

test('the words of the code are from a small vocabulary, whatever the expression', () => {
  const random = seeded(20_261_125);
  const words = new Set<string>();
  let expressions = 0;
  for (let done = 0; done < COUNT; done++) {
    const expression = randomExpression(random);
    for (const source of sourcesOf(expression) ?? []) {
      expressions++;
      // Nothing is left between the pieces: no string with an escape, no template, no comment.
      const rest = source.replaceAll(PIECE, '').trim();
      if (rest !== '') expect({ expression, rest }).toEqual({ expression, rest: '' });
      for (const word of wordsIn(source)) words.add(word.replaceAll(/[0-9]+/g, ''));
    }
  }
  expect(expressions).toBeGreaterThan(COUNT);
  expect([...words].filter((word) => !VOCABULARY.has(word))).toEqual([]);
});
