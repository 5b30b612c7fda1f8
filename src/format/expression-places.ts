import { Diagnostics } from '../diagnostic/collect.ts';
import { readDocument, versionOf } from '../policy/document.ts';
import type { Cursor } from '../policy/reader.ts';
import type { YamlFile } from '../policy/yaml-file.ts';

/**
 * The text of every value of a file that is read as an expression, by its offset. The documents are read for it; what is
 * wrong in them is not told here.
 */
export function expressionsOf({ path, lines, documents }: YamlFile): ReadonlyMap<number, string> {
  const expressions = new Map<number, string>();
  const onExpression = ({ tree }: Cursor): void => {
    if (tree.kind === 'scalar' && typeof tree.value === 'string')
      expressions.set(tree.mark.start, tree.value);
  };
  const origin = { path, lines, diagnostics: new Diagnostics(), onExpression };
  for (const { tree } of documents) {
    if (tree === undefined) continue;
    const at: Cursor = { origin, tree, path: '', key: undefined };
    if (versionOf(at)?.startsWith('lictor/') === true) readDocument(at);
  }
  return expressions;
}
