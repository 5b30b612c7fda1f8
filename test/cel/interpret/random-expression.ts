import { pick } from '../../support/seeded.ts';
import { FORMS, type Kind, type Random, type Scope } from './random-forms.ts';

/** The simplest expressions of each type: literals, and names of `names.ts`. */
const LEAVES: Readonly<Record<Kind, readonly [string, ...string[]]>> = {
  bool: [
    'true',
    'false',
    'jwt.present',
    'has(jwt.claims.tenant)',
    'has(jwt.claims.none)',
    'has(request.body.qty)',
  ],
  int: [
    '0',
    '1',
    '-1',
    '7',
    '9223372036854775807',
    '-9223372036854775808',
    '9007199254740993',
    'request.size',
    'source.port',
  ],
  uint: ['0u', '3u', '18446744073709551615u'],
  double: ['0.0', '1.0', '-2.5', '1e300', '0.0/0.0', 'variables.ratio'],
  string: [
    "''",
    "'a'",
    "'GET'",
    "'é😀'",
    'request.method',
    'request.url_path',
    'source.principal',
    'variables.tenant',
  ],
  bytes: ["b''", "b'a\\xff'", 'request.body_bytes'],
  timestamp: ['now', 'request.time', 'jwt.expires_at', "timestamp('2026-06-01T12:00:00.5Z')"],
  duration: ["duration('1h')", "duration('-1.5s')", 'variables.window', "duration('290000h')"],
  strings: ['[]', "['a', 'b', 'a']", 'jwt.scopes', 'data.exporters', "['GET']"],
  ints: ['[]', '[1, 2, 3]', '[0]', '[3, 1]'],
  map: ['{}', "{'a': 1}", 'data.quotas', "{'acme': 3, 'a': 0}"],
  maybe: ['optional.none()', 'optional.of(1)', 'data.quotas.?acme', 'data.quotas[?variables.tenant]'],
  dyn: [
    'jwt.claims.level',
    'jwt.claims.score',
    'jwt.claims.tenant',
    'jwt.claims.roles',
    'jwt.claims.nested',
    'jwt.claims.none',
    'request.body.items',
    'request.body.note',
    'request.body.big',
    'dyn(1u)',
    'dyn(1.0)',
    'dyn(null)',
    'dyn(true)',
    "dyn(b'a')",
    'metadata.filter',
    'request.body',
  ],
};

/** Random expression of a type, over the names of `names.ts`. Well typed, but it may fail. */
function expression(kind: Kind, random: Random, scope: Scope): string {
  const fitting = scope.locals.filter(([, of]) => of === kind || kind === 'dyn').map(([name]) => name);
  const hidden = new Set(scope.locals.map(([name]) => name));
  const [local] = fitting;
  if (local !== undefined && random() < 0.4) return pick(random, [local, ...fitting]);
  if (scope.depth <= 0 || random() < 0.1) {
    // A variable hides a declared name.
    const leaves = LEAVES[kind].filter(
      (leaf) => ![...hidden].some((name) => new RegExp(`\\b${name}\\b`).test(leaf)),
    );
    const [first = LEAVES[kind][0], ...others] = leaves;
    return hidden.size > 0 && leaves.length === 0 ? `dyn(null)` : pick(random, [first, ...others]);
  }
  if (random() < 0.06) {
    const deeper = { ...scope, depth: scope.depth - 1 };
    const branches = [expression(kind, random, deeper), expression(kind, random, deeper)];
    return `(${expression('bool', random, deeper)} ? ${branches.join(' : ')})`;
  }
  const inner = { ...scope, depth: scope.depth - 1 };
  return pick(random, FORMS[kind])((of, within = inner) => expression(of, random, within), random, inner);
}

export function randomExpression(random: Random): string {
  const kind = pick(random, [
    'bool',
    'bool',
    'bool',
    'int',
    'string',
    'dyn',
    'strings',
    'map',
    'maybe',
    'timestamp',
    'double',
  ] as const);
  return expression(kind, random, { depth: 1 + Math.floor(random() * 4), locals: [] });
}
