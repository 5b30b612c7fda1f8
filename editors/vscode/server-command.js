'use strict';

const { homedir } = require('node:os');
const { join } = require('node:path');

/** Name of the program, with its extension on Windows, where npm writes a script of the command line. */
const NAME = process.platform === 'win32' ? 'lictor.cmd' : 'lictor';

/**
 * The program of the language server, its arguments and the folder in which it starts: that of the settings, that of the
 * workspace if it is trusted, or else that of `PATH`. For an untrusted workspace it starts in the home folder, since
 * Windows looks for a program in the current folder before `PATH`.
 *
 * @param {{
 *   path: string,
 *   policies: readonly string[],
 *   folders: readonly string[],
 *   isTrusted: boolean,
 *   exists: (file: string) => boolean,
 * }} options folders are the folders of the workspace
 */
function serverCommand({ path, policies, folders, isTrusted, exists }) {
  const installed = isTrusted ? folders.map((folder) => join(folder, 'node_modules', '.bin', NAME)) : [];
  const command = path !== '' ? path : (installed.find(exists) ?? NAME);
  const chosen = isTrusted ? policies : [];
  return {
    command,
    args: ['lsp', ...chosen.flatMap((folder) => ['--policies', folder])],
    cwd: isTrusted ? folders[0] : homedir(),
  };
}

module.exports = { serverCommand };
