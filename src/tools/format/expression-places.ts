import { Diagnostics } from '../../diagnostic/collect.ts';
import { readDocument, versionOf } from '../../policy/language/document.ts';
import { mapping } from '../../policy/language/fields.ts';
import { readPolicySpec } from '../../policy/language/policy-document.ts';
import { child } from '../../policy/language/reader.ts';
import { TEMPLATE_FIELDS } from '../../policy/language/template-document.ts';
import type { Cursor } from '../../policy/yaml/tree.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';

/** An expression of a file, or a text with expressions. */
export interface WrittenExpression {
  readonly source: string;
  readonly isText: boolean;
}

/**
 * Every value of a file that is an expression or a text with expressions, by its offset. Mistakes in the documents are not reported: the
 * documents are read only to find the expressions.
 */
export function expressionsOf({ path, lines, documents }: YamlFile): ReadonlyMap<number, WrittenExpression> {
  const expressions = new Map<number, WrittenExpression>();
  const onExpression = ({ tree }: Cursor, isText: boolean): void => {
    if (tree.kind === 'scalar' && typeof tree.value === 'string')
      expressions.set(tree.range.start, { source: tree.value, isText });
  };
  const context = { path, lines, diagnostics: new Diagnostics(), onExpression };
  for (const { tree } of documents) {
    if (tree === undefined) continue;
    const at: Cursor = { context, tree, path: '', key: undefined };
    if (versionOf(at)?.startsWith('lictor/') !== true) continue;
    readDocument(at);
    readSpec(at);
  }
  return expressions;
}

/** Reads the specs that a compilation reads only after it has expanded their template. */
function readSpec(at: Cursor): void {
  const kind = child(at, 'kind')?.tree;
  const spec = child(at, 'spec');
  if (spec === undefined || kind?.kind !== 'scalar') return;
  if (kind.value === 'Policy') readPolicySpec(spec);
  if (kind.value === 'PolicyTemplate') readTemplateFields(spec);
}

const readTemplateFields = mapping(TEMPLATE_FIELDS);
