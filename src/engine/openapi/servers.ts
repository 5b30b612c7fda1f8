import type { JsonValue } from '../request/attributes.ts';
import { isJsonList } from '../request/json-value.ts';
import type { Documents, Part } from './documents.ts';

/** Most paths of servers that are kept for one operation. */
const MAX_BASES = 100;

/** The paths of `servers`, without a slash at their end; a variable with an `enum` makes one for each of its values. */
export function basePaths(documents: Documents, servers: Part | undefined): readonly string[] {
  const items = documents.items(servers);
  if (items.length === 0) return [''];
  const paths = new Set<string>();
  for (const server of items) {
    for (const path of pathsOf(documents, server)) {
      paths.add(path);
      if (paths.size > MAX_BASES) {
        documents.problems.add(
          server,
          `the servers have more than ${MAX_BASES} different paths`,
          'write `basePath` in the policy',
        );
        return [];
      }
    }
  }
  return [...paths];
}

function pathsOf(documents: Documents, server: Part): readonly string[] {
  const url = documents.member(server, 'url')?.value;
  if (typeof url !== 'string') {
    documents.problems.add(server, 'a server needs a `url`');
    return [];
  }
  const variables = documents.member(server, 'variables');
  const path = basePathOf(url);
  let filled: readonly string[] = [path];
  for (const [whole, name = ''] of path.matchAll(/\{([^{}]*)\}/g)) {
    const values = valuesOf(documents, variables && documents.member(variables, name));
    if (values === undefined) {
      documents.problems.add(
        server,
        `the variable \`{${name}}\` of the server has no definition`,
        'define it under `variables`',
      );
      return [];
    }
    filled = filled.flatMap((each) =>
      values.map((value) => each.replace(whole, value ?? `{server ${name}}`)),
    );
    if (filled.length > MAX_BASES) filled = filled.slice(0, MAX_BASES + 1);
  }
  return filled.map((each) => basePathOf(each));
}

/** Values of a variable: those of its `enum`; any segment is `undefined`, unless the default is several or none. */
function valuesOf(
  documents: Documents,
  variable: Part | undefined,
): readonly (string | undefined)[] | undefined {
  if (variable === undefined) return undefined;
  const list = documents.member(variable, 'enum')?.value;
  if (isJsonList(list)) return list.map(textOf);
  const value = textOf(documents.member(variable, 'default')?.value ?? '');
  return /^[^/]+$/.test(value) ? [undefined] : [value];
}

function textOf(value: JsonValue): string {
  return typeof value === 'object' ? '' : String(value);
}

/** The path of the address of a server, which may be relative, without a slash at its end. */
export function basePathOf(url: string): string {
  const path = url.replace(/^(?:[^/?#]*:)?\/\/[^/?#]*/, '').replace(/[?#].*$/, '');
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept.length === 0 ? '' : `/${kept.join('/')}`;
}
