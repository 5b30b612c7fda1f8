import type { MessageSupport } from './compile/folder.ts';
import type { PolicyFiles } from './yaml/policy-files.ts';

const NAME = 'protobuf';

/**
 * The compiler of descriptor sets, for a folder of which a file has the word `protobuf`. Its libraries take 60 ms and
 * 24 MiB, which folders without it do not pay for.
 */
export async function messageSupport({
  yaml,
}: Pick<PolicyFiles, 'yaml'>): Promise<MessageSupport | undefined> {
  const decoder = new TextDecoder();
  const isUsed = yaml.values().some((bytes) => decoder.decode(bytes).includes(NAME));
  return isUsed ? import('../engine/grpc/compile-services.ts') : undefined;
}
