import { posix } from 'node:path';
import { nearest } from '../../diagnostic/suggest.ts';

/** Most files of a folder that are compared. */
const MOST_FILES = 10_000;

/**
 * The reference that was probably meant by one to a file that does not exist: the file of the same name in another
 * folder, or the one with a similar name. Undefined if there is no single such file.
 */
export function nearFile(fromFile: string, reference: string, paths: Iterable<string>): string | undefined {
  const [stem, ending] = parts(reference);
  const files = [...paths].slice(0, MOST_FILES).filter((path) => parts(path)[1] === ending);
  const same = files.filter((path) => parts(path)[0] === stem);
  const name = same.length > 0 ? stem : nearest(stem, new Set(files.map((path) => parts(path)[0])));
  const [file, other] = name === undefined ? [] : files.filter((path) => parts(path)[0] === name);
  return file === undefined || other !== undefined
    ? undefined
    : posix.relative(posix.dirname(fromFile), file);
}

/** A name such as `order.schema.json`, without its folder, as `order` and `.schema.json`. */
function parts(path: string): readonly [stem: string, ending: string] {
  const name = posix.basename(path);
  const dot = name.indexOf('.');
  return dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
}
