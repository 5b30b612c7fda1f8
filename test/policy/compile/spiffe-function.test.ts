import { createEnvironment } from '../../../src/cel/check/environment.ts';
import { compile } from '../../../src/cel/compile.ts';
import { SPIFFE_FUNCTIONS } from '../../../src/policy/compile/spiffe-function.ts';

const environment = createEnvironment(
  { 'source.principal': { type: 'string' }, pattern: { type: 'string' } },
  SPIFFE_FUNCTIONS,
);

function evaluate(source: string, principal: string, pattern = ''): unknown {
  const { program, problems } = compile(source, environment, { result: ['bool'] });
  if (program === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  return program.evaluate({ source: { principal }, pattern });
}

const WEB = 'spiffe://acme.example/ns/shop/sa/web';

test.each([
  ['spiffe://acme.example/ns/shop/sa/web', WEB, true],
  ['spiffe://acme.example/ns/shop/sa/*', WEB, true],
  ['spiffe://ACME.example/ns/*/sa/w*b', WEB, true],
  ['spiffe://acme.example/**', WEB, true],
  ['spiffe://acme.example/**/web', WEB, true],
  ['spiffe://acme.example/*', WEB, false],
  ['spiffe://other.example/**', WEB, false],
  ['spiffe://acme.example/**', 'spiffe://acme.example/../x', false],
  ['spiffe://acme.example/**', 'CN=web', false],
  ['spiffe://acme.example/**', '', false],
])('%s for %j: %j', (pattern, principal, expected) => {
  expect(evaluate(`spiffe(source.principal).matches('${pattern}')`, principal)).toBe(expected);
  expect(evaluate('spiffe(source.principal).matches(pattern)', principal, pattern)).toBe(expected);
});

test('an invalid pattern that is computed at run time fails', () => {
  for (const pattern of ['', '*', 'CN=web', 'spiffe://acme.example/a**']) {
    expect(evaluate('spiffe(source.principal).matches(pattern)', WEB, pattern)).toMatchObject({
      code: 'bad_pattern',
    });
  }
});

test('`matches` of a SPIFFE ID is separate from `matches` of a string', () => {
  expect(evaluate('type(spiffe(source.principal)) == spiffe.ID', WEB)).toBe(true);
  expect(evaluate('spiffe(source.principal) == spiffe(source.principal)', WEB)).toBe(true);
  expect(evaluate(`spiffe(source.principal) == spiffe('${WEB.replace('acme', 'ACME')}')`, WEB)).toBe(true);
  expect(evaluate(`spiffe(source.principal) == spiffe('${WEB.toUpperCase()}')`, WEB)).toBe(false);
  expect(evaluate("source.principal.matches('^spiffe://')", WEB)).toBe(true);
  expect(evaluate("dyn(spiffe(source.principal)).matches('spiffe://*/x')", WEB)).toMatchObject({
    code: 'bad_pattern',
  });
  expect(() => evaluate("spiffe(source.principal).startsWith('spiffe')", WEB)).toThrow(
    'unknown overload `spiffe.ID.startsWith(string)`',
  );
});
