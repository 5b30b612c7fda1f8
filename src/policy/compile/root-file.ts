/** File at the root of a policy folder, which `lictor init` writes. It holds policy documents, or comments only. */
export const ROOT_FILE = 'lictor.yaml';

/** True if a text has policy documents. It need not be valid YAML. */
export function isPolicyText(text: string): boolean {
  return /^apiVersion:[ \t]*["']?lictor\//m.test(text);
}

/** True if a `lictor.yaml` with this text marks the root: the settings of `lictor serve` may have the same name. */
export function marksRoot(text: string): boolean {
  return isPolicyText(text) || text.split('\n').every((line) => /^(?:---)?\s*(?:#.*)?$/.test(line));
}
