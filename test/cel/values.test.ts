import { createEnvironment } from '../../src/cel/check/environment.ts';
import { evaluated } from './evaluations.ts';

const environment = createEnvironment({ 'request.body': { type: 'dyn' } });

/** Expressions that are true; `request.body` is the JSON of a request. */
const TRUE: Readonly<Record<string, readonly string[]>> = {
  'an int has 64 bits, exactly': [
    '9007199254740992 + 1 == 9007199254740993',
    '9007199254740993 != 9007199254740992',
    '9007199254740993 - 9007199254740992 == 1',
    '-9223372036854775808 < -9223372036854775807',
    '3037000499 * 3037000499 == 9223372030926249001',
    '-9223372036854775807 - 1 == -9223372036854775808',
    '9223372036854775807 / -1 == -9223372036854775807',
    '7 / -2 == -3 && -7 / 2 == -3 && 7 % -2 == 1 && -7 % 2 == -1',
    '9223372036854775807 % 10 == 7',
    '0 * -1 == 0 && 1.0 / double(0 * -1) > 0.0 && 1.0 / double(-0) > 0.0 && 1.0 / double(0 / -5) > 0.0',
    'type(9007199254740992 - 9007199254740991) == int',
    "string(-9223372036854775808) == '-9223372036854775808'",
    "int('-9223372036854775808') == -9223372036854775808",
    'int(18446744073709551615u / 4u) == 4611686018427387903',
  ],
  'doubles are those of IEEE 754': [
    '0.1 + 0.2 != 0.3',
    '1.0 / 0.0 > 1e308 && -1.0 / 0.0 < -1e308',
    '0.0 / 0.0 != 0.0 / 0.0',
    '!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0)',
    '0.0 == -0.0 && 1.0 / -0.0 < 0.0',
    'type(1e3) == double && type(1.0 + 1.0) == double && type(2.0 * 0.5) == double',
    '9007199254740992.0 + 1.0 == 9007199254740992.0',
  ],
  'numbers are equal and ordered across their types': [
    'dyn(1) == 1u && dyn(1u) == 1.0 && dyn(1.0) == 1',
    'dyn(1) < 1.5 && dyn(2u) > 1.5 && dyn(-1) < 0u',
    'dyn(1) in [1.0] && dyn(1u) in [1] && !(dyn(1) in [1.5])',
    '[1, 2] == [dyn(1.0), 2u]',
    '{1: 1}[dyn(1u)] == 1 && {1u: 1}[dyn(1)] == 1 && {1: 1}[dyn(1.0)] == 1',
    'dyn(9223372036854775807) != 9223372036854775806',
    'dyn(18446744073709551615u) > 9223372036854775807',
    "dyn(1) != '1' && dyn(true) != 1 && dyn(null) != 0",
  ],
  'numbers of JSON are ints while they are whole and safe': [
    'request.body.whole == 3 && request.body.whole * 2 == 6 && type(request.body.whole) == int',
    'request.body.written_with_point == 3 && type(request.body.written_with_point) == int',
    'request.body.half == 0.5 && type(request.body.half) == double',
    'type(request.body.large) == double && request.body.large == 1e300',
    'type(request.body.edge) == int && type(request.body.beyond) == double',
    'request.body.beyond == 9007199254740992',
    'request.body.negative_zero == 0 && type(request.body.negative_zero) == int',
    "string(request.body.negative_zero) == '0'",
    'double(request.body.whole) / 2.0 == 1.5 && request.body.whole / 2 == 1',
    '{3: true}[request.body.whole] && [0, 1, 2, 3][request.body.whole] == 3',
    'request.body.whole in [3, 4] && request.body.whole in [3u] && request.body.whole in [3.0]',
  ],
  'text is made of code points': [
    "size('é😀') == 2 && '😀b'.charAt(1) == 'b' && '😀b'.substring(1) == 'b'",
    "'😀' > '\\uffff' && '\\ue000' < '😀' && 'a' < 'b' && 'a' < 'aa'",
    "'a😀b'.indexOf('b') == 2 && 'a😀b'.lastIndexOf('😀') == 1",
    "'😀'.split('') == ['😀'] && 'a😀'.reverse() == '😀a'",
    "size(b'é') == 2 && size(bytes('😀')) == 4 && string(b'\\xf0\\x9f\\x98\\x80') == '😀'",
    "'\\u00e9' != 'e\\u0301'",
    "b'\\xff' > b'a' && b'ab' > b'a' && b'' < b'\\x00'",
    "'\\U0001F600' == '😀' && '\\x41\\101' == 'AA' && r'\\n' == '\\\\n' && '''a\n'b' ''' == 'a\\n\\'b\\' '",
  ],
  'time is to the nanosecond': [
    "timestamp('2026-01-01T00:00:00.000000001Z') > timestamp('2026-01-01T00:00:00Z')",
    "timestamp('2026-01-01T00:00:00.1Z') - timestamp('2026-01-01T00:00:00Z') == duration('100ms')",
    "timestamp('1969-12-31T23:59:59.5Z') + duration('1s') == timestamp('1970-01-01T00:00:00.5Z')",
    "string(timestamp('1969-12-31T23:59:59.999999999Z')) == '1969-12-31T23:59:59.999999999Z'",
    "timestamp('0001-01-01T00:00:00Z') < timestamp('9999-12-31T23:59:59.999999999Z')",
    "timestamp('2024-02-29T00:00:00Z').getDayOfYear() == 59",
    "timestamp('2026-06-01T00:00:00+14:00') == timestamp('2026-05-31T10:00:00Z')",
    "timestamp(0) == timestamp('1970-01-01T00:00:00Z') && int(timestamp('1969-12-31T23:59:59Z')) == -1",
    "duration('1ns') > duration('0s') && duration('-1ns') < duration('0') && duration('1.5us') == duration('1500ns')",
    "string(duration('-1h30m')) == '-5400s' && string(duration('1ms')) == '0.001s'",
    "duration('9223372036.854775807s') > duration('-9223372036.854775807s')",
    "duration('90m').getHours() == 1 && duration('90m').getMinutes() == 90 && duration('1.25s').getMilliseconds() == 250",
  ],
  'time zones are those of the IANA database, or offsets': [
    "timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin') == 14",
    "timestamp('2026-01-01T12:00:00Z').getHours('Europe/Berlin') == 13",
    "timestamp('2026-03-29T00:59:59Z').getHours('Europe/Berlin') == 1 && timestamp('2026-03-29T01:00:00Z').getHours('Europe/Berlin') == 3",
    "timestamp('2026-01-01T00:00:00Z').getMinutes('Asia/Kathmandu') == 45",
    "timestamp('2026-01-01T00:00:00Z').getFullYear('America/New_York') == 2025",
    "timestamp('2026-01-01T00:00:00Z').getDate('-00:01') == 31 && timestamp('2026-01-01T00:00:00Z').getDayOfMonth('-00:01') == 30",
    "timestamp('2026-01-01T00:00:00Z').getDayOfWeek('UTC') == 4 && timestamp('2026-01-01T23:00:00Z').getDayOfWeek('+02:00') == 5",
    "timestamp('0001-01-01T00:00:00Z').getFullYear() == 1 && timestamp('9999-12-31T23:59:59Z').getHours('02:00') == 1",
  ],
  'maps have keys of four types': [
    "{1: 'a', 2u: 'b', true: 'c', '1': 'd'}.size() == 4",
    "{'a': 1}.a == 1 && {'a-b': 1}['a-b'] == 1 && {'a-b': 1}.`a-b` == 1",
    "{1u: 'a'}.map(k, type(k) == uint) == [true] && {1: 'a'}.map(k, type(k) == int) == [true]",
    "{'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2} && {'a': 1} != {'b': 1}",
    "{'a': null} != {} && has({'a': null}.a) && {'a': null}.a == null",
    "{'k': request.body.half}.k == 0.5",
  ],
  'types are values': [
    "type(1) == int && type(1u) == uint && type(1.0) == double && type('') == string && type(b'') == bytes",
    'type([]) == list && type({}) == map && type(null) == null_type && type(int) == type && type(type) == type',
    "type(timestamp(0)) == google.protobuf.Timestamp && type(duration('1s')) == google.protobuf.Duration",
    "type(optional.none()) == optional_type && type(ip('::1')) == net.IP && type(cidr('::/0')) == net.CIDR",
    'type(request.body) == map && type(request.body.list) == list && type(request.body.half) == double',
  ],
};

