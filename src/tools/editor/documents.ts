import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Buffers } from './overlay.ts';

/** A document that is open in the editor. */
interface OpenDocument {
  /** As the editor writes it. */
  readonly uri: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What is open in the editor, saved or not. */
export class OpenDocuments {
  readonly #byUri = new Map<string, OpenDocument>();

  /** Takes the text of a document; false: it is no file. */
  set(uri: string, text: string): boolean {
    const file = fileOf(uri);
    if (file === undefined) return false;
    this.#byUri.set(uri, { uri, file, bytes: new TextEncoder().encode(text) });
    return true;
  }

  delete(uri: string): void {
    this.#byUri.delete(uri);
  }

  /** Those in a folder, by their path in it. */
  within(dir: string): Buffers {
    const buffers = new Map<string, Uint8Array>();
    for (const { file, bytes } of this.#byUri.values()) {
      const path = pathWithin(dir, file);
      if (path !== undefined) buffers.set(path, bytes);
    }
    return buffers;
  }

  /** A file as the editor calls it: two spellings of one name are two documents to it. */
  uriOf(file: string): string {
    for (const document of this.#byUri.values()) if (document.file === file) return document.uri;
    return pathToFileURL(file).href;
  }
}

/** The path of a file; undefined: the URI is of something else. */
export function fileOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** The path of a file relative to a folder, with `/` between the parts; undefined: it is elsewhere. */
export function pathWithin(dir: string, file: string): string | undefined {
  const path = relative(dir, file);
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return path.split(sep).join('/');
}
