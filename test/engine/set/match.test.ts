import type { Program } from '../../../src/cel/interpret/program.ts';
import { compileHost } from '../../../src/engine/request/host.ts';
import { compilePath } from '../../../src/engine/request/path-pattern.ts';
import { type MatchInput, type Params, selects } from '../../../src/engine/set/match.ts';
import type { CompiledMatch } from '../../../src/engine/set/policy-set.ts';

interface MatchFields {
  readonly hosts?: readonly string[];
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
  readonly when?: string;
}

function entry({ hosts, methods, paths, when }: MatchFields): CompiledMatch {
  return {
    hosts: hosts?.flatMap((text) => compileHost(text).pattern ?? []),
    methods: methods && new Set(methods),
    paths: paths?.flatMap((text) => compilePath(text).pattern ?? []),
    when: when === undefined ? undefined : program(when),
  };
}

function program(source: string): Program {
  return {
    source,
    type: { kind: 'bool' },
    reads: new Set(),
    keys: new Map(),
    evaluate: () => true,
    parts: [],
    trace: () => true,
  };
}

const GET: MatchInput = { host: 'a.example', method: 'GET', path: '/api/orders/42' };

/** Evaluator of the test: `true` and `false` evaluate to themselves, anything else fails. */
function evaluate({ source }: Program): boolean | 'failed' {
  return source === 'true' ? true : source === 'false' ? false : 'failed';
}

function outcome(match: readonly MatchFields[]): unknown {
  const selection = selects(match.map(entry), GET, evaluate, undefined);
  if (selection === undefined) return 'no';
  return selection.failure ?? Object.fromEntries(selection.params ?? []);
}

describe('selects', () => {
  test.each<[string, readonly MatchFields[], unknown]>([
    ['an empty match selects every request', [], {}],
    ['an entry without parts selects every request', [{}], {}],
    ['all parts', [{ hosts: ['a.example'], methods: ['GET'], paths: ['/api/**'], when: 'true' }], {}],
    ['another host', [{ hosts: ['b.example'], methods: ['GET'] }], 'no'],
    ['another method', [{ hosts: ['a.example'], methods: ['POST'] }], 'no'],
    ['methods are compared exactly', [{ methods: ['get'] }], 'no'],
    ['another path', [{ paths: ['/other'] }], 'no'],
    ['a condition that is false', [{ when: 'false' }], 'no'],
    ['a condition that fails', [{ when: 'boom' }], 'failed'],
    [
      'a condition after a part that does not match is not evaluated',
      [{ methods: ['POST'], when: 'boom' }],
      'no',
    ],
    ['a later entry', [{ methods: ['POST'] }, { paths: ['/api/orders/{id}'] }], { id: '42' }],
    ['an entry after one that matches is not evaluated', [{}, { when: 'boom' }], {}],
    ['a failure before an entry that matches', [{ when: 'boom' }, {}], 'failed'],
    [
      'the first path that matches gives the parameters',
      [{ paths: ['/x', '/{a}/orders/{b}', '/api/{c}/42'] }],
      { a: 'api', b: '42' },
    ],
    ['a later host', [{ hosts: ['b.example', '*.example'] }], {}],
  ])('%s', (_, match, expected) => {
    expect(outcome(match)).toEqual(expected);
  });

  test('a condition reads the parameters of its own entry', () => {
    const seen: Params[] = [];
    selects(
      [entry({ paths: ['/api/{kind}/**'], when: 'true' })],
      GET,
      (_, params) => {
        seen.push(params);
        return true;
      },
      undefined,
    );
    expect(seen).toEqual([new Map([['kind', 'orders']])]);
  });

  test('every selection without parameters is one shared value', () => {
    const first = selects([entry({ methods: ['GET'] })], GET, evaluate, undefined);
    expect(selects([], GET, evaluate, undefined)).toBe(first);
  });
});
