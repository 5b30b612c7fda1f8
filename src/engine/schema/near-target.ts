import type { JsonValue } from '../request/attributes.ts';
import { isJsonObject } from '../request/json-value.ts';
import { escapeToken, unescapeToken } from './pointer.ts';
import type { SchemaAdvice } from './problem.ts';

/** Help for a reference to a part that its document lacks: a part of the same name elsewhere, or a similar name. */
export function nearTarget(document: JsonValue, reference: string): SchemaAdvice {
  const [file = ''] = reference.split('#');
  const name = unescapeToken(reference.slice(reference.lastIndexOf('/') + 1));
  const written = new Map<string, string>();
  for (const [pointer, table] of tablesOf(document)) {
    for (const each of Object.keys(table)) {
      const whole = `${file}#${pointer}/${escapeToken(each)}`;
      if (each.toLowerCase() === name.toLowerCase()) return { help: `did you mean \`${whole}\`?` };
      written.set(each, whole);
    }
  }
  return written.size === 0 ? {} : { unknown: { name, known: [...written.keys()], written } };
}

/** The objects in which a document keeps parts for references, with their pointers. */
function tablesOf(document: JsonValue): [pointer: string, table: object][] {
  if (!isJsonObject(document)) return [];
  const { $defs, definitions, components } = document;
  const kinds = isJsonObject(components) ? Object.entries<JsonValue>(components) : [];
  const tables: [string, JsonValue | undefined][] = [
    ['/$defs', $defs],
    ['/definitions', definitions],
    ...kinds.map(([kind, table]): [string, JsonValue] => [`/components/${escapeToken(kind)}`, table]),
  ];
  return tables.flatMap(([pointer, table]) =>
    table !== undefined && isJsonObject(table) ? [[pointer, table] as [string, object]] : [],
  );
}
