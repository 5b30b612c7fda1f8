import type { Range } from '../../diagnostic/range.ts';

/** The parts of a text in `match`, such as `GET|HEAD /api/**`, in units of the text. */
export interface MatchParts {
  readonly methods: readonly Range[];
  readonly path: Range | undefined;
}

/** A path, which does not hold a second one: `/a,/b`. */
const PATH = '/(?:(?![,|]/)\\S)*';
/** Letters of either case, so that `get` is reported as a method in lower case. */
const WORDS = '[A-Za-z][A-Za-z-]*(?:\\|[A-Za-z][A-Za-z-]*)*';
const FORM = new RegExp(`^(?:(${WORDS})(?: (?=/)|$))?(${PATH})?$`);

/** JSON Schema's pattern of the texts. */
export const MATCH_TEXT_PATTERN = `^(?=.)(?:${WORDS.replaceAll('A-Za-z', 'A-Z')}(?: (?=/)|$))?(?:${PATH})?$`;

/** The parts of a text; undefined if it does not have the form of methods, a path, or both with one space between. */
export function matchParts(text: string): MatchParts | undefined {
  const [all, words = '', path] = FORM.exec(text) ?? [];
  if (all === undefined || all === '') return undefined;
  const methods = [...words.matchAll(/[^|]+/g)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
  }));
  const start = text.length - (path ?? '').length;
  return { methods, path: path === undefined ? undefined : { start, end: text.length } };
}
