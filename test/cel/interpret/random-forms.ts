import { pick } from '../../support/seeded.ts';

export type Random = () => number;
export type Kind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'strings'
  | 'ints'
  | 'map'
  | 'maybe'
  | 'dyn';

export interface Scope {
  readonly depth: number;
  /** Variables of enclosing comprehensions. */
  readonly locals: readonly (readonly [name: string, kind: Kind])[];
}

/** Creates an expression; `make` creates an expression nested in it, by default in the same scope. */
export type Form = (make: (kind: Kind, scope?: Scope) => string, random: Random, scope: Scope) => string;

const two = (kind: Kind, ...operators: readonly [string, ...string[]]): Form => {
  return (make, random) => `(${make(kind)} ${pick(random, operators)} ${make(kind)})`;
};
/** Each `_` is replaced by an expression of the type at its position. */
const call = (text: string, ...kinds: readonly Kind[]): Form => {
  const pieces = text.split('_');
  return (make) =>
    pieces.map((piece, at) => (at === 0 ? piece : make(kinds[at - 1] ?? 'dyn') + piece)).join('');
};
const SCALARS = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'] as const;

/** Expression over the elements of another, with a variable of its own. */
const loop = (name: string, range: Kind, element: Kind, body: Kind): Form => {
  return (make, random, scope) => {
    const variable = pick(random, ['x', 'y', 'request', 'now']);
    const inner = { depth: scope.depth - 1, locals: [...scope.locals, [variable, element] as const] };
    return `${make(range)}.${name}(${variable}, ${make(body, inner)})`;
  };
};
const loop2 = (name: string, range: Kind, key: Kind, value: Kind, body: Kind): Form => {
  return (make, _, scope) => {
    const locals = [...scope.locals, ['k', key] as const, ['v', value] as const];
    const inner = { depth: scope.depth - 1, locals };
    return `${make(range)}.${name}(k, v, ${make(body, inner)})`;
  };
};
const bind = (kind: Kind): Form => {
  return (make, random, scope) => {
    const of = pick(random, [...SCALARS, 'dyn', 'strings'] as const);
    const inner = { depth: scope.depth - 1, locals: [...scope.locals, ['b', of] as const] };
    return `cel.bind(b, ${make(of)}, ${make(kind, inner)})`;
  };
};

const LOGIC: Form = (make, random) => {
  const operator = pick(random, ['&&', '||']);
  const count = 2 + Math.floor(random() * 3);
  const operands = Array.from({ length: count }, () => make(random() < 0.15 ? 'dyn' : 'bool'));
  return `(${operands.join(` ${operator} `)})`;
};

