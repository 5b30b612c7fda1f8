import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { protoSource } from './proto-source.ts';
import { scratchFolder } from './scratch-folder.ts';

const BUF = join(dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')), 'bin/buf');
const run = promisify(execFile);

/** A `FileDescriptorSet` of `.proto` files by their paths, which may import `buf/validate/validate.proto`. */
export async function descriptorSet(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  const all = { ...files, 'buf/validate/validate.proto': protoSource(file_buf_validate_validate) };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await writeFile(join(folder, 'buf.yaml'), 'version: v2\n');
  const args = ['build', '--exclude-source-info', '--output', '-#format=binpb'];
  for (const path of Object.keys(files)) args.push('--path', path);
  const { stdout } = await run(BUF, args, { cwd: folder, encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
