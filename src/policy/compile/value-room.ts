import { thousands } from '../../diagnostic/thousands.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';

/** Most values of the files of a folder together: those of YAML, and those of JSON that documents refer to. */
export const MOST_FOLDER_VALUES = 1_000_000;

export const TOO_MANY_VALUES = `the folder has more than ${thousands(MOST_FOLDER_VALUES)} values`;

/** Room for values, each of which takes some hundred bytes while a folder is compiled. */
export interface ValueRoom {
  left: number;
}

/** Takes room for values; false if there is none left. */
export function takeValues(room: ValueRoom, values: number): boolean {
  room.left -= values;
  return room.left >= 0;
}

/** The number of values in a value, itself included. */
export function countValues(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Object.values<JsonValue>(value)) count += countValues(member);
  return count;
}
