import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range as LspRange,
} from 'vscode-languageserver';
import type { Diagnostic as Told } from '../../diagnostic/diagnostic.ts';
import { rangeOf } from './diagnostics.ts';
import type { Site } from './workspace.ts';

/** What the help of the mistakes in a stretch of a file says to write, as edits. */
export function quickFixes(
  site: Site,
  uri: string,
  range: LspRange,
  shown: readonly Diagnostic[],
): readonly CodeAction[] {
  const { file, folder } = site;
  const told = folder.judged?.diagnostics ?? [];
  return told.flatMap((diagnostic): CodeAction[] => {
    const place = rangeOf(diagnostic.span, file.document);
    if (diagnostic.span.file !== file.path || !touches(place, range)) return [];
    const newText = replacement(diagnostic, file.document.getText(place));
    if (newText === undefined) return [];
    return [
      {
        title: `Write \`${newText}\``,
        kind: CodeActionKind.QuickFix,
        isPreferred: true,
        diagnostics: shown.filter(({ code, range: other }) => code === diagnostic.code && same(other, place)),
        edit: { changes: { [uri]: [{ range: place, newText }] } },
      },
    ];
  });
}

/** Of which the whole is to be replaced. */
const WHOLE = /^(?:put it in quotes|write a list|write it as a list): `([^`]+)`$/;
const PART = /^(?:did you mean|write) `([^`]+)`\??$/;

/** The text to stand in the place of `written`; undefined: the help is no such help, or of another place. */
export function replacement({ message, help = '' }: Told, written: string): string | undefined {
  const own = help.replace(/; the template is adopted at .*$/, '');
  const whole = WHOLE.exec(own)?.[1];
  if (whole !== undefined) return whole;
  const wanted = PART.exec(own)?.[1];
  if (wanted === undefined || written === '' || /: |\.\.\./.test(wanted)) return undefined;
  const wrong = [...message.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  // What the message names is the part of the place that is wrong: `raed` of `orders/raed`, also within quotes.
  const part = wrong.findLast((text) => written.includes(text));
  if (part !== undefined) {
    const at = written.lastIndexOf(part);
    return written.slice(0, at) + wanted + written.slice(at + part.length);
  }
  // The message names all of `request.metod`, and the place is its end.
  const before = wanted.slice(0, wanted.lastIndexOf('.') + 1);
  return wrong.includes(before + written) ? wanted.slice(before.length) : undefined;
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
