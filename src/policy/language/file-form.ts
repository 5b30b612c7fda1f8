import type { Cursor, Tree } from '../yaml/tree.ts';
import { nonEmptyText, report, shape } from './reader.ts';
import { type Reader, shaped, shapeOf } from './shape.ts';

/** The text form, which is read as a mapping with the path. */
const path = shaped<never>(() => undefined, shapeOf(nonEmptyText));

/**
 * Reader of a mapping for which the path of a file is short. A valid text is a mapping by now, by `longForm`; `help` says
 * what else to write.
 */
export function fileOrMapping<T>(
  fields: Reader<T>,
  longForm: (value: Tree) => Tree,
  help: string,
): Reader<T> {
  const read: Reader<T> = (at: Cursor) =>
    at.tree.kind === 'mapping'
      ? fields(at)
      : report(at, 'wrong_type', `expected text or a mapping, found ${shape(at)}`, help);
  return shaped(read, { kind: 'either', of: [path, fields], longForm });
}
