import { CODES, type DiagnosticCode } from '../../diagnostic/codes.ts';
import { diagnose, MOST_DIAGNOSTICS } from '../../diagnostic/collect.ts';
import type { Diagnostic, Fix } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { suggestion } from '../language/fields.ts';
import { commentedLine, isComment, type YamlPiece, yamlPieces } from '../yaml/yaml-comments.ts';
import { spanOf } from '../yaml/yaml-file.ts';

const WORD = 'lictor-ignore';

/** The text of a file, for reading its comments. */
interface Commented {
  readonly path: string;
  readonly lines: Lines;
}

/** `# lictor-ignore: CODE reason`, which silences a warning. */
interface IgnoreComment {
  readonly code: DiagnosticCode;
  readonly range: Range;
  /** The line whose warnings it silences. */
  readonly line: number;
}

/**
 * The diagnostics without the warnings that a comment silences. With `isWhole` lint was run, and a comment that
 * silences nothing is reported, except for the codes in `unchecked`, which lint did not look for.
 */
export function silence(
  files: readonly Commented[],
  found: readonly Diagnostic[],
  { isWhole, unchecked }: { readonly isWhole: boolean; readonly unchecked: readonly DiagnosticCode[] },
): readonly Diagnostic[] {
  let left = found;
  for (const file of files) {
    if (!file.lines.text.includes(WORD)) continue;
    const { comments, mistakes, firstLines } = readComments(file);
    const silent = new Set(comments.map(placeOf));
    const used = new Set<string>();
    left = left.filter(({ span, code, severity }) => {
      if (span.file !== file.path || severity !== 'warning') return true;
      const { line } = span.start;
      const places = [line, firstLines.get(line) ?? line].map((each) => placeOf({ code, line: each }));
      const silencing = places.filter((place) => silent.has(place));
      for (const place of silencing) used.add(place);
      return silencing.length === 0;
    });
    const unneeded = isWhole
      ? comments.filter((each) => !used.has(placeOf(each)) && !unchecked.includes(each.code))
      : [];
    const warnings = unneeded
      .slice(0, MOST_DIAGNOSTICS)
      .map(({ code, range }) =>
        diagnose(
          'unneeded_ignore',
          spanOf(file, range),
          `there is no warning \`${code}\` to silence`,
          'remove the comment',
        ),
      );
    left = [...left, ...mistakes.slice(0, MOST_DIAGNOSTICS), ...warnings];
  }
  return left;
}

/** A warning on a line, as a key. */
function placeOf({ code, line }: Pick<IgnoreComment, 'code' | 'line'>): string {
  return `${code} ${line}`;
}

interface FileComments {
  readonly comments: readonly IgnoreComment[];
  readonly mistakes: readonly Diagnostic[];
  /** First line of a value of several lines, by each of its other lines. */
  readonly firstLines: ReadonlyMap<number, number>;
}

function readComments(file: Commented): FileComments {
  const comments: IgnoreComment[] = [];
  const mistakes: Diagnostic[] = [];
  const firstLines = new Map<number, number>();
  for (const piece of yamlPieces(file.lines.text)) {
    if (isComment(piece)) readComment(piece, file, comments, mistakes);
    else if (piece.text.trim().includes('\n')) noteLines(piece.range, file.lines, firstLines);
  }
  return { comments, mistakes, firstLines };
}

/** True if a comment is a `lictor-ignore` comment. */
export function isIgnoreComment(text: string): boolean {
  return /^#+\s*lictor-ignore\b/.test(text);
}

function readComment(
  { text, range }: YamlPiece,
  file: Commented,
  comments: IgnoreComment[],
  mistakes: Diagnostic[],
): void {
  const [, content] = /^#+\s*lictor-ignore\b:?(.*)$/.exec(text.trimEnd()) ?? [];
  if (content === undefined) return;
  const [code = '', ...reason] = content.trim().split(/\s+/);
  const addMistake = (message: string, help: string | undefined, fix?: Fix): void => {
    mistakes.push(diagnose('invalid_ignore', spanOf(file, range), message, help, fix));
  };
  const form = `write \`# ${WORD}: CODE reason\``;
  if (code === '') addMistake('the comment names no warning', form);
  else if (!isCode(code)) {
    const near = nearest(code, WARNINGS);
    const first = range.start + text.indexOf(code);
    const { start, end } = spanOf(file, { start: first, end: first + code.length });
    const fix = near === undefined ? undefined : { start, end, text: near, isCertain: false };
    addMistake(`unknown warning \`${code}\``, suggestion(code, WARNINGS) ?? form, fix);
  } else if (CODES[code].severity === 'error') {
    addMistake(`\`${code}\` is an error, and errors cannot be silenced`, 'fix the error');
  } else if (UNSILENCED.has(code)) {
    addMistake(`\`${code}\` cannot be silenced`, 'fix or remove the other comment');
  } else if (reason.join('') === '') addMistake('the comment gives no reason', form);
  else comments.push({ code, range, line: commentedLine(file.lines.position(range.start).line, file.lines) });
}

/** Records the lines of a value. For a block scalar the first line is the one above, with its key and header. */
function noteLines({ start, end }: Range, lines: Lines, firstLines: Map<number, number>): void {
  const from = lines.position(start);
  const first = lines.text[start - 1] === '\n' ? from.line - 1 : from.line;
  const last = lines.position(end - 1).line;
  for (let line = first + 1; line <= last; line++) firstLines.set(line, first);
}

function isCode(text: string): text is DiagnosticCode {
  return Object.hasOwn(CODES, text);
}

const UNSILENCED: ReadonlySet<DiagnosticCode> = new Set(['invalid_ignore', 'unneeded_ignore']);

const WARNINGS = Object.entries(CODES).flatMap(([code, { severity }]) => {
  return severity === 'warning' && isCode(code) && !UNSILENCED.has(code) ? [code] : [];
});
