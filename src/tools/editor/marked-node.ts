import { type DocumentNode, documentNodes } from './document-nodes.ts';
import { MARKER } from './proposal.ts';
import { type SourceFile, sourceFile } from './sources.ts';

/** The key or value at an offset of a text that is being written, with the marker at the offset. */
export function markedNode({ path, yaml }: SourceFile, offset: number): DocumentNode | undefined {
  const { text } = yaml.lines;
  return markedIn(path, `${text.slice(0, offset)}${MARKER}${text.slice(offset)}`);
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
