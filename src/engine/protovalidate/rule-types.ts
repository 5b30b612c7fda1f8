import { createFileRegistry, type FileRegistry } from '@bufbuild/protobuf';
import { file_buf_validate_validate as standard } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { MessageRegistry } from '../../protobuf/message-registry.ts';
import { maker } from '../../recipe/recipe.ts';

/** The files of the standard rules, with those that they import. */
function standardFiles(): FileRegistry {
  return createFileRegistry(standard.proto, (name) =>
    standard.dependencies.find(({ proto }) => proto.name === name),
  );
}

/**
 * The types of a descriptor set together with those of the standard rules, of the version that is known here: a
 * descriptor set can have an older one.
 */
export const ruleTypes = maker(
  'protovalidate.types',
  ({ files }: { readonly files: FileRegistry }): MessageRegistry =>
    new MessageRegistry(createFileRegistry(files, standardFiles())),
);
