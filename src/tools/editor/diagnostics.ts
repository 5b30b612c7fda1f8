import {
  DiagnosticSeverity,
  type Diagnostic as LspDiagnostic,
  type Range as LspRange,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic, Position, Span } from '../../diagnostic/diagnostic.ts';
import { fullText } from '../../diagnostic/full-text.ts';
import { packageFile } from '../../node/package-file.ts';
import type { FoundDiagnostics } from './edited-folder.ts';
import { type Sources, textDocument } from './sources.ts';

const REFERENCE = packageFile('docs/diagnostics.md').href;

/** Diagnostics of a folder by file, in the form of the protocol. Those of the folder itself are in its first file. */
export function diagnosticsByFile(
  { files, diagnostics }: FoundDiagnostics,
  sources: Sources,
): ReadonlyMap<string, readonly LspDiagnostic[]> {
  const byFile = new Map<string, LspDiagnostic[]>();
  const documents = new Map<string, TextDocument>();
  const [first] = files.yaml.keys();
  for (const diagnostic of diagnostics) {
    const path = diagnostic.span.file === '' ? first : diagnostic.span.file;
    if (path === undefined) continue;
    const document = documents.get(path) ?? documentAt(path, files, sources);
    documents.set(path, document);
    const list = byFile.get(path) ?? [];
    list.push(lspDiagnostic(diagnostic, document));
    byFile.set(path, list);
  }
  return byFile;
}

function documentAt(path: string, files: FoundDiagnostics['files'], sources: Sources): TextDocument {
  const bytes = files.yaml.get(path);
  if (bytes !== undefined) return sources.file(path, bytes).document;
  const found = files.read('', path);
  return textDocument(found.problem === undefined ? new TextDecoder().decode(found.bytes) : '');
}

function lspDiagnostic(diagnostic: Diagnostic, document: TextDocument): LspDiagnostic {
  const { code, severity, span } = diagnostic;
  return {
    range: rangeOf(span, document),
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    codeDescription: { href: `${REFERENCE}#${code}` },
    source: 'lictor',
    message: fullText(diagnostic),
  };
}

/** Range of a span in lines and UTF-16 units from 0; a span counts lines and code points from 1. */
export function rangeOf({ start, end }: Pick<Span, 'start' | 'end'>, document: TextDocument): LspRange {
  return { start: positionOf(start, document), end: positionOf(end, document) };
}

function positionOf({ line, column }: Position, document: TextDocument): LspRange['start'] {
  const start = { line: line - 1, character: 0 };
  const text = document.getText({ start, end: { line, character: 0 } });
  let character = 0;
  for (let left = column - 1; left > 0 && character < text.length; left--) {
    character += (text.codePointAt(character) ?? 0) > 0xffff ? 2 : 1;
  }
  return { line: line - 1, character };
}
