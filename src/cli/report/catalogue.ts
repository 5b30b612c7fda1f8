import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { plainJson } from '../../policy/yaml/tree.ts';
import { readYaml } from '../../policy/yaml/yaml-file.ts';
import { readInput } from '../terminal/read-input.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Titles of the controls of a catalogue by identifier; empty for a control without a title. */
export type Catalogue = ReadonlyMap<string, string>;

/**
 * Reads a catalogue: a YAML or JSON mapping from identifiers of controls to their titles, or a list of identifiers. The
 * problem is a sentence about the file.
 */
export async function readCatalogue(
  path: string,
  terminal: Terminal,
): Promise<Catalogue | { readonly problem: string }> {
  const { bytes, problem } = await readInput(path, terminal);
  if (bytes === undefined) return { problem };
  const { documents, mistakes } = readYaml(path, bytes);
  const [mistake] = mistakes;
  if (mistake !== undefined) {
    const { line, column } = mistake.span.start;
    return { problem: `\`${path}:${line}:${column}\`: ${mistake.message}` };
  }
  const tree = documents[0]?.tree;
  const content = tree === undefined ? null : plainJson(tree);
  if (isJsonList(content) && content.every((each) => typeof each === 'string'))
    return new Map(content.map((id) => [id, '']));
  const entries = isJsonObject(content) ? Object.entries(content) : [];
  if (entries.length > 0 && entries.every(([, title]) => title === null || typeof title === 'string'))
    return new Map(entries.map(([id, title]) => [id, typeof title === 'string' ? title : '']));
  return { problem: `\`${path}\` is not a mapping from controls to their titles, nor a list of controls` };
}
