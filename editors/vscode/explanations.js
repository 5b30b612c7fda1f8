'use strict';

/** Scheme of the documents, which no file has: they can be read and not edited. */
const SCHEME = 'lictor-why';

/** Explanations of cases kept for open documents. */
const MOST_KEPT = 100;

/** The answers of the command `lictor.why`, each in a document of its own beside the test. */
class Explanations {
  #vscode;
  #texts = new Map();
  #changed;

  constructor(vscode) {
    this.#vscode = vscode;
    this.#changed = new vscode.EventEmitter();
  }

  register() {
    return this.#vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: (uri) =>
        this.#texts.get(uri.toString()) ?? 'Ask again with the lens `why`.',
    });
  }

  /** Called by the language client in place of a command of the server, which `next` runs. */
  middleware = async (command, args, next) => {
    const answer = await next(command, args);
    if (command === 'lictor.why' && typeof answer === 'string') await this.#show(args, answer);
    return answer;
  };

  async #show([, test, name], text) {
    const title = [test, name].filter((each) => each !== undefined).join(': ');
    const uri = this.#vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll('/', '∕')}` });
    const key = uri.toString();
    this.#texts.delete(key);
    this.#texts.set(key, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MOST_KEPT) break;
      this.#texts.delete(oldest);
    }
    // A document that is open already reads its text again.
    this.#changed.fire(uri);
    const document = await this.#vscode.workspace.openTextDocument(uri);
    await this.#vscode.window.showTextDocument(document, {
      viewColumn: this.#vscode.ViewColumn.Beside,
      preserveFocus: true,
    });
  }
}

module.exports = { Explanations };
