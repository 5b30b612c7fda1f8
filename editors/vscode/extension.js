'use strict';

const { existsSync } = require('node:fs');
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');
const { Explanations } = require('./explanations.js');
const { serverCommand } = require('./server-command.js');

/** The client of the running server; undefined if none runs. */
let client;

/** Changes of the settings and of the trust, one after the other. */
let changes = Promise.resolve();

const explanations = new Explanations(vscode);

/** Called when a YAML file is opened. */
async function activate(context) {
  context.subscriptions.push(
    explanations.register(),
    vscode.commands.registerCommand('lictor.restart', restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('lictor')) void restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
  );
  await restart();
}

async function deactivate() {
  await client?.stop();
  client = undefined;
}

function restart() {
  changes = changes.then(async () => {
    await deactivate();
    await start();
  });
  return changes;
}

async function start() {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const settings = vscode.workspace.getConfiguration('lictor');
  const { command, args, cwd, shell } = serverCommand({
    path: settings.get('path', ''),
    policies: settings.get('policies', []),
    folders,
    isTrusted: vscode.workspace.isTrusted,
    exists: existsSync,
  });
  const options = { ...(cwd !== undefined && { cwd }), shell };
  const started = new LanguageClient(
    'lictor',
    'Lictor',
    { command, args, options },
    {
      documentSelector: [{ scheme: 'file', language: 'yaml' }],
      initializationOptions: { showsExplanations: true },
      middleware: { executeCommand: explanations.middleware },
    },
  );
  try {
    await started.start();
    client = started;
  } catch (error) {
    const why = error?.message ?? String(error);
    const choice = await vscode.window.showErrorMessage(
      `Lictor: \`${command}\` cannot be started (${why}). Install it with \`npm install --save-dev lictor\`, or set \`lictor.path\`.`,
      'Open Settings',
    );
    if (choice !== undefined)
      await vscode.commands.executeCommand('workbench.action.openSettings', 'lictor.path');
  }
}

module.exports = { activate, deactivate };
