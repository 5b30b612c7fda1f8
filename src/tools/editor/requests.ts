import {
  CodeActionKind,
  type Connection,
  type ServerCapabilities,
  type TextEdit,
} from 'vscode-languageserver';
import { format } from '../format/format.ts';
import type { RunCases } from './case-outcome.ts';
import { codeLenses, RUN_TEST, summary } from './code-lens.ts';
import { complete } from './completion.ts';
import { documentSymbols } from './document-symbols.ts';
import { hover } from './hover.ts';
import { definition, prepareRename, references, rename } from './navigation.ts';
import { quickFixes } from './quick-fix.ts';
import { testedOf, testOne } from './tested-folder.ts';
import type { Site, Workspace } from './workspace.ts';

/** What `answerRequests` answers. Only some editors know that a rename can be prepared. */
export const answered = (canPrepareRename: boolean): ServerCapabilities => ({
  completionProvider: { triggerCharacters: ['.', '/', ' ', '['] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: canPrepareRename ? { prepareProvider: true } : true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  documentSymbolProvider: true,
  documentFormattingProvider: true,
  codeLensProvider: {},
  executeCommandProvider: { commands: [RUN_TEST] },
});

interface Place {
  readonly textDocument: { readonly uri: string };
  readonly position: { readonly line: number; readonly character: number };
}

/** Answers what an editor asks about a place or a document of a policy folder; of another there is nothing to say. */
export function answerRequests(connection: Connection, workspace: Workspace, run: RunCases): void {
  const at = <P extends Place, R>(answer: (site: Site, offset: number, params: P) => R) => {
    return async (params: P): Promise<R | null> => {
      const site = await workspace.ready(params.textDocument.uri);
      return site === undefined ? null : answer(site, site.file.document.offsetAt(params.position), params);
    };
  };
  const of = <P extends Omit<Place, 'position'>, R>(answer: (site: Site, params: P) => R) => {
    return async (params: P): Promise<R | null> => {
      const site = await workspace.ready(params.textDocument.uri);
      return site === undefined ? null : answer(site, params);
    };
  };
  connection.onCompletion(at((site, offset) => [...complete(site, offset)]));
  connection.onHover(at((site, offset) => hover(workspace, site, offset)));
  connection.onDefinition(at((site, offset) => [...definition(workspace, site, offset)]));
  connection.onReferences(
    at((site, offset, { context }: Place & { context: { includeDeclaration: boolean } }) => [
      ...references(workspace, site, offset, context.includeDeclaration),
    ]),
  );
  connection.onPrepareRename(at((site, offset) => prepareRename(site, offset)));
  connection.onRenameRequest(
    at((site, offset, { newName }: Place & { newName: string }) => rename(workspace, site, offset, newName)),
  );
  connection.onCodeAction(async (params) => {
    const { textDocument, range, context } = params;
    const site = await workspace.ready(textDocument.uri);
    return site === undefined ? null : [...quickFixes(site, textDocument.uri, range, context.diagnostics)];
  });
  connection.onDocumentSymbol(of(({ file }) => [...documentSymbols(file)]));
  connection.onCodeLens(async ({ textDocument: { uri } }) => {
    const site = await workspace.ready(uri);
    if (site === undefined) return null;
    return [...codeLenses(site, uri, await testedOf(site.folder, site.dir, run))];
  });
  connection.onExecuteCommand(async ({ command, arguments: [uri, name] = [] }) => {
    if (command !== RUN_TEST || typeof uri !== 'string' || typeof name !== 'string') return null;
    const site = await workspace.ready(uri);
    const outcomes = site && (await testOne(site.folder, site.dir, name, run));
    if (outcomes === undefined) {
      connection.window.showErrorMessage('the folder has mistakes, and its tests cannot be run');
    } else {
      const told = `${name}: ${summary(outcomes)}`;
      const wrong = outcomes.find(({ differences }) => differences.length > 0);
      if (wrong === undefined) connection.window.showInformationMessage(told);
      else connection.window.showErrorMessage(`${told}: ${wrong.name}: ${wrong.differences.join('; ')}`);
    }
    return null;
  });
  connection.onDocumentFormatting(of(({ file }) => [...formatted(file)]));
}

/** The whole document in its one form; nothing where it has it, or is no YAML. */
function formatted({ path, bytes, document }: Site['file']): readonly TextEdit[] {
  const result = format(path, bytes);
  if (result.kind !== 'formatted' || !result.isChanged) return [];
  const end = document.positionAt(document.getText().length);
  return [{ range: { start: { line: 0, character: 0 }, end }, newText: result.text }];
}
