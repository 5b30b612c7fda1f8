import { compileFolder } from '../../support/compile.ts';
import { memoryFiles } from '../memory-files.ts';

type Spec = Readonly<Record<string, unknown>>;

function document(kind: string, name: string, spec: Spec): string {
  return `---\n${JSON.stringify({ apiVersion: 'lictor/v1', kind, metadata: { name }, spec })}\n`;
}

function check(...documents: readonly string[]) {
  const files = memoryFiles({ 'a.yaml': documents.join('') });
  const { diagnostics } = compileFolder(files, { lint: { isStrict: false, now: 0 } });
  return diagnostics.filter(({ code }) => code === 'nobody_admitted');
}

const guard = (principal: string, more: Spec = {}): Spec => ({
  authenticate: { mtls: { principals: [`spiffe://acme.example/${principal}`] } },
  rules: [{ name: 'use', effect: 'allow' }],
  ...more,
});

describe('nobody_admitted', () => {
  test('names the Environments in which both policies enforce', () => {
    const pair = [document('Policy', 'one', guard('a')), document('Policy', 'two', guard('b'))];
    const staging = document('Environment', 'staging', { shadow: ['two'] });
    const production = document('Environment', 'production', {});
    expect(check(...pair).map(({ message }) => message)).toEqual([
      expect.stringContaining('nobody can reach `/**`: this policy wants') as string,
    ]);
    expect(check(...pair, staging, production).map(({ message }) => message)).toEqual([
      expect.stringContaining('nobody can reach `/**` in the Environment `production`: ') as string,
    ]);
    expect(check(...pair, staging)).toEqual([]);
  });

  test('is silent where no rule allows anything', () => {
    const one = document('Policy', 'one', guard('a', { rules: [] }));
    expect(check(one, document('Policy', 'two', guard('b', { rules: [] })))).toEqual([]);
  });

  test('is silent where another requirement denies first, so that the engine does not confirm it', () => {
    const pair = [document('Policy', 'one', guard('a')), document('Policy', 'two', guard('b'))];
    const first = { limits: [{ name: 'l', key: ["request.headers['x']"], rate: '1/s', phase: 'first' }] };
    expect(check(...pair, document('Policy', 'three', first))).toEqual([]);
  });

  test('is silent where the request depends on a condition', () => {
    const when = { match: [{ when: "request.query == 'a'" }] };
    expect(check(document('Policy', 'one', guard('a', when)), document('Policy', 'two', guard('b')))).toEqual(
      [],
    );
  });

  test('compares a bounded number of policies and principals', () => {
    const many = (letter: string): Spec => ({
      match: [{ hosts: ['orders.acme.svc'] }],
      authenticate: {
        mtls: {
          principals: Array.from({ length: 1500 }, (_, at) => `spiffe://acme.example/${letter}${at}`),
        },
      },
      rules: [{ name: 'use', effect: 'allow' }],
    });
    expect(check(document('Policy', 'one', many('a')), document('Policy', 'two', many('b')))).toEqual([]);
  });
});
