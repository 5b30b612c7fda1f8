import type { Program } from '../../../src/cel/interpret/program.ts';
import { compileHost } from '../../../src/engine/request/host.ts';
import { compilePath } from '../../../src/engine/request/path-pattern.ts';
import { type MatchInput, type Params, selects } from '../../../src/engine/set/match.ts';
import type { CompiledMatch } from '../../../src/engine/set/policy-set.ts';

interface Written {
  readonly hosts?: readonly string[];
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
  readonly when?: string;
}

function entry({ hosts, methods, paths, when }: Written): CompiledMatch {
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
    evaluate: () => true,
    parts: [],
    trace: () => true,
  };
}

const GET: MatchInput = { host: 'a.example', method: 'GET', path: '/api/orders/42' };

/** Plays the evaluator: `true` and `false` come to themselves, anything else fails. */
function holds({ source }: Program): boolean | 'failed' {
  return source === 'true' ? true : source === 'false' ? false : 'failed';
}

function outcome(match: readonly Written[]): unknown {
  const selection = selects(match.map(entry), GET, holds);
  if (selection === undefined) return 'no';
  return selection.failure ?? Object.fromEntries(selection.params ?? []);
}

describe('selects', () => {
  test.each<[string, readonly Written[], unknown]>([
    ['no match is every request', [], {}],
    ['an entry without parts holds', [{}], {}],
    ['all parts', [{ hosts: ['a.example'], methods: ['GET'], paths: ['/api/**'], when: 'true' }], {}],
    ['another host', [{ hosts: ['b.example'], methods: ['GET'] }], 'no'],
    ['another method', [{ hosts: ['a.example'], methods: ['POST'] }], 'no'],
    ['methods are compared exactly', [{ methods: ['get'] }], 'no'],
    ['another path', [{ paths: ['/other'] }], 'no'],
    ['a condition that is false', [{ when: 'false' }], 'no'],
    ['a condition that fails', [{ when: 'boom' }], 'failed'],
    ['a condition behind a part that does not fit is not asked', [{ methods: ['POST'], when: 'boom' }], 'no'],
    ['a later entry', [{ methods: ['POST'] }, { paths: ['/api/orders/{id}'] }], { id: '42' }],
    ['an entry behind one that fits is not asked', [{}, { when: 'boom' }], {}],
    ['a failure before an entry that fits', [{ when: 'boom' }, {}], 'failed'],
    [
      'the first path that fits gives the parameters',
      [{ paths: ['/x', '/{a}/orders/{b}', '/api/{c}/42'] }],
      { a: 'api', b: '42' },
    ],
    ['a later host', [{ hosts: ['b.example', '*.example'] }], {}],
  ])('%s', (_, match, expected) => {
    expect(outcome(match)).toEqual(expected);
  });

  test('a condition sees the parameters of its own entry', () => {
    const seen: Params[] = [];
    selects([entry({ paths: ['/api/{kind}/**'], when: 'true' })], GET, (_, params) => {
      seen.push(params);
      return true;
    });
    expect(seen).toEqual([new Map([['kind', 'orders']])]);
  });

  test('without parameters the answer is one shared value', () => {
    const first = selects([entry({ methods: ['GET'] })], GET, holds);
    expect(selects([], GET, holds)).toBe(first);
  });
});
