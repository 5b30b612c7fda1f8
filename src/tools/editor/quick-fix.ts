import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range as LspRange,
} from 'vscode-languageserver';
import type { Fix } from '../../diagnostic/diagnostic.ts';
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
    const { fix } = diagnostic;
    if (fix === undefined) return [];
    return [
      {
        title: titleOf(fix, file.document.getText(rangeOf(fix, file.document))),
        kind: CodeActionKind.QuickFix,
        isPreferred: true,
        diagnostics: shown.filter(({ code, range: other }) => code === diagnostic.code && same(other, at)),
        edit: { changes: { [uri]: [{ range: rangeOf(fix, file.document), newText: fix.text }] } },
      },
    ];
  });
}

/** Longest text in a title, in UTF-16 units. */
const LONGEST = 60;

function titleOf({ text }: Fix, replaced: string): string {
  const shown = (part: string): string => {
    const line = part.trim().replaceAll(/\s+/g, ' ');
    return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  };
  return text.trim() === '' ? `Remove \`${shown(replaced)}\`` : `Write \`${shown(text)}\``;
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
