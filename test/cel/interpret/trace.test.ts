import { compile } from '../../../src/cel/compile.ts';
import { EvaluationError, type Program } from '../../../src/cel/interpret/program.ts';
import { activation, environment } from '../names.ts';

function programOf(source: string): Program {
  const { program, problems } = compile(source, environment, { result: ['bool'] });
  if (program === undefined) throw new Error(problems[0]?.message);
  return program;
}

function traced(source: string): { readonly steps: readonly string[]; readonly outcome: unknown } {
  const program = programOf(source);
  const steps: string[] = [];
  const outcome = program.trace(activation, ({ start, end, depth }, value) => {
    const shown = value instanceof EvaluationError ? `error: ${value.message}` : JSON.stringify(value);
    steps.push(`${'  '.repeat(depth)}${source.slice(start, end)} = ${shown}`);
  });
  return { steps, outcome };
}

test('every evaluated part is reported, and the value is that of an evaluation', () => {
  const source = "request.method == 'POST' || 'orders:read' in jwt.scopes";
  expect(traced(source)).toEqual({
    steps: [
      '    request.method = "GET"',
      '    \'POST\' = "POST"',
      "  request.method == 'POST' = false",
      '    \'orders:read\' = "orders:read"',
      '    jwt.scopes = ["orders:read","orders:write"]',
      "  'orders:read' in jwt.scopes = true",
      `${source} = true`,
    ],
    outcome: true,
  });
  expect(programOf(source).evaluate(activation)).toBe(true);
});

test('a failure is reported where it happens, and returned as by an evaluation', () => {
  const { steps, outcome } = traced('jwt.claims.nope == 1');
  expect(steps[1]).toBe('  jwt.claims.nope = error: no such key `nope`');
  expect(outcome).toBeInstanceOf(EvaluationError);
  expect((outcome as Error).message).toBe(
    (programOf('jwt.claims.nope == 1').evaluate(activation) as Error).message,
  );
});

test('parts tell if they are bools', () => {
  const parts = programOf('math.greatest(1, 2) == 2 && jwt.present').parts;
  expect(parts.filter(({ isBool }) => isBool)).toHaveLength(3);
  expect(parts[0]).toMatchObject({ depth: 0, start: 0 });
});
