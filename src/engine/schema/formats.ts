import type { Format } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { FormatName } from 'ajv-formats';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { named } from '../../recipe/recipe.ts';

/**
 * The formats that a schema may name, with the maximum length of a text; a longer text does not fit. The bound keeps
 * expressions that take more than linear time harmless (an address by RFC 5321 section 4.5.3.1, a host name by
 * RFC 1035 section 2.3.4).
 */
const FORMATS = {
  date: 64,
  time: 64,
  'date-time': 64,
  duration: 128,
  email: 320,
  hostname: 254,
  ipv4: 15,
  ipv6: 45,
  uri: 8192,
  'uri-reference': 8192,
  uuid: 45,
  'json-pointer': 8192,
  'relative-json-pointer': 8192,
  byte: Number.POSITIVE_INFINITY,
} as const satisfies Partial<Record<FormatName, number>>;

/** Formats of numbers, which need no bound. */
const NUMBER_FORMATS = ['int32', 'int64', 'float', 'double'] as const satisfies readonly FormatName[];

/** Definitions of all formats, by name. */
const DEFINITIONS: ReadonlyMap<string, Format & object> = new Map<string, Format & object>([
  ...Object.entries(FORMATS).map(([name, longest]) => {
    const test = tester(name as keyof typeof FORMATS);
    const validate = (text: string): boolean => text.length <= longest && test(text);
    return [name, named(`schema.format.${name}`, { type: 'string', validate } as const)] as const;
  }),
  ...NUMBER_FORMATS.map((name) => {
    const format = fullFormats[name];
    if (typeof format !== 'object') throw new Error(`the format ${name} has no definition`);
    return [name, named(`schema.format.${name}`, format)] as const;
  }),
]);

/** Names of all formats. */
export const FORMAT_NAMES: readonly string[] = [...DEFINITIONS.keys()];

export function isFormat(name: string): boolean {
  return DEFINITIONS.has(name);
}

/** Makes `format` an assertion for the formats of the table. */
export function addFormats(ajv: Ajv2020): void {
  for (const [name, format] of DEFINITIONS) ajv.addFormat(name, format);
}

/** RFC 4648 section 4. The library's own expression accepts a text of which only one line is base64. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function tester(name: FormatName): (text: string) => boolean {
  if (name === 'byte') return isBase64;
  const format = fullFormats[name];
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return (text) => format(text);
  if (typeof format === 'object') {
    const { validate } = format;
    if (validate instanceof RegExp) return (text) => validate.test(text);
    if (typeof validate === 'function')
      return (text) => (validate as (text: string) => unknown)(text) === true;
  }
  throw new Error(`the format ${name} has no test`);
}
