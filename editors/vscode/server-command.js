'use strict';

const { homedir } = require('node:os');
const { posix, win32 } = require('node:path');

/**
 * The program of the language server, its arguments and the folder in which it starts: that of the settings, that of the
 * workspace if it is trusted, or else that of `PATH`. For an untrusted workspace it starts in the home folder, since
 * Windows looks for a program in the current folder before `PATH`. A script of the command line, which npm writes on
 * Windows, is started by the shell, for which paths with spaces are in quotes.
 *
 * @param {{
 *   path: string,
 *   policies: readonly string[],
 *   folders: readonly string[],
 *   isTrusted: boolean,
 *   exists: (file: string) => boolean,
 *   platform: string,
 * }} options folders are the folders of the workspace
 */
function serverCommand({ path, policies, folders, isTrusted, exists, platform = process.platform }) {
  const isWindows = platform === 'win32';
  const name = isWindows ? 'lictor.cmd' : 'lictor';
  const { join } = isWindows ? win32 : posix;
  const installed = isTrusted ? folders.map((folder) => join(folder, 'node_modules', '.bin', name)) : [];
  const command = path !== '' ? path : (installed.find(exists) ?? name);
  const chosen = isTrusted ? policies : [];
  const args = ['lsp', ...chosen.flatMap((folder) => ['--policies', folder])];
  const shell = isWindows && /\.(?:cmd|bat)$/i.test(command);
  return {
    command: shell ? quoted(command) : command,
    args: shell ? args.map(quoted) : args,
    shell,
    cwd: isTrusted ? folders[0] : homedir(),
  };
}

/** A word of `cmd.exe`. No path of Windows has a quote in it. */
function quoted(text) {
  return /^[\w\-.:\\/]+$/.test(text) ? text : `"${text.replaceAll('"', '')}"`;
}

module.exports = { serverCommand };
