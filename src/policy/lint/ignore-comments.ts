import { CODES, type DiagnosticCode } from '../../diagnostic/codes.ts';
import { diagnose } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import type { Range } from '../../diagnostic/range.ts';
import { suggestion } from '../language/fields.ts';
import { isComment, spokenOf, type YamlPiece, yamlPieces } from '../yaml/yaml-comments.ts';
import { spanOf } from '../yaml/yaml-file.ts';

const WORD = 'lictor-ignore';

/** A file as far as its comments are read. */
interface Commented {
  readonly path: string;
  readonly lines: Lines;
}

/** `# lictor-ignore: CODE reason`, which silences a warning. */
interface IgnoreComment {
  readonly code: DiagnosticCode;
  readonly range: Range;
  /** The line that it speaks of. */
  readonly line: number;
}

/**
 * Takes the warnings out that a comment silences. With `isWhole` every warning was looked for, so that a comment that
 * silences none is told of; `unjudged` names those that were not looked for all the same.
 */
export function silence(
  files: readonly Commented[],
  found: readonly Diagnostic[],
  { isWhole, unjudged }: { readonly isWhole: boolean; readonly unjudged: readonly DiagnosticCode[] },
): readonly Diagnostic[] {
  let left = found;
  for (const file of files) {
    if (!file.lines.text.includes(WORD)) continue;
    const { comments, mistakes, firstLines } = readComments(file);
    const used = new Set<IgnoreComment>();
    left = left.filter(({ span, code, severity }) => {
      if (span.file !== file.path || severity !== 'warning') return true;
      const at = [span.start.line, firstLines.get(span.start.line)];
      const silencing = comments.filter((each) => each.code === code && at.includes(each.line));
      for (const each of silencing) used.add(each);
      return silencing.length === 0;
    });
    const unneeded = isWhole
      ? comments.filter((each) => !used.has(each) && !unjudged.includes(each.code))
      : [];
    const told = unneeded.map(({ code, range }) =>
      diagnose(
        'unneeded_ignore',
        spanOf(file, range),
        `there is no \`${code}\` here to silence`,
        'take the comment out',
      ),
    );
    left = [...left, ...mistakes, ...told];
  }
  return left;
}

interface Read {
  readonly comments: readonly IgnoreComment[];
  readonly mistakes: readonly Diagnostic[];
  /** Of lines within a value of several lines, the one on which it begins. */
  readonly firstLines: ReadonlyMap<number, number>;
}

function readComments(file: Commented): Read {
  const comments: IgnoreComment[] = [];
  const mistakes: Diagnostic[] = [];
  const firstLines = new Map<number, number>();
  for (const piece of yamlPieces(file.lines.text)) {
    if (isComment(piece)) readComment(piece, file, comments, mistakes);
    else if (piece.text.trim().includes('\n')) noteLines(piece.range, file.lines, firstLines);
  }
  return { comments, mistakes, firstLines };
}

/** Whether a comment speaks to `lictor check` of what stands on a line. */
export function isIgnoreComment(text: string): boolean {
  return /^#+\s*lictor-ignore\b/.test(text);
}

function readComment(
  { text, range }: YamlPiece,
  file: Commented,
  comments: IgnoreComment[],
  mistakes: Diagnostic[],
): void {
  const [, said] = /^#+\s*lictor-ignore\b:?(.*)$/.exec(text.trimEnd()) ?? [];
  if (said === undefined) return;
  const [code = '', ...reason] = said.trim().split(/\s+/);
  const refuse = (message: string, help: string | undefined): void => {
    mistakes.push(diagnose('invalid_ignore', spanOf(file, range), message, help));
  };
  const form = `write \`# ${WORD}: CODE reason\``;
  if (code === '') refuse('the comment names no warning', form);
  else if (!isCode(code)) refuse(`\`${code}\` is no warning`, suggestion(code, WARNINGS) ?? form);
  else if (CODES[code].severity === 'error') {
    refuse(`\`${code}\` is an error, and no error can be ignored`, 'only warnings can be silenced');
  } else if (UNSILENCED.has(code)) {
    refuse(`\`${code}\` cannot be silenced`, 'put the other comment right');
  } else if (reason.join('') === '') refuse('the comment gives no reason', form);
  else comments.push({ code, range, line: spokenOf(file.lines.position(range.start).line, file.lines) });
}

/** The header of a block scalar, and the key before it, stand on the line above the value. */
function noteLines({ start, end }: Range, lines: Lines, firstLines: Map<number, number>): void {
  const from = lines.position(start);
  const first = lines.text[start - 1] === '\n' ? from.line - 1 : from.line;
  for (let line = first + 1; line <= lines.position(end - 1).line; line++) firstLines.set(line, first);
}

function isCode(text: string): text is DiagnosticCode {
  return Object.hasOwn(CODES, text);
}

const UNSILENCED: ReadonlySet<DiagnosticCode> = new Set(['invalid_ignore', 'unneeded_ignore']);

const WARNINGS = Object.entries(CODES).flatMap(([code, { severity }]) => {
  return severity === 'warning' && isCode(code) && !UNSILENCED.has(code) ? [code] : [];
});
