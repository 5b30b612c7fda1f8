import type { Readable, Writable } from 'node:stream';
import {
  createConnection,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { TestRunner } from './commands.ts';
import { fileOf } from './documents.ts';
import { answerRequests, capabilitiesFor, type EditorAbilities } from './requests.ts';
import { Workspace } from './workspace.ts';

export interface LanguageServerOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly version: string;
  /** The policy folders; if empty, those of the editor's workspace. */
  readonly folders: readonly string[];
  readonly tests: TestRunner;
}

/** Serves an editor by the Language Server Protocol 3.17. `exit`, or the end of the input, ends the process. */
export function startLanguageServer(options: LanguageServerOptions): void {
  const { input, output, version, folders, tests } = options;
  const connection = createConnection(input, output);
  const workspace = new Workspace({
    reasons: Object.keys(REASONS),
    now: Date.now,
    onDiagnostics: (uri, diagnostics) =>
      void connection.sendDiagnostics({ uri, diagnostics: [...diagnostics] }).catch(() => {}),
    // The results of tests, which the lenses show, and the types in hints may have changed.
    onCompiled: () => {
      for (const method of refreshed) void connection.sendRequest(method).catch(() => {});
    },
    onUnreadable: (problem) => connection.console.warn(problem),
    onFault: (error) => connection.console.error(`internal error: ${textOf(error)}`),
  });

  function addFolders(uris: readonly string[]): void {
    for (const uri of uris) {
      const dir = fileOf(uri);
      if (dir !== undefined) workspace.addFolder(dir);
    }
  }

  let refreshed: readonly string[] = [];
  let abilities: EditorAbilities = { hasSnippets: false, showsExplanations: false };
  let opened: readonly string[] = [];
  connection.onInitialize((params) => {
    opened = workspaceFolders(params);
    if (folders.length > 0 || opened.length > 0) workspace.expectFolders();
    refreshed = refreshRequests(params);
    abilities = abilitiesOf(params);
    return initializeResult(version, params);
  });
  connection.onInitialized(() => {
    if (folders.length > 0) for (const dir of folders) workspace.add(dir);
    else addFolders(opened);
  });
  connection.onNotification('workspace/didChangeWorkspaceFolders', ({ event }: FolderChange) => {
    if (folders.length > 0) return;
    for (const { uri } of event.removed) workspace.removeFolder(fileOf(uri) ?? '');
    addFolders(event.added.map(({ uri }) => uri));
  });
  connection.onDidChangeWatchedFiles(() => workspace.poke());
  connection.onShutdown(() => workspace.close());

  answerRequests(connection, workspace, tests, () => abilities);

  const documents = new TextDocuments(TextDocument);
  documents.onDidChangeContent(({ document }) => workspace.edited(document.uri, document.getText()));
  documents.onDidSave(({ document }) => workspace.saved(document.uri));
  documents.onDidClose(({ document }) => workspace.closed(document.uri));
  documents.listen(connection);
  connection.listen();
}

interface FolderChange {
  readonly event: {
    readonly added: readonly { readonly uri: string }[];
    readonly removed: readonly { readonly uri: string }[];
  };
}

/** The requests after which the editor asks again for what it shows. */
function refreshRequests({ capabilities: { workspace } }: InitializeParams): readonly string[] {
  return [
    ...(workspace?.codeLens?.refreshSupport === true ? ['workspace/codeLens/refresh'] : []),
    ...(workspace?.inlayHint?.refreshSupport === true ? ['workspace/inlayHint/refresh'] : []),
  ];
}

/** `showsExplanations` is an option of this server, since the protocol has none. */
function abilitiesOf({ capabilities, initializationOptions }: InitializeParams): EditorAbilities {
  const options: unknown = initializationOptions;
  return {
    hasSnippets: capabilities.textDocument?.completion?.completionItem?.snippetSupport === true,
    showsExplanations:
      typeof options === 'object' &&
      options !== null &&
      'showsExplanations' in options &&
      options.showsExplanations === true,
  };
}

function workspaceFolders(params: InitializeParams): readonly string[] {
  const { workspaceFolders: folders } = params;
  if (folders !== null && folders !== undefined) return folders.map(({ uri }) => uri);
  // oxlint-disable-next-line typescript/no-deprecated -- older editors send nothing else
  return params.rootUri === null ? [] : [params.rootUri];
}

function initializeResult(version: string, { capabilities }: InitializeParams): InitializeResult {
  return {
    serverInfo: { name: 'lictor', version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      ...capabilitiesFor(capabilities.textDocument?.rename?.prepareSupport === true),
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
