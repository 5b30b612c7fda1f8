import { type SemanticTokens, SemanticTokensBuilder } from 'vscode-languageserver';
import { parseText } from '../../cel/syntax/parse-text.ts';
import { scan } from '../../cel/syntax/scan.ts';
import { KEYWORDS, type Token } from '../../cel/syntax/token.ts';
import type { Range } from '../../diagnostic/range.ts';
import { locate } from '../../policy/yaml/scalar-offset.ts';
import type { ScalarTree } from '../../policy/yaml/tree.ts';
import { documentNodes } from './document-nodes.ts';
import type { SourceFile } from './sources.ts';

/** Types of tokens, in the order of the legend. */
export const TOKEN_TYPES = [
  'keyword',
  'variable',
  'property',
  'function',
  'string',
  'number',
  'operator',
  'comment',
] as const;

type TokenType = (typeof TOKEN_TYPES)[number];

interface Piece extends Range {
  readonly type: TokenType;
}

/** The tokens of all expressions of a file; YAML itself is coloured by the editor. */
export function semanticTokens(file: SourceFile): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  const expressions = documentNodes(file.yaml).flatMap((node) =>
    node.kind === 'value' && node.tree.kind === 'scalar' && isForm(node.shape?.kind)
      ? [{ tree: node.tree, form: node.shape?.kind }]
      : [],
  );
  const inOrder = expressions.toSorted((a, b) => a.tree.range.start - b.tree.range.start);
  // An alias repeats the expression of its anchor.
  for (const [tree, form] of new Map(inOrder.map(({ tree, form }) => [tree, form]))) {
    for (const piece of piecesOf(file, tree, form === 'text')) push(builder, file, piece);
  }
  return builder.build();
}

function isForm(kind: string | undefined): boolean {
  return kind === 'expression' || kind === 'text';
}

/** The pieces of an expression, or of the expressions in a text, located in the file, in order. */
function piecesOf({ yaml }: SourceFile, tree: ScalarTree, isText: boolean): readonly Piece[] {
  if (typeof tree.value !== 'string') return [];
  const { tokens, comments } = isText
    ? { tokens: parseText(tree.value).tokens, comments: [] }
    : scan(tree.value);
  const typed = tokens.flatMap((token, index): Piece[] => {
    const type = typeOf(token, tokens[index - 1], tokens[index + 1]);
    return type === undefined ? [] : [{ type, start: token.start, end: token.end }];
  });
  return [...typed, ...comments.map(({ start, end }): Piece => ({ type: 'comment', start, end }))]
    .toSorted((a, b) => a.start - b.start)
    .map((piece) => ({ ...piece, ...locate(yaml.lines.text, tree, piece.start, piece.end) }));
}

function typeOf(
  { kind, text }: Token,
  before: Token | undefined,
  after: Token | undefined,
): TokenType | undefined {
  switch (kind) {
    case 'name':
    case 'quoted_name':
      if (before?.text !== '.' && KEYWORDS.has(text)) return 'keyword';
      if (after?.text === '(') return 'function';
      return before?.text === '.' || before?.text === '?' ? 'property' : 'variable';
    case 'int':
    case 'uint':
    case 'double':
      return 'number';
    case 'string':
    case 'bytes':
      return 'string';
    case 'mark':
      return /^[=!<>&|+\-*/%?:]/.test(text) ? 'operator' : undefined;
    default:
      return undefined;
  }
}

/** A token is on one line in the protocol. */
function push(builder: SemanticTokensBuilder, { document }: SourceFile, { type, start, end }: Piece): void {
  const from = document.positionAt(start);
  const to = document.positionAt(end);
  if (from.line !== to.line || end <= start) return;
  builder.push(from.line, from.character, end - start, TOKEN_TYPES.indexOf(type), 0);
}
