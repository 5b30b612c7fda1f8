/** A content type (RFC 9110, section 8.3.1), in lower case. */
export interface MediaType {
  /** Such as `application/json`. */
  readonly name: string;
  /** With values as sent. */
  readonly parameters: ReadonlyMap<string, string>;
}

const NAME = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/;
const RANGE = /^(?:\*\/\*|[a-z0-9!#$&^_.+-]+\/(?:\*|[a-z0-9!#$&^_.+-]+))$/;
const PARAMETER = /^[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"([^"\\]*)"|([!#$%&'*+.^_`|~0-9A-Za-z-]+))[ \t]*$/;

/** A content type that servers read alike; undefined for any other text. `isRange`: `*` may stand for both parts or the second. */
export function readMediaType(text: string, isRange = false): MediaType | undefined {
  const [first = '', ...rest] = text.split(';');
  const name = first.trim().toLowerCase();
  if (!(isRange ? RANGE : NAME).test(name)) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    if (part.trim() === '') continue;
    const [, key, quoted, token] = PARAMETER.exec(part) ?? [];
    // Some parsers put `boundary*` and `boundary*0` in the place of `boundary` (RFC 2231); others ignore them.
    if (key === undefined || key.includes('*') || parameters.has(key.toLowerCase())) return undefined;
    parameters.set(key.toLowerCase(), quoted ?? token ?? '');
  }
  return { name, parameters };
}

/** `application/json`, and types that are written in JSON (RFC 6839, section 3.1). */
export function isJson(name: string): boolean {
  return name === 'application/json' || name.endsWith('+json');
}

/** True for a type whose text is UTF-8, as every text is read; a `charset` that says otherwise is refused. */
export function isUtf8({ parameters }: MediaType): boolean {
  for (const [name, value] of parameters) {
    if (name.startsWith('charset') && !(name === 'charset' && /^(?:utf-?8|us-ascii)$/i.test(value)))
      return false;
  }
  return true;
}

/** True if a range of a document includes a type. Parameters of the range must be those of the type, except `charset`. */
export function includes(range: MediaType, type: MediaType): boolean {
  return specificity(range) > 0 && isWithin(range.name, type.name) && hasAll(range, type);
}

function isWithin(range: string, name: string): boolean {
  if (range === '*/*' || range === name) return true;
  return range.endsWith('/*') && name.startsWith(range.slice(0, -1));
}

function hasAll(range: MediaType, type: MediaType): boolean {
  return [...range.parameters].every(
    ([name, value]) => name === 'charset' || type.parameters.get(name) === value,
  );
}

/** Greater for a range that says more; ranges with parameters come first. */
export function specificity({ name, parameters }: MediaType): number {
  const parts = name === '*/*' ? 1 : name.endsWith('/*') ? 2 : 3;
  return parts + parameters.size * 3;
}
