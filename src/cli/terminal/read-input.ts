import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stdin } from 'node:process';
import { errorCode } from '../../diagnostic/system-error.ts';
import type { Terminal } from './terminal.ts';

export type Input =
  | { readonly bytes: Uint8Array; readonly problem?: undefined }
  | { readonly problem: string; readonly bytes?: undefined };

/** Reads a file, or standard input for `-`. */
export async function readInput(path: string, terminal: Terminal): Promise<Input> {
  if (path === '-') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return { bytes: Buffer.concat(chunks) };
  }
  try {
    return { bytes: await readFile(resolve(terminal.directory, path)) };
  } catch (error) {
    const code = errorCode(error);
    return {
      problem: code === 'ENOENT' ? `\`${path}\` does not exist` : `\`${path}\` cannot be read (${code})`,
    };
  }
}
