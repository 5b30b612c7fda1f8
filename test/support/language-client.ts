import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MAIN, PROGRAM_ENVIRONMENT } from './program.ts';
import { scratchFolder } from './scratch-folder.ts';
import { waitFor } from './wait.ts';

/** The fields of a Language Server Protocol message that are read here. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface ShownDiagnostic {
  readonly range: Range;
  readonly severity: number;
  readonly code: string;
  readonly codeDescription: { readonly href: string };
  readonly message: string;
}

export interface ClientOptions {
  readonly args?: readonly string[];
  /** Workspace folders relative to the folder of the files; default: that folder. */
  readonly folders?: readonly string[];
  /** True for an editor with snippets; default false. */
  readonly hasSnippets?: boolean;
  readonly initializationOptions?: object;
  /** The program; default: its source. */
  readonly main?: string;
}

/** A language client that talks to `lictor lsp` over its standard input and output. */
export class LanguageClient {
  readonly child: ChildProcessWithoutNullStreams;
  readonly dir: string;
  /** All published diagnostics, the newest last. */
  readonly published: { readonly uri: string; readonly diagnostics: readonly ShownDiagnostic[] }[] = [];
  /** Messages shown to the user. */
  readonly messages: string[] = [];
  /** Called with each published list of diagnostics. */
  onPublished: (published: LanguageClient['published'][number]) => void = () => {};
  /** Log messages of the server and its standard error. */
  readonly logged: string[] = [];
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #texts = new Map<string, { text: string; version: number }>();
  readonly #ended: Promise<number | null>;
  #buffer = Buffer.alloc(0);
  #next = 1;

  private constructor(dir: string, { args = [], main = MAIN }: ClientOptions) {
    this.dir = dir;
    const env = { ...process.env, ...PROGRAM_ENVIRONMENT };
    this.child = spawn(process.execPath, [main, 'lsp', ...args], { cwd: dir, env });
    this.child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.child.stderr.on('data', (chunk: Buffer) => void this.logged.push(chunk.toString()));
    // Some tests write after the server has ended.
    this.child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => this.child.on('exit', (code) => resolve(code)));
  }

  /** Writes the files to a new folder, starts the server with it as the workspace, and initializes it. */
  static async start(
    stack: AsyncDisposableStack,
    files: Readonly<Record<string, string>>,
    options: ClientOptions = {},
  ): Promise<LanguageClient> {
    const { folders = [''], hasSnippets: snippetSupport = false, initializationOptions } = options;
    const dir = await scratchFolder(stack);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    const client = new LanguageClient(dir, options);
    stack.defer(async () => {
      if (client.child.exitCode === null) client.child.kill('SIGKILL');
      await client.#ended;
    });
    const uris = folders.map((folder) => pathToFileURL(join(dir, folder)).href);
    await client.request('initialize', {
      processId: process.pid,
      rootUri: uris[0] ?? null,
      workspaceFolders: uris.length === 0 ? null : uris.map((uri) => ({ uri, name: uri })),
      ...(initializationOptions === undefined ? {} : { initializationOptions }),
      capabilities: {
        textDocument: {
          rename: { prepareSupport: true },
          completion: { completionItem: { snippetSupport } },
        },
      },
    });
    client.notify('initialized', {});
    return client;
  }

  uri(path: string): string {
    return pathToFileURL(join(this.dir, path)).href;
  }

  /** Sends a request. Rejects if the response is an error. */
  request<T = unknown>(method: string, params: unknown): Promise<T> {
    const id = this.#next++;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method} within 15 s`)), 15_000);
      this.#answers.set(id, ({ result, error }) => {
        clearTimeout(timer);
        if (error === undefined) resolve(result as T);
        else reject(new Error(error.message));
      });
    });
  }

  /** Sends a request, and that its answer is no longer needed. */
  cancelled(method: string, params: unknown): Promise<unknown> {
    const answer = this.request(method, params);
    this.notify('$/cancelRequest', { id: this.#next - 1 });
    return answer;
  }

  /** Replaces the text of a document by `text` without its `|`, and sends a request for the position of the `|`. */
  async at<T = unknown>(method: string, path: string, text: string, more: object = {}): Promise<T> {
    const offset = text.indexOf('|');
    this.type(path, text.slice(0, offset) + text.slice(offset + 1));
    const lines = text.slice(0, offset).split('\n');
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    return this.request<T>(method, { textDocument: { uri: this.uri(path) }, position, ...more });
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  open(path: string, text: string): void {
    this.#texts.set(path, { text, version: 1 });
    const document = { uri: this.uri(path), languageId: 'yaml', version: 1, text };
    this.notify('textDocument/didOpen', { textDocument: document });
  }

  /** Replaces the text of a document in one change. Opens the document if it is not open. */
  type(path: string, text: string): void {
    const known = this.#texts.get(path);
    if (known === undefined) {
      this.open(path, text);
      return;
    }
    const version = known.version + 1;
    this.#texts.set(path, { text, version });
    this.notify('textDocument/didChange', {
      textDocument: { uri: this.uri(path), version },
      contentChanges: [{ text }],
    });
  }

  close(path: string): void {
    this.#texts.delete(path);
    this.notify('textDocument/didClose', { textDocument: { uri: this.uri(path) } });
  }

  /** Waits until the diagnostics of a file satisfy `wanted`, for `timeout` milliseconds at most, and returns them. */
  shown(
    path: string,
    wanted: (diagnostics: readonly ShownDiagnostic[]) => boolean,
    timeout = 20_000,
  ): Promise<readonly ShownDiagnostic[]> {
    return waitFor(
      () => {
        const last = this.published.findLast(({ uri }) => uri === this.uri(path));
        return wanted(last?.diagnostics ?? []) ? (last?.diagnostics ?? []) : undefined;
      },
      { what: `the diagnostics of ${path}`, timeout },
    );
  }

  /** Writes text that need not be a message. */
  raw(bytes: string): void {
    this.child.stdin.write(bytes);
  }

  /** Shuts the server down. Returns its exit code. */
  async end(): Promise<number | null> {
    await this.request('shutdown', null);
    this.notify('exit', null);
    return this.#ended;
  }

  ended(): Promise<number | null> {
    return this.#ended;
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      const [, length] = /Content-Length: (\d+)/i.exec(this.#buffer.subarray(0, head).toString()) ?? [];
      const end = head + 4 + Number(length);
      if (head === -1 || this.#buffer.length < end) return;
      const message = JSON.parse(this.#buffer.subarray(head + 4, end).toString()) as Message;
      this.#buffer = this.#buffer.subarray(end);
      this.#hear(message);
    }
  }

  #hear({ id, method, params, result, error }: Message): void {
    if (method === 'textDocument/publishDiagnostics') {
      const published = params as (typeof this.published)[number];
      this.published.push(published);
      this.onPublished(published);
    } else if (method === 'window/logMessage') this.logged.push(JSON.stringify(params));
    else if (method === 'window/showMessage' || method === 'window/showMessageRequest') {
      this.messages.push((params as { readonly message: string }).message);
      if (id !== undefined) this.#send({ id, result: null });
    } else if (method !== undefined && id !== undefined) this.#send({ id, result: null });
    else if (id !== undefined) {
      this.#answers.get(id)?.({ ...(result === undefined ? {} : { result }), ...(error && { error }) });
      this.#answers.delete(id);
    }
  }
}
