import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt';

/** Maximum size of a descriptor set. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Reason why a descriptor set cannot be used. */
export interface DescriptorProblem {
  readonly message: string;
  readonly help?: string;
}

/** Files that every descriptor set may import without containing them. */
const WELL_KNOWN = [
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  file_google_protobuf_descriptor,
  file_google_protobuf_source_context,
  file_google_protobuf_type,
  file_google_protobuf_api,
].map(({ proto }) => proto);

/** The types of a `FileDescriptorSet`, and the well-known types; the problem if it cannot be used. */
export function filesOf(
  bytes: Uint8Array,
):
  | { readonly files: FileRegistry; readonly problem?: undefined }
  | { readonly problem: DescriptorProblem; readonly files?: undefined } {
  if (bytes.length > MAX_BYTES) {
    return { problem: { message: `the descriptor set has more than ${MAX_BYTES / 1024 / 1024} MiB` } };
  }
  const set = decoded(bytes);
  if (set === undefined) {
    return { problem: { message: 'the file is not a valid `FileDescriptorSet`', help: BUILD } };
  }
  const problem = problemOf(set);
  if (problem !== undefined) return { problem };
  try {
    const files = createFileRegistry({ ...set, file: inOrder([...WELL_KNOWN, ...set.file]) });
    for (const each of files) if (each.kind === 'message') separateNames(each);
    return { files };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: { message: `the descriptor set is not consistent: ${reason}` } };
  }
}

const BUILD = 'build it with `buf build -o FILE.binpb`, or with `protoc --include_imports -o FILE.binpb`';

function decoded(bytes: Uint8Array): FileDescriptorSet | undefined {
  try {
    // Options of other packages, such as the rules of `buf.validate`, are fields that the library does not know.
    return fromBinary(FileDescriptorSetSchema, bytes);
  } catch {
    return undefined;
  }
}

function problemOf({ file }: FileDescriptorSet): DescriptorProblem | undefined {
  const hasMessages = file.some(({ messageType }) => messageType.length > 0);
  if (!hasMessages) return { message: 'the descriptor set has no messages', help: BUILD };
  const names = new Set([...file, ...WELL_KNOWN].map(({ name }) => name));
  for (const { name, dependency } of file) {
    const missing = dependency.find((each) => !names.has(each));
    if (missing === undefined) continue;
    return {
      message: `the descriptor set has \`${name}\`, but not its import \`${missing}\``,
      help: BUILD,
    };
  }
  return undefined;
}

/** The files, each after its imports; of two with one name, the last. */
function inOrder(given: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const byName = new Map(given.map((file) => [file.name, file]));
  const ordered = new Set<FileDescriptorProto>();
  const seen = new Set<FileDescriptorProto>();
  const visit = (file: FileDescriptorProto | undefined): void => {
    if (file === undefined || seen.has(file)) return;
    seen.add(file);
    for (const name of file.dependency) visit(byName.get(name));
    ordered.add(file);
  };
  for (const file of byName.values()) visit(file);
  return [...ordered];
}

/**
 * Gives fields that have the name of a member of every object another property. The library does so for most such
 * names; of the others, it would take the inherited function for the value of a message field.
 */
function separateNames(message: DescMessage): void {
  for (const field of message.fields) {
    if (field.localName in {}) {
      Object.assign(field, { localName: `${field.localName}$` });
    }
  }
}
