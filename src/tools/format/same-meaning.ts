import type { Tree } from '../../policy/yaml/tree.ts';
import { isComment, yamlPieces } from '../../policy/yaml/yaml-comments.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import { canonicalExpression, canonicalText } from './expression.ts';
import { expressionsOf, type WrittenExpression } from './expression-places.ts';

/**
 * First difference in meaning between a file and its formatted text, in a few words; undefined if there is none. Both
 * must have the same data in the same order, with expressions compared as trees, and the same comments, anchors,
 * aliases, tags and document markers.
 */
export function differenceOf(before: YamlFile, after: YamlFile): string | undefined {
  const [mistake] = after.mistakes;
  if (mistake !== undefined) return `it would not be valid YAML (${mistake.message})`;
  if (before.documents.length !== after.documents.length) return 'its number of documents would change';
  if (dataOf(before) !== dataOf(after)) return 'its data would change';
  const [first, second] = [before, after].map(({ lines }) => markersOf(lines.text));
  return first === second ? undefined : 'its comments, anchors or document markers would change';
}

/** All data of a file as text, equal for equal data. */
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
        const written = expressions.get(tree.range.start);
        const expression = written && canonical(written);
        if (expression !== undefined) return `cel ${JSON.stringify(expression)}`;
        return typeof tree.value === 'string'
          ? JSON.stringify(tree.value)
          : `${typeof tree.value} ${tree.value}`;
      }
    }
  };
  return file.documents.map(({ tree }) => (tree === undefined ? '' : textOf(tree))).join('\n');
}

function canonical({ source, isText }: WrittenExpression): string | undefined {
  return isText ? canonicalText(source) : canonicalExpression(source);
}

/** Comments in their order, followed by anchors, aliases, tags and document markers in their order. */
function markersOf(text: string): string {
  const comments: string[] = [];
  const markers: string[] = [];
  for (const piece of yamlPieces(text)) {
    if (isComment(piece)) comments.push(piece.text.trim());
    else if (!piece.isScalar && /^(?:[&*!%]|---$|\.\.\.$)/.test(piece.text)) markers.push(piece.text.trim());
  }
  return [...comments, ...markers].join('\n');
}