/** Forms of the expressions of each type. */
export const FORMS: Readonly<Record<Kind, readonly [Form, ...Form[]]>> = {
  bool: [
    call('(_ == _)', 'map', 'dyn'),
    call('(_ in [_, _])', 'dyn', 'dyn', 'int'),
    call('(_ in [_, _])', 'string', 'string', 'string'),
    call('sets.intersects(_, _)', 'dyn', 'ints'),
    call('sets.equivalent(_, _)', 'ints', 'ints'),
    call('sets.contains(_, [_])', 'dyn', 'dyn'),
    call('has((_.?a).b)', 'dyn'),
    call('has({_: _}.a)', 'string', 'int'),
    call('(_ ? _ : _)', 'dyn', 'bool', 'bool'),
    call('(_ == _)', 'timestamp', 'dyn'),
    call('(_ != [_, _])', 'dyn', 'dyn', 'dyn'),
    call('({_: _} == _)', 'string', 'dyn', 'dyn'),
    call('([_] == [_])', 'dyn', 'dyn'),
    call('(_ < _)', 'bytes', 'bytes'),
    call('(_ < _)', 'bool', 'bool'),
    call('(_ - _ > _)', 'timestamp', 'timestamp', 'duration'),
    call('(_ - _ >= _)', 'timestamp', 'timestamp', 'dyn'),
    call('(_ == _)', 'maybe', 'dyn'),
    call('bool(_)', 'dyn'),
    call('_.startsWith(_)', 'dyn', 'dyn'),
    call('_.endsWith(_)', 'dyn', 'string'),
    call('_.matches(_)', 'dyn', 'dyn'),
    call("_.matches('^[a-c]+[0-9]?$')", 'dyn'),
    call('math.isNaN(_)', 'double'),
    call('constantTimeEquals(_, _)', 'string', 'dyn'),
    call('math.isInf(_)', 'dyn'),
    call('(size(_) < 3)', 'string'),
    call('(size(_) == 0)', 'dyn'),
    call('(_.size() >= 2)', 'string'),
    call('(1 < _)', 'dyn'),
    call('(2.5 >= _)', 'dyn'),
    call('(_ == 3)', 'dyn'),
    call('(_ != 2.5)', 'dyn'),
    call('(3u == _)', 'dyn'),
    call('(_ in {_: 1})', 'string', 'string'),
    call('(_ in _)', 'dyn', 'map'),
    call('(_ in [[_], [1]])', 'ints', 'int'),
    loop('exists_one', 'dyn', 'dyn', 'bool'),
    loop('all', 'map', 'string', 'bool'),
    loop2('all', 'dyn', 'dyn', 'dyn', 'dyn'),
    loop2('existsOne', 'map', 'string', 'int', 'bool'),
    loop2('exists', 'ints', 'int', 'int', 'bool'),
    LOGIC,
    LOGIC,
    LOGIC,
    (make, random, scope) => two(pick(random, [...SCALARS, 'dyn'] as const), '==', '!=')(make, random, scope),
    (make, random, scope) => two(pick(random, SCALARS), '<', '<=', '>', '>=')(make, random, scope),
    two('dyn', '<', '>=', '==', '!='),
    (make, random) => `(${make('dyn')} ${pick(random, ['==', '!='])} ${make(pick(random, SCALARS))})`,
    (make, random) => `(${make(pick(random, ['int', 'double', 'uint']))} < ${make('dyn')})`,
    (make) => `(${make('int')} <= ${make('double')})`,
    (make, random, scope) =>
      two(pick(random, ['strings', 'ints', 'map', 'maybe'] as const), '==')(make, random, scope),
    call('!_', 'bool'),
    call('!_', 'dyn'),
    call('(_ in _)', 'string', 'strings'),
    call('(_ in _)', 'int', 'ints'),
    call('(_ in _)', 'string', 'map'),
    call('(_ in _)', 'dyn', 'dyn'),
    call("(_ in ['GET', 'a', 'acme'])", 'string'),
    call("(_ in ['a', 'b', 'c', 'd', 'acme', 'GET'])", 'dyn'),
    call("(_ in [1, 'a', true, 3])", 'dyn'),
    call('(_ in [1, 2, 3, 4, 5, 42])', 'int'),
    call('(_ in [])', 'dyn'),
    call('_.startsWith(_)', 'string', 'string'),
    call('_.contains(_)', 'string', 'string'),
    call("_.matches('^[a-z/]*$')", 'string'),
    call("_.matches('(a|b)+')", 'string'),
    call('_.matches(_)', 'string', 'string'),
    call('_.hasValue()', 'maybe'),
    call('_ - _ <= _', 'timestamp', 'timestamp', 'duration'),
    call('bool(_)', 'string'),
    call('has((_).a)', 'dyn'),
    call('has((_).a)', 'map'),
    call('isIP(_)', 'string'),
    call("cidr('10.0.0.0/8').containsIP(_)", 'string'),
    call('sets.contains(_, _)', 'strings', 'strings'),
    loop('all', 'strings', 'string', 'bool'),
    loop('exists', 'ints', 'int', 'bool'),
    loop('exists', 'dyn', 'dyn', 'bool'),
    loop('all', 'dyn', 'dyn', 'dyn'),
    loop('exists_one', 'strings', 'string', 'bool'),
    loop2('all', 'map', 'string', 'int', 'bool'),
    loop2('exists', 'strings', 'int', 'string', 'bool'),
    loop2('existsOne', 'dyn', 'dyn', 'dyn', 'bool'),
    bind('bool'),
  ],
  int: [
    call('int(_)', 'timestamp'),
    call('_.getMonth(_)', 'timestamp', 'string'),
    call('_.getSeconds()', 'dyn'),
    call('_.getMilliseconds()', 'duration'),
    call('_.indexOf(_, _)', 'string', 'string', 'int'),
    call('_.lastIndexOf(_)', 'string', 'string'),
    call('_.lastIndexOf(_, _)', 'string', 'string', 'int'),
    call('math.least(_, _)', 'int', 'int'),
    call('math.greatest(_)', 'ints'),
    call('math.abs(_)', 'int'),
    call('math.sign(_)', 'int'),
    call('math.bitShiftLeft(_, _)', 'int', 'int'),
    call('math.bitShiftRight(_, _)', 'int', 'int'),
    call('math.bitNot(_)', 'int'),
    call('math.bitXor(_, _)', 'int', 'int'),
    call('_.last().orValue(_)', 'ints', 'int'),
    call('_[_ ? 0 : 1]', 'ints', 'bool'),
    call('_.?b.orValue(_)', 'map', 'int'),
    call('size(_)', 'bytes'),
    call('(_ ? _ : _)', 'bool', 'int', 'int'),
    call('[_, _][_]', 'int', 'int', 'int'),
    call("{'a': _}.a", 'int'),
    call("{'a': _}[_]", 'int', 'string'),

    two('int', '+', '-', '*', '/', '%'),
    two('int', '+', '-'),
    call('-_', 'int'),
    call('size(_)', 'string'),
    call('_.size()', 'strings'),
    call('size(_)', 'map'),
    call('size(_)', 'dyn'),
    call('int(_)', 'double'),
    call('int(_)', 'string'),
    call('int(_)', 'uint'),
    call('int(_)', 'timestamp'),
    call('int(_)', 'dyn'),
    call('_.getHours()', 'timestamp'),
    call("_.getDayOfYear('Europe/Berlin')", 'timestamp'),
    call('_.getMinutes()', 'duration'),
    call('_.indexOf(_)', 'string', 'string'),
    call('_[_]', 'ints', 'int'),
    call('_[_]', 'map', 'string'),
    call('_.a', 'map'),
    call('_.orValue(_)', 'maybe', 'int'),
    call('_.value()', 'maybe'),
    call('math.greatest(_, _, _)', 'int', 'int', 'int'),
    call('math.bitAnd(_, _)', 'int', 'int'),
    bind('int'),
  ],
  uint: [two('uint', '+', '-', '*', '/', '%'), call('uint(_)', 'int'), call('uint(_)', 'string')],
  double: [
    two('double', '+', '-', '*', '/'),
    call('-_', 'double'),
    call('double(_)', 'int'),
    call('math.floor(_)', 'double'),
    call('double(_)', 'dyn'),
  ],
  string: [
    call('_.trim()', 'string'),
    call('_.reverse()', 'string'),
    call('strings.quote(_)', 'string'),
    call('_.upperAscii()', 'dyn'),
    call('_.substring(_, _)', 'string', 'int', 'int'),
    call('_.replace(_, _, _)', 'string', 'string', 'string', 'int'),
    call("'%s %s'.format([_, _])", 'dyn', 'dyn'),
    call(
      "'%x %X %o %b %f %e'.format([_, _, _, _, _, _])",
      'int',
      'string',
      'int',
      'bool',
      'double',
      'double',
    ),
    call("'%d %.3f %.2e'.format([_, _, _])", 'dyn', 'dyn', 'dyn'),
    call('_.format([_])', 'string', 'dyn'),
    call('base64.encode(_)', 'bytes'),
    call('url.encode(_)', 'dyn'),
    call('url.decode(_)', 'string'),
    call("regex.extract(_, 'a(.)').orValue(_)", 'string', 'string'),
    call('regex.replace(_, _, _)', 'string', 'string', 'string'),
    call('string(_)', 'bool'),
    call('string(_)', 'duration'),
    call('string(_)', 'uint'),
    call('string(ip(_))', 'string'),
    call('dyn(_)', 'string'),
    call('_.join()', 'dyn'),
    call('_.join(_)', 'dyn', 'string'),
    call('(_ + _)', 'string', 'dyn'),

    two('string', '+'),
    call('string(_)', 'int'),
    call('string(_)', 'double'),
    call('string(_)', 'dyn'),
    call('string(_)', 'timestamp'),
    call('string(_)', 'bytes'),
    call('_.lowerAscii()', 'string'),
    call('_.substring(_)', 'string', 'int'),
    call('_.charAt(_)', 'string', 'int'),
    call('_.replace(_, _)', 'string', 'string', 'string'),
    call("'%s is %d'.format([_, _])", 'dyn', 'int'),
    call('_.join(_)', 'strings', 'string'),
    call('_[_]', 'strings', 'int'),
    call('request.headers[_]', 'string'),
    call("request.headers[?_].orValue('none')", 'string'),
    call("regex.replace(_, 'a+', 'b')", 'string'),
    bind('string'),
  ],
  bytes: [
    call('base64.decode(_)', 'string'),
    call('hex.decode(hex.encode(_))', 'bytes'),
    call('hash.sha256(_)', 'dyn'),
    call('hash.hmacSha256(_, _)', 'bytes', 'dyn'),
    call('bytes(_)', 'dyn'),
    two('bytes', '+'),
    call('bytes(_)', 'string'),
  ],
  timestamp: [
    call('timestamp(_)', 'dyn'),

    call('_ + _', 'timestamp', 'duration'),
    call('_ - _', 'timestamp', 'duration'),
    call('timestamp(_)', 'int'),
    call('timestamp(_)', 'string'),
    call('(_ ? _ : null)', 'bool', 'timestamp'),
  ],
  duration: [
    call('duration(_)', 'dyn'),
    call('(_ - _)', 'timestamp', 'dyn'),

    two('duration', '+', '-'),
    call('_ - _', 'timestamp', 'timestamp'),
    call('duration(_)', 'string'),
  ],
  strings: [
    call('_.split(_, _)', 'string', 'string', 'int'),
    call("regex.extractAll(_, '[a-z]+')", 'string'),
    call('_.map(q, q)', 'strings'),
    call('_.sortBy(q, _)', 'strings', 'int'),
    call('[_, _].flatten()', 'strings', 'strings'),
    call('_.reverse()', 'strings'),
    call('[?_, _]', 'dyn', 'string'),

    two('strings', '+'),
    call("_.split('a')", 'string'),
    call('[_, _]', 'string', 'string'),
    call('_.slice(0, _)', 'strings', 'int'),
    call('_.distinct()', 'strings'),
    call('_.sort()', 'strings'),
    loop('filter', 'strings', 'string', 'bool'),
    loop('map', 'ints', 'int', 'string'),
    loop('sortBy', 'strings', 'string', 'int'),
    loop2('transformList', 'map', 'string', 'int', 'string'),
  ],
  ints: [
    call('lists.range(_)', 'int'),
    call('_.sort()', 'ints'),
    call('[_, _].flatten()', 'ints', 'ints'),
    call('(_ + _)', 'ints', 'ints'),
    call('[_, _].unwrapOpt()', 'maybe', 'maybe'),
    call('_.slice(_, _)', 'ints', 'int', 'int'),
    loop2('transformList', 'ints', 'int', 'int', 'int'),
    call('_.map(q, _, q)', 'ints', 'bool'),

    call('[_, _]', 'int', 'int'),
    call('[?_, _]', 'maybe', 'int'),
    loop('map', 'dyn', 'dyn', 'int'),
    loop('filter', 'ints', 'int', 'bool'),
    call('_.reverse()', 'ints'),
  ],
  map: [
    loop2('transformMap', 'ints', 'int', 'int', 'int'),
    call('{?_: _, _: _}', 'string', 'maybe', 'string', 'int'),

    call('{_: _}', 'string', 'int'),
    call('{_: _, _: _}', 'string', 'int', 'string', 'int'),
    call('{?_: _}', 'string', 'maybe'),
    loop2('transformMap', 'map', 'string', 'int', 'int'),
    loop2('transformMapEntry', 'strings', 'int', 'string', 'map'),
  ],
  maybe: [
    call('_.optMap(q, q + _)', 'maybe', 'int'),
    call('_.optFlatMap(q, _[?q])', 'maybe', 'ints'),
    call('_[?_]', 'map', 'string'),
    call('_.last()', 'ints'),
    call('optional.of(_)', 'int'),
    bind('maybe'),

    call('_.or(_)', 'maybe', 'maybe'),
    call('_[?_]', 'ints', 'int'),
    call('_.?a', 'map'),
    call('optional.ofNonZeroValue(_)', 'int'),
    loop('optMap', 'maybe', 'int', 'int'),
    loop('optFlatMap', 'maybe', 'int', 'maybe'),
    call('_.first()', 'ints'),
    call('(_ ? _ : null)', 'bool', 'maybe'),
  ],
  dyn: [
    call('_.sort()', 'dyn'),
    call('_.distinct()', 'dyn'),
    call('_.flatten()', 'dyn'),
    call('_.flatten(2)', 'dyn'),
    call('_.reverse()', 'dyn'),
    call('_.first()', 'dyn'),
    call('_.value()', 'dyn'),
    call('_.orValue(_)', 'dyn', 'dyn'),
    call('_.or(_)', 'dyn', 'dyn'),
    call('_[?_]', 'dyn', 'dyn'),
    call('_.?a', 'dyn'),
    call('_.optMap(q, q)', 'dyn'),
    call('_.optFlatMap(q, q)', 'dyn'),
    call('-_', 'dyn'),
    call('(_ % _)', 'dyn', 'dyn'),
    call('math.greatest(_, _)', 'dyn', 'dyn'),
    call('math.least(_, _, _)', 'dyn', 'int', 'dyn'),
    call('math.abs(_)', 'dyn'),
    call('(_ && _)', 'dyn', 'dyn'),
    call('(_ || _)', 'dyn', 'dyn'),
    call('(_ ? _ : _)', 'dyn', 'dyn', 'int'),
    call('[_, _, _]', 'dyn', 'dyn', 'int'),
    call('{_: _}', 'dyn', 'dyn'),
    call('{?_: _}', 'dyn', 'dyn'),
    call('_.sortBy(q, q)', 'dyn'),
    loop2('transformMapEntry', 'dyn', 'dyn', 'dyn', 'dyn'),
    loop2('transformMap', 'dyn', 'dyn', 'dyn', 'dyn'),
    call('_.slice(0, _)', 'dyn', 'int'),
    call('optional.unwrap(_)', 'dyn'),
    call('source.?spiffe.?path'),
    call('source.spiffe'),
    call('request.?body'),
    call('variables.?maybe'),
    call('destination.?port'),

    call('_.a', 'dyn'),
    call('_.constructor', 'dyn'),
    call("_['tenant']", 'dyn'),
    call('_[_]', 'dyn', 'dyn'),
    call('_[0]', 'dyn'),
    two('dyn', '+', '*', '-', '/'),
    (make, random) => `dyn(${make(pick(random, [...SCALARS, 'strings', 'ints', 'map', 'maybe'] as const))})`,
    call('[_, _][0]', 'dyn', 'int'),
    call("_.?a.orValue('x')", 'dyn'),
    call('_.?nested.?constructor', 'dyn'),
    loop('map', 'dyn', 'dyn', 'dyn'),
    loop('filter', 'dyn', 'dyn', 'bool'),
    call('type(_)', 'dyn'),
    bind('dyn'),
  ],
};
