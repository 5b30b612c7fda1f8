import { type DocumentNode, documentNodes } from './document-nodes.ts';
import { MARKER } from './proposal.ts';
import { type SourceFile, sourceFile } from './sources.ts';

/** The key or value at an offset of a text that is being written, with the marker at the offset. */
export function markedNode({ path, yaml }: SourceFile, offset: number): DocumentNode | undefined {
  for (const text of marked(yaml.lines.text, offset, MARKER)) {
    const node = markedIn(path, text);
    if (node !== undefined) return node;
  }
  return undefined;
}

/** A text with a word at an offset: as it is, and with the quotes and brackets closed that the line leaves open. */
export function marked(text: string, offset: number, word: string): readonly string[] {
  const before = text.slice(0, offset);
  const after = text.slice(offset);
  const closing = closingOf(before.slice(before.lastIndexOf('\n') + 1));
  const isAlone = /^[ \t\r]*(?:\n|$)/.test(after);
  const plain = `${before}${word}${after}`;
  return closing === '' || !isAlone ? [plain] : [plain, `${before}${word}${closing}${after}`];
}

/** The quotes and brackets that close what a line of YAML opens. */
function closingOf(line: string): string {
  const open: string[] = [];
  let quote = '';
  // A quote within an unquoted value is a part of it.
  let isStart = true;
  for (const char of line) {
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (isStart && (char === '"' || char === "'")) quote = char;
    else if (char === '{') open.push('}');
    else if (char === '[') open.push(']');
    else if (char === open.at(-1)) open.pop();
    if (char !== ' ') isStart = ':,[{-'.includes(char);
  }
  return quote + open.toReversed().join('');
}

/** The key or value that has the marker in a text. */
export function markedIn(path: string, text: string): DocumentNode | undefined {
  return documentNodes(sourceFile(path, new TextEncoder().encode(text)).yaml).find(isMarked);
}

const MARKED_KEY = new RegExp(`${MARKER}[\\w-]*$`);

function isMarked(node: DocumentNode): boolean {
  // YAML joins a word without a colon and the line below it to one key, so the marker must be at its end.
  if (node.kind === 'key') return MARKED_KEY.test(node.name);
  return node.tree.kind === 'scalar' && String(node.tree.value).includes(MARKER);
}
