import { compile } from '../../src/cel/compile.ts';
import { EvaluationError } from '../../src/cel/interpret/program.ts';
import { activation, environment } from './names.ts';

/** Values of a request that could make an evaluation long: without payment, each of these takes seconds to hours. */

const LONG = 'a'.repeat(60_000);
const object = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
/** Strings of one length that differ at their end; none of them is the same object. */
const alike = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => `${'a'.repeat(length)}${String(i).padStart(5, '0')}`);
/** Spellings of a name in upper and lower case. */
const zones = Array.from({ length: 1000 }, (_, i) =>
  [...'europe/berlin'].map((letter, at) => ((i >> at) & 1 ? letter.toUpperCase() : letter)).join(''),
);
const classes = `^(?:[${Array.from({ length: 1000 }, (_, i) => String.fromCharCode(0x4e00 + 2 * i)).join('')}]x?){1,99}$`;

const CASES: readonly (readonly [source: string, body: unknown])[] = [
  [
    '[1, 2, 3].all(a, request.body.list.all(b, size(request.body.map) > b))',
    { list: [...Array(20_000).keys()], map: object },
  ],
  ['request.body.list.all(b, request.body.map != {})', { list: [...Array(90_000).keys()], map: object }],
  ["regex.replace(request.body, '[ab]*c|a', 'x') == ''", LONG],
  ["regex.extractAll(request.body, 'a.*b|a') == []", LONG],
  ["regex.replace(request.body.text, request.body.pattern, 'x') == ''", { text: LONG, pattern: '[ab]*c|a' }],
  [
    "regex.replace(request.body, '(a+)', r'\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1') == ''",
    LONG,
  ],
  ['request.body.text.contains(request.body.part)', { text: LONG.repeat(10), part: `${LONG.repeat(4)}b` }],
  [
    'request.body.text.indexOf(request.body.part, 1) > 0',
    { text: LONG.repeat(10), part: `b${LONG.repeat(4)}` },
  ],
  [
    'request.body.text.lastIndexOf(request.body.part) > 0',
    { text: LONG.repeat(10), part: `b${LONG.repeat(4)}` },
  ],
  [
    "request.body.text.replace(request.body.part, '') == ''",
    { text: LONG.repeat(10), part: `${LONG.repeat(4)}b` },
  ],
  ['request.body.text.split(request.body.part) == []', { text: LONG.repeat(10), part: `${LONG.repeat(4)}b` }],
  ['request.body.sort() == []', alike(4000, 5000)],
  ['request.body.sortBy(x, x) == []', alike(4000, 5000)],
  ['request.body.a == request.body.b', { a: alike(4000, 5000), b: alike(4000, 5000).with(3999, '') }],
  ['request.body.a in request.body.b', { a: `${'a'.repeat(5000)}00000`, b: alike(4000, 5000).toReversed() }],
  ['request.body.a.all(x, x in request.body.b)', { a: alike(400, 5000), b: alike(400, 5000).toReversed() }],
  ["request.body.all(x, !'x'.matches(x))", Array.from({ length: 200 }, (_, i) => `${classes}${i}`)],
  [
    "request.body.all(x, !'x'.matches(x))",
    Array.from({ length: 2000 }, (_, i) => `(a{1,30}b{1,30}){1,${i % 30}}${i}`),
  ],
  ['request.body.all(x, request.time.getHours(x) >= 0)', zones],
  [
    "request.body.all(x, request.time.getHours('Europe/Berlin') >= 0)",
    zones.flatMap(() => zones).slice(0, 90_000),
  ],
  ["request.body.all(x, duration(x) > duration('0s'))", alike(90_000, 0).map(() => '1ns'.repeat(42))],
  [
    'request.body.all(x, timestamp(x) > request.time)',
    Array.from({ length: 90_000 }, () => '2030-01-01T00:00:00.123456789+01:00'),
  ],
  [
    "request.body.all(x, isIP(x) && string(ip(x)) != '')",
    Array.from({ length: 90_000 }, () => '2001:db8:1:2:3:4:5:6'),
  ],
  ["request.body.all(x, strings.quote(x) != '')", alike(90_000, 20)],
  ['request.body.all(x, [request.body, request.body].flatten() == [])', alike(50_000, 0)],
];

test.each(CASES)('%s', (source, body) => {
  const { program, problems } = compile(source, environment, { result: ['dyn'] });
  if (program === undefined) throw new Error(problems[0]?.message);
  const began = process.cpuUsage();
  const outcome = program.evaluate({
    ...activation,
    request: { ...(activation['request'] as object), body },
  });
  const { user, system } = process.cpuUsage(began);
  if (outcome instanceof EvaluationError) {
    expect(['too_many_steps', 'text_too_long', 'list_too_long']).toContain(outcome.code);
  } else {
    expect(typeof outcome).toBe('boolean');
  }
  // Some ten milliseconds, and as much again for the warm-up, on a machine that has other work.
  expect(user + system).toBeLessThan(2_000_000);
});
