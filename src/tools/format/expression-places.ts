import { Diagnostics } from '../../diagnostic/collect.ts';
import { readDocument, versionOf } from '../../policy/language/document.ts';
import { mapping } from '../../policy/language/fields.ts';
import { readPolicySpec } from '../../policy/language/policy-document.ts';
import { child } from '../../policy/language/reader.ts';
import { TEMPLATE_FIELDS } from '../../policy/language/template-document.ts';
import type { Cursor } from '../../policy/yaml/tree.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';

/**
 * The text of every value of a file that is read as an expression, by its offset. The documents are read for it; what is
 * wrong in them is not told here.
 */
export function expressionsOf({ path, lines, documents }: YamlFile): ReadonlyMap<number, string> {
  const expressions = new Map<number, string>();
  const onExpression = ({ tree }: Cursor): void => {
    if (tree.kind === 'scalar' && typeof tree.value === 'string')
      expressions.set(tree.range.start, tree.value);
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

/** Reads as it stands here what a compilation reads with its template. */
function readSpec(at: Cursor): void {
  const kind = child(at, 'kind')?.tree;
  const spec = child(at, 'spec');
  if (spec === undefined || kind?.kind !== 'scalar') return;
  if (kind.value === 'Policy') readPolicySpec(spec);
  if (kind.value === 'PolicyTemplate') readTemplateFields(spec);
}

const readTemplateFields = mapping(TEMPLATE_FIELDS);
