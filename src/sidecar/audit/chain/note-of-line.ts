import { parseJson } from '../../../engine/request/json.ts';
import { isJsonObject } from '../../../engine/request/json-value.ts';

/** The signed checkpoint of a line; empty if it has none. */
export function noteOf(line: Uint8Array): string {
  const { value } = parseJson(Buffer.from(line.buffer, line.byteOffset, line.length).toString());
  const note = isJsonObject(value) ? value['checkpoint'] : undefined;
  return typeof note === 'string' ? note : '';
}
