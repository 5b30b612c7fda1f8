import type { JsonValue } from '../request/attributes.ts';
import { isJsonList } from '../request/json-value.ts';
import type { Dialect } from './dialects.ts';
import { TYPES } from './keywords.ts';
import type { SchemaAdvice } from './problem.ts';

/** Types of JSON Schema by those of programming languages and of other languages for schemas. */
const TYPE_HELP: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '`integer`': ['int', 'int32', 'int64', 'long', 'short', 'uint'],
    '`number`': ['float', 'float32', 'float64', 'double', 'decimal'],
    '`string`': ['str', 'text', 'char', 'varchar', 'enum'],
    '`boolean`': ['bool'],
    '`array`': ['list', 'tuple', 'set', 'slice'],
    '`object`': ['map', 'dict', 'dictionary', 'record', 'struct', 'hash'],
    '`null`': ['nil', 'none', 'undefined', 'void'],
    '`string` and `format: date-time`': ['date', 'datetime', 'date-time', 'timestamp', 'time'],
    '`string` and `format: uuid`': ['uuid', 'guid'],
    '`string`, with `format: binary` in OpenAPI': ['file', 'bytes', 'binary', 'buffer'],
  }).flatMap(([meant, names]) => names.map((name) => [name, `write ${meant}`] as const)),
);

/** Help for a keyword with a value that it does not take: what people mean by it. */
export function keywordHelp(name: string, value: JsonValue, dialect: Dialect): SchemaAdvice {
  if (name === 'type' && typeof value === 'string') return typeHelp(value);
  const help = written(name, value, dialect);
  return help === undefined ? {} : { help };
}

function typeHelp(type: string): SchemaAdvice {
  const plain = type.toLowerCase();
  if (plain === 'any') return { help: 'leave `type` out to accept values of every type' };
  const help = TYPE_HELP.get(plain);
  return help === undefined ? { unknown: { name: type, known: TYPES } } : { help };
}

function written(name: string, value: JsonValue, dialect: Dialect): string | undefined {
  if (name === 'required' && typeof value === 'boolean')
    return 'write a list of names beside `properties`, such as `required: [id]`';
  if (name === 'items' && isJsonList(value))
    return `write \`prefixItems\`, or name an older dialect than ${dialect.name} by \`$schema\``;
  if (name === 'enum' && !isJsonList(value)) return 'write a list of values, or `const` for one value';
  if (name !== 'exclusiveMinimum' && name !== 'exclusiveMaximum') return undefined;
  const bound = name === 'exclusiveMinimum' ? 'minimum' : 'maximum';
  if (typeof value === 'number')
    return `in ${dialect.name}, write \`${bound}: ${value}\` and \`${name}: true\``;
  if (value === true) return `write the number itself: \`${name}: N\` instead of \`${bound}: N\``;
  return value === false ? 'remove it' : undefined;
}