const BODY = JSON.parse(
  '{"whole":3,"written_with_point":3.0,"half":0.5,"large":1e300,"edge":9007199254740991,"beyond":9007199254740992,"negative_zero":-0,"list":[1]}',
) as unknown;

describe.each(Object.entries(TRUE))('%s', (_, sources) => {
  test.each(sources)('%s', (source) => {
    expect(evaluated(source, environment, { request: { body: BODY } })).toBe(true);
  });
});

const FAILING: readonly (readonly [code: string, ...sources: string[]])[] = [
  [
    'out_of_range',
    '9223372036854775807 + 1',
    '-9223372036854775808 - 1',
    '-(-9223372036854775808)',
    '-9223372036854775808 * -1',
    '-9223372036854775808 / -1',
    '-9223372036854775808 % -1',
    '4611686018427387904 * 2',
    '18446744073709551615u + 1u',
    '0u - 1u',
    '18446744073709551615u * 2u',
    'int(9223372036854775807.0)',
    'int(0.0 / 0.0)',
    'int(18446744073709551615u)',
    'uint(-1)',
    'uint(-0.5)',
    'uint(18446744073709551616.0)',
  ],
  ['division_by_zero', '1 / 0', '1 % 0', '1u / 0u', '1u % 0u', '9223372036854775807 / 0'],
  [
    'time_out_of_range',
    "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
    "timestamp('0001-01-01T00:00:00Z') - duration('1ns')",
    "timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
    "duration('9223372036s') + duration('1s')",
    "duration('-9223372036s') - duration('0.9s')",
  ],
  [
    'bad_timestamp',
    "timestamp('2026-02-' + '29T00:00:00Z')",
    "timestamp('2026-01-01T24:00:00' + 'Z')",
    'timestamp(253402300800)',
  ],
  ['bad_duration', "duration('1' + 'd')", "duration('9223372037' + 's')", "duration('-' + '')"],
  ['bad_time_zone', "timestamp(0).getHours('Mars' + '/Base')", "timestamp(0).getHours('+24' + ':00')"],
  ['duplicate_key', '{1: 1, 1u: 2}', "{'a': 1, 'a': 2}", '{true: 1, true: 2}'],
  ['bad_key', '{dyn(1.5): 1}', '{dyn(null): 1}', '{dyn([]): 1}'],
  ['no_such_key', "{'a': 1}['b' + '']", '{1: 1}[dyn(1.5)]', 'request.body.none', "request.body['none']"],
  ['index_out_of_range', 'request.body.list[1]', 'request.body.list[-1]', "'a'.charAt(2)"],
  ['bad_utf8', "string(b'\\xff')", "string(b'\\xed\\xa0\\x80')"],
  [
    'no_such_operation',
    "dyn(1) + 'a'",
    "dyn('a') < 1",
    'dyn([]) < dyn([])',
    'dyn(1) + 1.0',
    "dyn('a') in dyn('abc')",
  ],
  ['no_such_overload', "dyn(1).startsWith('a')", 'size(dyn(1))', 'dyn(null).size()'],
  ['no_bool', 'dyn(1) || false', "true && dyn('true')"],
  ['no_condition', 'dyn(1) ? 1 : 2', '[1].filter(x, dyn(x)).size()'],
];

describe.each(FAILING)('%s', (code, ...sources) => {
  test.each(sources)('%s', (source) => {
    expect(evaluated(source, environment, { request: { body: BODY } })).toEqual({ failure: code });
  });
});

test.each([
  'request.body.none == 1 || true',
  'true || request.body.none == 1',
  '!(request.body.none == 1 && false)',
  '!(false && request.body.none == 1)',
  'request.body.none || true || request.body.none',
  '[1, 2].exists(x, x == 2 || 1 / (x - 1) > 0)',
  '!([0, 1].all(x, 1 / x > 5))',
  'true || 1 / 0 > 0 ? true : false',
])('a failure beside a decisive operand does not count: %s', (source) => {
  expect(evaluated(source, environment, { request: { body: BODY } })).toBe(true);
});
