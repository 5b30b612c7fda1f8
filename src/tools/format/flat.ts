import { quoted } from '../../policy/yaml/quote.ts';
import type { Item, MapContent, Node, Pair, SeqContent } from './layout.ts';
import { onOneLine } from './scalar.ts';

interface FlatContext {
  /** True in brackets or braces, where `,` ends an unquoted scalar. */
  readonly isInFlow: boolean;
}

/** A value on one line, with its properties; undefined if its comments or line ends must be kept. */
export function flat(node: Node, { isInFlow }: FlatContext): string | undefined {
  if (node.head.comments.length > 0 || node.trail !== undefined) return undefined;
  const text = textOf(node, isInFlow);
  if (text === undefined) return undefined;
  return [...node.props, text].filter((part) => part !== '').join(' ');
}

function textOf({ content }: Node, isInFlow: boolean): string | undefined {
  switch (content.kind) {
    case 'empty':
      return '';
    case 'alias':
      return content.source;
    case 'block':
      return undefined;
    case 'scalar': {
      const { source, style, expression } = content;
      const isKept = expression === undefined || expression.line === expression.source;
      return isKept ? onOneLine(source, style) : quoted(expression.line, style, isInFlow);
    }
    case 'map':
    case 'seq':
      return content.isFlow && content.end.length === 0 ? collection(content) : undefined;
  }
}

function collection(content: MapContent | SeqContent): string | undefined {
  const texts: string[] = [];
  for (const item of content.items) {
    const text = item.before.comments.length > 0 ? undefined : itemText(item, content);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  const inner = texts.join(', ');
  if (content.kind === 'seq') return `[${inner}]`;
  return content.isBare ? inner : `{${inner}}`;
}

function itemText(item: Pair | Item, content: MapContent | SeqContent): string | undefined {
  const isBare = content.kind === 'map' && content.isBare;
  return 'key' in item ? pairText(item, isBare) : flat(item.value, { isInFlow: true });
}

function pairText({ key, hasColon, value, isExplicit }: Pair, isBare: boolean): string | undefined {
  const name = flat(key, { isInFlow: true });
  const text = flat(value, { isInFlow: true });
  if (name === undefined || text === undefined) return undefined;
  // Without braces and `:`, only the `?` distinguishes a pair from an item.
  const isSimple = key.content.kind === 'scalar' && (hasColon || !isBare);
  const start = isExplicit && !isSimple ? `? ${name}` : name;
  if (!hasColon) return start;
  return `${start}${key.content.kind === 'alias' ? ' ' : ''}:${text === '' ? '' : ` ${text}`}`;
}
