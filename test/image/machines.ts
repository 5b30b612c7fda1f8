import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImageConfig } from './layout-reader.ts';

/** `e_machine` in the header of ELF files (elf(5)), and the emulator of Debian's `qemu-user-static`. */
const MACHINES: Readonly<Record<string, { readonly code: number; readonly emulator: string }>> = {
  amd64: { code: 62, emulator: 'qemu-x86_64-static' },
  arm64: { code: 183, emulator: 'qemu-aarch64-static' },
};

const MAGIC = Buffer.from('\x7fELF', 'latin1');

/** Number of ELF files in an unpacked image; throws if one is of another machine. */
export async function machineFiles(root: string, architecture: string): Promise<number> {
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  let count = 0;
  for (const each of names) {
    if (!each.isFile()) continue;
    const path = join(each.parentPath, each.name);
    const bytes = await readFile(path);
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) continue;
    count += 1;
    const machine = bytes.readUInt16LE(18);
    if (machine !== MACHINES[architecture]?.code) throw new Error(`${path} is of the machine ${machine}`);
  }
  return count;
}

/** Output of `lictor --version` in an image of another architecture; undefined where its emulator is not installed. */
export async function versionByEmulator(
  root: string,
  { architecture, config }: ImageConfig,
): Promise<string | undefined> {
  const emulator = MACHINES[architecture]?.emulator ?? '';
  const [program = '', ...args] = config.Entrypoint.map((each) => join(root, each));
  try {
    const { stdout } = await promisify(execFile)(emulator, ['-L', root, program, ...args, '--version']);
    return stdout.trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
