import { foreignCall } from '../syntax/foreign.ts';

/** The operands of a call, its receiver first if it has one, as written. */
type Operands = readonly [string, ...string[]];

/** An expression of CEL, and true if it is an operation, which needs parentheses as an operand. */
interface Rewritten {
  readonly text: string;
  readonly isOperation?: true;
}

type Rewrite = (operands: Operands) => Rewritten | undefined;

/** Functions of other languages by their name in lower case without `_`, with their notation in CEL. */
const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ...named(['startswith', 'hasprefix', 'beginswith', 'strings.hasprefix'], method('startsWith')),
  ...named(['endswith', 'hassuffix', 'strings.hassuffix'], method('endsWith')),
  ...named(['strings.contains'], method('contains')),
  ...named(['regexmatch', 'regex.match', 'rematch', 'regexp', 'regexlike'], ([pattern, text]) =>
    text === undefined ? undefined : { text: `${text}.matches(${pattern})` },
  ),
  ...named(['match'], method('matches')),
  ...named(
    ['lower', 'tolower', 'tolowercase', 'lowercase', 'downcase', 'strings.tolower'],
    method('lowerAscii'),
  ),
  ...named(
    ['upper', 'toupper', 'touppercase', 'uppercase', 'upcase', 'strings.toupper'],
    method('upperAscii'),
  ),
  ...named(['parseint', 'toint', 'tointeger', 'atoi', 'strconv.atoi'], call('int')),
  ...named(['number', 'tonumber', 'todouble', 'float', 'parsefloat', 'decimal'], call('double')),
  ...named(['str', 'tostring', 'text'], call('string')),
  ...named(['len', 'length', 'count'], call('size')),
  ...named(['not'], ([operand]) => ({ text: `!${operand}` })),
  ...named(['equals', 'eq', 'equal'], operation('==')),
  ...named(['ne', 'notequals', 'neq'], operation('!=')),
  ...named(['isempty', 'empty'], ([operand]) => ({ text: `size(${operand}) == 0`, isOperation: true })),
  ...named(['get', 'getordefault', 'object.get'], ([map, key, value = "''"]) =>
    key === undefined ? undefined : { text: `${map}[?${key}].orValue(${value})` },
  ),
  ...named(['haskey', 'containskey'], ([map, key]) =>
    key === undefined ? undefined : { text: `${key} in ${map}`, isOperation: true },
  ),
  ...named(['containsall', 'issuperset'], call('sets.contains')),
  ...named(['containsany', 'intersects', 'hasintersection', 'hasany'], call('sets.intersects')),
  ...named(['incidr', 'isincidr', 'inipaddrrange', 'isinrange', 'iprange', 'insubnet'], ([address, block]) =>
    inBlock(block, address),
  ),
  ...named(['net.cidrcontains', 'net.cidrcontainsmatches', 'cidrcontains', 'cidrmatch'], ([block, address]) =>
    inBlock(block, address),
  ),
  ...named(['sprintf', 'fmt.sprintf'], ([format, first, ...rest]) =>
    first === undefined ? undefined : { text: `${format}.format(${listed(first, rest)})` },
  ),
  ...named(['concat'], ([separator, list]) =>
    list === undefined ? undefined : { text: `${list}.join(${separator})` },
  ),
  ...named(['tolist'], call('asList')),
  ...named(['hour', 'hours', 'gethour'], method('getHours')),
  ...named(['minute', 'minutes', 'getminute'], method('getMinutes')),
  ...named(['day', 'dayofmonth', 'getdate'], method('getDayOfMonth')),
  ...named(['weekday', 'dayofweek', 'getday'], method('getDayOfWeek')),
  ...named(['month'], method('getMonth')),
  ...named(['year', 'getyear'], method('getFullYear')),
  ...named(['sha256'], call('hash.sha256')),
  ...named(['hmac', 'hmacsha256'], call('hash.hmacSha256')),
  ...named(['tojson', 'json.stringify', 'json.marshal'], call('json.encode')),
  ...named(['fromjson', 'parsejson', 'json.parse', 'json.unmarshal'], call('json.decode')),
  ...named(['btoa', 'base64encode'], call('base64.encode')),
  ...named(['atob', 'base64decode'], call('base64.decode')),
  ...named(['urlencode', 'encodeuricomponent', 'urlquery.encode'], call('url.encode')),
  ...named(['urldecode', 'decodeuricomponent', 'urlquery.decode'], call('url.decode')),
  ...named(['time.parserfc3339ns', 'parsetime', 'todate', 'datetime'], ([text]) => ({
    text: `timestamp(${text})`,
  })),
]);

/** Functions of other languages without operands. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ['time.nowns', 'now'],
  ['time.now', 'now'],
  ['date.now', 'now'],
  ['timestamp.now', 'now'],
  ['currenttime', 'now'],
]);

const VERIFIED = 'tokens are verified by `authenticate.jwt`; an expression reads the claims as `jwt.claims`';

/** Functions of other languages that no expression replaces. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['io.jwt.decode', VERIFIED],
  ['io.jwt.decodeverify', VERIFIED],
  ['io.jwt.verifyrs256', VERIFIED],
  ['jwt.decode', VERIFIED],
  [
    'http.send',
    'an expression cannot call a service; put what it looks up into a Dataset and read `data.NAME`',
  ],
  [
    'glob.match',
    "expressions do not have globs: use `x.startsWith('...')`, or `x.matches('...')` with a regular expression",
  ],
]);

/** The notation in CEL of a call in another language; undefined if it is not known, or has no operands. */
export function rewriteCall(name: string, operands: readonly string[]): Rewritten | undefined {
  const [first, ...rest] = operands;
  const plain = plainName(name);
  if (first !== undefined) return REWRITES.get(plain)?.([first, ...rest]);
  const value = VALUES.get(plain);
  return value === undefined ? undefined : { text: value };
}

/** Help for a call of another language that cannot be written as one text. */
export function callElsewhere(name: string): string | undefined {
  return ELSEWHERE.get(plainName(name)) ?? foreignCall(name);
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

function named(names: readonly string[], rewrite: Rewrite): readonly (readonly [string, Rewrite])[] {
  return names.map((name) => [name, rewrite]);
}

function method(name: string): Rewrite {
  return ([receiver, ...args]) => ({ text: `${receiver}.${name}(${args.join(', ')})` });
}

function call(name: string): Rewrite {
  return (operands) => ({ text: `${name}(${operands.join(', ')})` });
}

function operation(operator: string): Rewrite {
  return ([left, right]) =>
    right === undefined ? undefined : { text: `${left} ${operator} ${right}`, isOperation: true };
}

function listed(first: string, rest: readonly string[]): string {
  return rest.length === 0 && first.startsWith('[') ? first : `[${[first, ...rest].join(', ')}]`;
}

/** The test for an address in a block; `ip('10.0.0.0/8')` of Cedar is the block itself. */
function inBlock(block: string | undefined, address: string | undefined): Rewritten | undefined {
  const [, inner = block] = /^ip\((.*)\)$/.exec(block ?? '') ?? [];
  return inner === undefined || address === undefined
    ? undefined
    : { text: `cidr(${inner}).containsIP(${address})` };
}
