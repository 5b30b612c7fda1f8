import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Buffers } from './overlay.ts';

/** A document that is open in the editor. */
interface OpenDocument {
  /** In the spelling of the editor. */
  readonly uri: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** The documents that are open in the editor, saved or not. */
export class OpenDocuments {
  readonly #byUri = new Map<string, OpenDocument>();

  /** Sets the text of a document; false if its URI is not that of a file. */
  set(uri: string, text: string): boolean {
    const file = fileOf(uri);
    if (file === undefined) return false;
    this.#byUri.set(uri, { uri, file, bytes: new TextEncoder().encode(text) });
    return true;
  }

  delete(uri: string): void {
    this.#byUri.delete(uri);
  }

  /** Open documents of a folder by path, relative to the folder. */
  within(dir: string): Buffers {
    const buffers = new Map<string, Uint8Array>();
    for (const { file, bytes } of this.#byUri.values()) {
      const path = pathWithin(dir, file);
      if (path !== undefined) buffers.set(path, bytes);
    }
    return buffers;
  }

  /** URI of a file in the spelling of the editor, for which two spellings are two documents. */
  uriOf(file: string): string {
    for (const document of this.#byUri.values()) if (document.file === file) return document.uri;
    return pathToFileURL(file).href;
  }
}

/**
 * Path of a file URI; undefined for other URIs. On Windows, where editors write a drive as `c%3A` and as `C:`, it has the
 * drive in upper case, as the paths of the system have.
 */
export function fileOf(uri: string, windows = process.platform === 'win32'): string | undefined {
  try {
    const path = fileURLToPath(uri, { windows });
    return windows ? path.replace(/^[a-z]:/, (drive) => drive.toUpperCase()) : path;
  } catch {
    return undefined;
  }
}

/** Path of a file relative to a folder, with `/` as separator; undefined if the file is not in the folder. */
export function pathWithin(dir: string, file: string): string | undefined {
  const path = relative(dir, file);
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return path.split(sep).join('/');
}
