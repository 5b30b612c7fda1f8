import {
  type CancellationToken,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  type InlayHintParams,
  LSPErrorCodes,
  ResponseError,
  type SelectionRangeParams,
  type ServerCapabilities,
  type TextEdit,
} from 'vscode-languageserver';
import { format } from '../format/format.ts';
import { codeLenses, EXPLAIN_CASE, RUN_TEST } from './code-lens.ts';
import { answerCommands, type TestRunner } from './commands.ts';
import { complete } from './completion.ts';
import { documentSymbols } from './document-symbols.ts';
import { signatureHelp } from './expression-calls.ts';
import { documentHighlights } from './highlights.ts';
import { hover } from './hover.ts';
import { inlayHints } from './inlay-hints.ts';
import { definition, prepareRename, references, rename } from './navigation.ts';
import { quickFixes } from './quick-fix.ts';
import { foldingRanges, selectionRange } from './ranges.ts';
import { semanticTokens, TOKEN_TYPES } from './semantic-tokens.ts';
import { testResults } from './test-results.ts';
import { nextTurn } from './turns.ts';
import type { Site, Workspace } from './workspace.ts';
import { workspaceSymbols } from './workspace-symbols.ts';

/** Capabilities for the requests that `answerRequests` handles. Not all editors support `prepareRename`. */
export const capabilitiesFor = (canPrepareRename: boolean): ServerCapabilities => ({
  completionProvider: { triggerCharacters: ['.', '/', ' ', '[', '"', "'"] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: canPrepareRename ? { prepareProvider: true } : true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  documentHighlightProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  inlayHintProvider: true,
  semanticTokensProvider: { legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [] }, full: true },
  documentFormattingProvider: true,
  codeLensProvider: {},
  executeCommandProvider: { commands: [RUN_TEST, EXPLAIN_CASE] },
});

/** Answer to a request that the editor no longer needs. */
const CANCELLED = new ResponseError(LSPErrorCodes.RequestCancelled, 'the request was cancelled');

/** Abilities of the editor, known after its first message. */
export interface EditorAbilities {
  readonly hasSnippets: boolean;
  /** True if it shows the answer to `lictor.why` in a document of its own. */
  readonly showsExplanations: boolean;
}

interface PositionParams {
  readonly textDocument: { readonly uri: string };
  readonly position: { readonly line: number; readonly character: number };
}

/** Handles the requests about documents of a policy folder, and positions in them. The answer is null for others. */
export function answerRequests(
  connection: Connection,
  workspace: Workspace,
  tests: TestRunner,
  abilities: () => EditorAbilities,
): void {
  const of = <P extends Omit<PositionParams, 'position'>, R>(answer: (site: Site, params: P) => R) => {
    return async (params: P, token: CancellationToken): Promise<R | null | ResponseError> => {
      await workspace.ready(params.textDocument.uri);
      // The text may have changed, and a cancellation that was sent with the request arrives after it.
      await nextTurn();
      if (token.isCancellationRequested) return CANCELLED;
      const site = workspace.site(params.textDocument.uri);
      return site === undefined ? null : answer(site, params);
    };
  };
  const at = <P extends PositionParams, R>(answer: (site: Site, offset: number, params: P) => R) =>
    of((site, params: P) => answer(site, site.file.document.offsetAt(params.position), params));
  connection.onCompletion(
    at((site, offset) => [...complete(site, offset, { hasSnippets: abilities().hasSnippets })]),
  );
  connection.onHover(at((site, offset) => hover(workspace, site, offset, tests.run)));
  connection.onDefinition(at((site, offset) => [...definition(workspace, site, offset)]));
  connection.onReferences(
    at((site, offset, { context }: PositionParams & { context: { includeDeclaration: boolean } }) => [
      ...references(workspace, site, offset, context.includeDeclaration),
    ]),
  );
  connection.onPrepareRename(at((site, offset) => prepareRename(site, offset)));
  connection.onRenameRequest(
    at((site, offset, { newName }: PositionParams & { newName: string }) =>
      rename(workspace, site, offset, newName),
    ),
  );
  connection.onCodeAction(
    of((site, { textDocument, range, context }: CodeActionParams) => [
      ...quickFixes(site, textDocument.uri, range, context.diagnostics),
    ]),
  );
  connection.onDocumentHighlight(at((site, offset) => [...documentHighlights(site, offset)]));
  connection.onSignatureHelp(at((site, offset) => signatureHelp(site, offset)));
  connection.onFoldingRanges(of(({ file }) => [...foldingRanges(file)]));
  connection.onSelectionRanges(
    of(({ file }, { positions }: SelectionRangeParams) =>
      positions.map((position) => selectionRange(file, file.document.offsetAt(position))),
    ),
  );
  connection.languages.inlayHint.on(of((site, { range }: InlayHintParams) => [...inlayHints(site, range)]));
  connection.languages.semanticTokens.on(async (params, token) => {
    const tokens = await of(({ file }) => semanticTokens(file))(params, token);
    return tokens ?? { data: [] };
  });
  connection.onWorkspaceSymbol(async ({ query }, token) => {
    await workspace.allReady();
    await nextTurn();
    return token.isCancellationRequested ? CANCELLED : [...workspaceSymbols(workspace, query)];
  });
  connection.onDocumentSymbol(of(({ file }) => [...documentSymbols(file)]));
  connection.onCodeLens(async ({ textDocument: { uri } }, token) => {
    const site = await workspace.ready(uri);
    await nextTurn();
    if (token.isCancellationRequested) return CANCELLED;
    if (site === undefined) return null;
    return [...codeLenses(site, uri, await testResults(site.folder, site.dir, tests.run))];
  });
  answerCommands(connection, workspace, tests, () => abilities().showsExplanations);
  connection.onDocumentFormatting(of(({ file }) => [...formattingEdits(file)]));
}

/** Edit that replaces the whole document by its canonical layout; none if it has that layout or is not valid YAML. */
function formattingEdits({ path, bytes, document }: Site['file']): readonly TextEdit[] {
  const result = format(path, bytes);
  if (result.kind !== 'formatted' || !result.isChanged) return [];
  const end = document.positionAt(document.getText().length);
  return [{ range: { start: { line: 0, character: 0 }, end }, newText: result.text }];
}
