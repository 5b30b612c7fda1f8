import type { Tree } from '../../policy/yaml/tree.ts';
import { isComment, yamlPieces } from '../../policy/yaml/yaml-comments.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import { meaning } from './expression.ts';
import { expressionsOf } from './expression-places.ts';

/**
 * What a formatted file says otherwise than the file that it was made from, in a few words; undefined when it says the
 * same: the same data in the same order, expressions compared as trees, and the same comments, anchors, aliases, tags
 * and document marks.
 */
export function differenceOf(before: YamlFile, after: YamlFile): string | undefined {
  const [mistake] = after.mistakes;
  if (mistake !== undefined) return `it would be no YAML (${mistake.message})`;
  if (before.documents.length !== after.documents.length) return 'it would have another number of documents';
  if (dataOf(before) !== dataOf(after)) return 'its data would change';
  const [first, second] = [before, after].map(({ lines }) => marksOf(lines.text));
  return first === second ? undefined : 'its comments, anchors or document marks would change';
}

/** All data of a file as text, the same for the same data. */
function dataOf(file: YamlFile): string {
  const expressions = expressionsOf(file);
  const textOf = (tree: Tree): string => {
    switch (tree.kind) {
      case 'list':
        return `[${tree.items.map(textOf).join()}]`;
      case 'mapping': {
        const entries = [...tree.entries].map(
          ([name, { value }]) => `${JSON.stringify(name)}:${textOf(value)}`,
        );
        return `{${entries.join()}}`;
      }
      case 'scalar': {
        const source = expressions.get(tree.range.start);
        const known = source === undefined ? undefined : meaning(source);
        if (known !== undefined) return `cel ${JSON.stringify(known)}`;
        return typeof tree.value === 'string'
          ? JSON.stringify(tree.value)
          : `${typeof tree.value} ${tree.value}`;
      }
    }
  };
  return file.documents.map(({ tree }) => (tree === undefined ? '' : textOf(tree))).join('\n');
}

/** Comments in their order; and anchors, aliases, tags and marks of documents in theirs. */
function marksOf(text: string): string {
  const comments: string[] = [];
  const marks: string[] = [];
  for (const piece of yamlPieces(text)) {
    if (isComment(piece)) comments.push(piece.text.trim());
    else if (!piece.isScalar && /^(?:[&*!%]|---$|\.\.\.$)/.test(piece.text)) marks.push(piece.text.trim());
  }
  return [...comments, ...marks].join('\n');
}
