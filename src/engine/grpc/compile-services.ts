import { type MessageRegistry, registryOf } from '../../protobuf/message-registry.ts';
import { compileRules } from '../protovalidate/compile-rules.ts';
import { GrpcServices, methodsOf } from './grpc-services.ts';

/** The services of a descriptor set, or what is wrong with its file and how to mend it. */
export type CompiledServices =
  | { readonly services: GrpcServices; readonly problem?: undefined }
  | { readonly problem: string; readonly help: string | undefined; readonly services?: undefined };

/** Help that says how a descriptor set is made. */
const BUILD =
  'build it with `buf build -o FILE`, or with `protoc --include_imports --descriptor_set_out=FILE`';

/** Fields of all messages of a descriptor set. */
const MOST_FIELDS = 20_000;

/** Services by registry. Policies of one descriptor set share them, so that a request decodes its body once for all. */
const known = new WeakMap<MessageRegistry, GrpcServices>();

/** The services of the bytes of a `FileDescriptorSet`, with the rules of their messages compiled. */
export function compileServices(bytes: Uint8Array): CompiledServices {
  if (isSource(bytes))
    return { problem: 'the file is a source of protobuf, and not a descriptor set', help: BUILD };
  const { registry: types, problem } = registryOf(bytes);
  if (types === undefined) return { problem: problem.message, help: problem.help };
  const before = known.get(types);
  if (before !== undefined) return { services: before };
  const methods = methodsOf(types.files);
  if (methods.size === 0) {
    const help = 'build it of the file that declares the `service`, with its imports';
    return { problem: 'the descriptor set has no service with a method', help };
  }
  const messages = [...types.files].filter((each) => each.kind === 'message');
  const fields = messages.reduce((sum, each) => sum + each.fields.length, 0);
  if (fields > MOST_FIELDS) {
    const problem = `the descriptor set has ${fields} fields, and at most ${MOST_FIELDS} are read`;
    return { problem, help: 'build it of the files of one service, with `buf build --path FILE`' };
  }
  const { rules, problem: found } = compileRules(
    types,
    Array.from(methods.values(), ({ input }) => input),
  );
  if (rules === undefined) {
    return {
      problem: `the rules of \`${found.owner}\` cannot be compiled: ${found.problem}`,
      help: undefined,
    };
  }
  const services = new GrpcServices(types, methods, rules);
  known.set(types, services);
  return { services };
}

/** True for the text of a `.proto` file. */
function isSource(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, 4_096));
  return !text.includes('\0') && /^\s*(?:syntax|edition|package|import|message|service)\b.*[;={]/m.test(text);
}
