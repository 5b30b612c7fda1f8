import { TextDocument } from 'vscode-languageserver-textdocument';
import { readYaml, type YamlFile } from '../../policy/yaml/yaml-file.ts';

/** A file, and what was parsed of it. */
export interface SourceFile {
  /** Relative to the policy folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly yaml: YamlFile;
  /** The same text, for positions as the protocol counts them: lines and UTF-16 units from 0. */
  readonly document: TextDocument;
}

/** Files as they were parsed last: one that did not change is not parsed again. */
export class Sources {
  readonly #files = new Map<string, SourceFile>();

  file(path: string, bytes: Uint8Array): SourceFile {
    const known = this.#files.get(path);
    if (known !== undefined && isSame(known.bytes, bytes)) return known;
    const file = sourceFile(path, bytes);
    this.#files.set(path, file);
    return file;
  }

  /** Forgets the files that are no more. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#files.keys()) if (!paths.has(path)) this.#files.delete(path);
  }
}

/** A folder that is read again has the same text in other bytes. */
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
