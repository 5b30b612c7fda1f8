import { TextDocument } from 'vscode-languageserver-textdocument';
import { readYaml, type YamlFile } from '../../policy/yaml/yaml-file.ts';

/** A file and its parsed content. */
export interface SourceFile {
  /** Relative to the policy folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly yaml: YamlFile;
  /** The same text, for positions as the protocol counts them: lines and UTF-16 units from 0. */
  readonly document: TextDocument;
}

/** Cache of parsed files. A file that did not change is not parsed again. */
export class Sources {
  readonly #files = new Map<string, SourceFile>();

  file(path: string, bytes: Uint8Array): SourceFile {
    const cached = this.#files.get(path);
    if (cached !== undefined && isSame(cached.bytes, bytes)) return cached;
    const file = sourceFile(path, bytes);
    this.#files.set(path, file);
    return file;
  }

  /** Removes all other files from the cache. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#files.keys()) if (!paths.has(path)) this.#files.delete(path);
  }
}

/** True for equal content. Reading a folder again gives new arrays with the same content. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.byteLength === b.byteLength && Buffer.compare(a, b) === 0);
}

export function sourceFile(path: string, bytes: Uint8Array): SourceFile {
  const yaml = readYaml(path, bytes);
  return { path, bytes, yaml, document: textDocument(yaml.lines.text) };
}

export function textDocument(text: string): TextDocument {
  return TextDocument.create('', 'yaml', 0, text);
}
