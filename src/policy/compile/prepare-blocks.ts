import type { PreparedPart } from '../../cel/check/fixed-reads.ts';
import { prepareCidrs } from '../../cel/value/cidr-set.ts';
import { parseAnyCidr } from '../../cel/value/ip.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { sourceOf } from '../language/document.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { ValidExpression } from './expressions.ts';

/** A value that expressions read by a name, with the location of its parts by JSON pointer (RFC 6901). */
export interface PlacedValue {
  readonly value: JsonValue;
  place(pointer: string): Cursor;
}

/** The values of a declared name: several for `env.NAME`, of which each Environment has one. */
export type ValuesOf = (name: string) => readonly PlacedValue[];

/** A list of blocks, or a mapping with blocks as keys. */
type Container = readonly JsonValue[] | JsonObject;

/**
 * Reads the lists of CIDR blocks in the data of a folder that expressions search with `cidrs`, once for all requests,
 * and reports each text that is not a block at its own place.
 */
export class BlockLists {
  readonly #seen = new Set<Container>();

  prepare(expressions: readonly ValidExpression[], valuesOf: ValuesOf): void {
    for (const { expression, preparedParts } of expressions) {
      for (const part of preparedParts) {
        for (const value of valuesOf(part.name)) this.#prepare(expression, part, value);
      }
    }
  }

  #prepare(expression: Expression, { name, keys }: PreparedPart, { value, place }: PlacedValue): void {
    for (const { container, pointer } of containersIn(value, keys, '')) {
      if (this.#seen.has(container)) continue;
      this.#seen.add(container);
      const wrong = wrongIn(container);
      for (const key of wrong)
        reportWrong(expression, name, container, key, place(`${pointer}/${escaped(key)}`));
      if (wrong.length === 0) prepareCidrs(container);
    }
  }
}

/** The lists and mappings below the keys; an undefined key is any. */
function containersIn(
  value: JsonValue | undefined,
  keys: readonly (string | undefined)[],
  pointer: string,
): readonly { readonly container: Container; readonly pointer: string }[] {
  if (!isJsonList(value) && !isJsonObject(value)) return [];
  const [key, ...rest] = keys;
  if (keys.length === 0) return [{ container: value, pointer }];
  const entries = key === undefined ? Object.entries<JsonValue>(value) : [[key, own(value, key)] as const];
  return entries.flatMap(([name, below]) => containersIn(below, rest, `${pointer}/${escaped(name)}`));
}

function own(value: Container, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined;
}

/** A key as a part of a JSON pointer. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Keys of the elements that are not blocks; for a mapping, the keys that are not. */
function wrongIn(container: Container): readonly string[] {
  const isBlock = (text: JsonValue): boolean => typeof text === 'string' && parseAnyCidr(text) !== undefined;
  if (!isJsonList(container)) return Object.keys(container).filter((key) => !isBlock(key));
  return container.flatMap((text, at) => (isBlock(text) ? [] : [String(at)]));
}

function reportWrong(
  expression: Expression,
  name: string,
  container: Container,
  key: string,
  at: Cursor,
): void {
  const text = isJsonList(container) ? container[Number(key)] : key;
  const shown = typeof text === 'string' ? `\`${text}\`` : 'a value that is not text';
  const { file, line } = sourceOf(expression.at);
  const message = `${shown} is not a CIDR block or IP address, and \`cidrs\` reads \`${name}\` at ${file}:${line}`;
  report(
    { ...at, path: '' },
    'invalid_block',
    message,
    'write it as `10.0.0.0/8`, `2001:db8::/32` or `192.0.2.1`',
  );
}
