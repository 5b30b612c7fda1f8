import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range as LspRange,
} from 'vscode-languageserver';
import type { Diagnostic as PolicyDiagnostic } from '../../diagnostic/diagnostic.ts';
import { rangeOf } from './diagnostics.ts';
import type { Site } from './workspace.ts';

/** Edits that the help of the diagnostics in a range suggests. `shown` are the diagnostics that the editor sent. */
export function quickFixes(
  site: Site,
  uri: string,
  range: LspRange,
  shown: readonly Diagnostic[],
): readonly CodeAction[] {
  const { file, folder } = site;
  const diagnostics = folder.latest?.diagnostics ?? [];
  return diagnostics.flatMap((diagnostic): CodeAction[] => {
    const at = rangeOf(diagnostic.span, file.document);
    if (diagnostic.span.file !== file.path || !touches(at, range)) return [];
    const newText = replacement(diagnostic, file.document.getText(at));
    if (newText === undefined) return [];
    return [
      {
        title: `Write \`${newText}\``,
        kind: CodeActionKind.QuickFix,
        isPreferred: true,
        diagnostics: shown.filter(({ code, range: other }) => code === diagnostic.code && same(other, at)),
        edit: { changes: { [uri]: [{ range: at, newText }] } },
      },
    ];
  });
}

/** Help whose text replaces the whole range of the diagnostic. */
const WHOLE = /^(?:put it in quotes|write a list|write it as a list): `([^`]+)`$/;
/** Help whose text may replace only a part of the range. */
const PART = /^(?:did you mean|write) `([^`]+)`\??$/;

/** Replacement for `written`, the text of the range; undefined if the help suggests none, or one for another range. */
export function replacement({ message, help = '' }: PolicyDiagnostic, written: string): string | undefined {
  const suggestion = help.replace(/; the template is adopted at .*$/, '');
  const whole = WHOLE.exec(suggestion)?.[1];
  if (whole !== undefined) return whole;
  const correct = PART.exec(suggestion)?.[1];
  if (correct === undefined || written === '' || /: |\.\.\./.test(correct)) return undefined;
  const quoted = [...message.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  // The message quotes the wrong part of the range: `raed` of `orders/raed`, also within quotes.
  const part = quoted.findLast((text) => written.includes(text));
  if (part !== undefined) {
    const at = written.lastIndexOf(part);
    return written.slice(0, at) + correct + written.slice(at + part.length);
  }
  // The message quotes all of `request.metod`, and the range is its end.
  const before = correct.slice(0, correct.lastIndexOf('.') + 1);
  return quoted.includes(before + written) ? correct.slice(before.length) : undefined;
}

function touches(a: LspRange, b: LspRange): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function same(a: LspRange, b: LspRange): boolean {
  return a.start.line === b.start.line && a.start.character === b.start.character && !isBefore(a.end, b.end);
}

function isBefore(a: LspRange['start'], b: LspRange['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
