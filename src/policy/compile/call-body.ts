import { nearest } from '../../diagnostic/suggest.ts';
import type { GrpcServices } from '../../engine/grpc/grpc-services.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList } from '../../engine/request/json-value.ts';
import { suggestion } from '../language/fields.ts';
import { type Located, report } from '../language/reader.ts';

/** The bytes of a body with messages of the method at a path; undefined after a reported mistake. */
export type EncodeCall = (path: string, messages: Located<JsonValue>) => Uint8Array | undefined;

/** Encoder of calls to the methods of these services, with suggestions for misspelt methods and fields. */
export function callEncoder(services: readonly GrpcServices[]): EncodeCall {
  return (written, { value, at }) => {
    const [path = ''] = written.split('?');
    const owner = services.find((each) => each.methodAt(path) !== undefined);
    const method = owner?.methodAt(path);
    if (owner === undefined || method === undefined) {
      const paths = services.flatMap(({ methods }) => [...methods.keys()]);
      const message = `\`${path}\` is not a method of a descriptor set of the folder`;
      return report(at, 'unknown_reference', message, () => suggestion(path, paths));
    }
    if (isJsonList(value) && !method.isStream) {
      return report(at, 'wrong_type', `\`${path}\` takes one message, found a list`);
    }
    try {
      return owner.encode(method, isJsonList(value) ? value : [value]);
    } catch (error) {
      const { message, help } = misfit(error, owner);
      return report(at, 'wrong_type', message, help);
    }
  };
}

/** Finding of the library. Its texts begin with `cannot decode message TYPE from JSON: `. */
function misfit(
  error: unknown,
  { types }: GrpcServices,
): { readonly message: string; readonly help?: string } {
  const text = error instanceof Error ? error.message : String(error);
  const [, type = '', problem = text] =
    /^cannot decode (?:message|field) (\S+) from JSON: (.*)$/s.exec(text) ?? [];
  const message = `the message does not fit \`${type}\`: ${problem.replaceAll('"', '`')}`;
  const [, key] = /^key "(.*)" is unknown$/.exec(problem) ?? [];
  const near = key === undefined ? undefined : nearest(key, types.fieldsOf(type));
  return near === undefined ? { message } : { message, help: `did you mean \`${near}\`?` };
}
