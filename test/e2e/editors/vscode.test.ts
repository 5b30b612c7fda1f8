import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { MAIN, PROGRAM_ENVIRONMENT } from '../../support/program.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { ROOT } from '../../support/tools.ts';
import { waitFor } from '../../support/wait.ts';

const FOLDER = fileURLToPath(new URL('editors/vscode/', ROOT));

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

const read = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;

interface ServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: { readonly cwd?: string };
}

interface Extension {
  activate(context: { readonly subscriptions: unknown[] }): Promise<void>;
  deactivate(): Promise<void>;
}

/** A module in CommonJS as a function. */
type ModuleBody = (require: (name: string) => unknown, module: { readonly exports: Extension }) => void;

interface Setup {
  readonly folders?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly isTrusted?: boolean;
  /** Message of the error of the start; default: it starts. */
  readonly failure?: string;
}

interface ClientOptions {
  readonly documentSelector: unknown;
  readonly initializationOptions: unknown;
  readonly middleware: {
    executeCommand(command: string, args: unknown[], next: () => Promise<unknown>): Promise<unknown>;
  };
}

interface ContentProvider {
  provideTextDocumentContent(uri: { toString(): string }): string;
}

/** The API of VS Code and of its language client, as far as the extension uses them, with a record of the calls. */
class Editor {
  readonly calls: string[] = [];
  readonly started: ServerOptions[] = [];
  options: ClientOptions | undefined;
  provider: ContentProvider | undefined;
  /** Documents that were shown, by URI, with the text that they had. */
  readonly documents: (readonly [uri: string, text: string])[] = [];
  commands = new Map<string, () => Promise<void>>();
  changed: (event: { affectsConfiguration(section: string): boolean }) => void = () => {};
  trusted: () => void = () => {};
  readonly extension: Extension;
  readonly #setup: Setup;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.extension = this.#load();
  }

  #load(): Extension {
    const doubles: Readonly<Record<string, unknown>> = {
      vscode: this.#api(),
      'vscode-languageclient/node': { LanguageClient: this.#client() },
    };
    const own: (name: string) => unknown = createRequire(join(FOLDER, manifest.main));
    const module = { exports: {} as Extension };
    const body = compileFunction(read(manifest.main), ['require', 'module']) as ModuleBody;
    body((name: string): unknown => doubles[name] ?? own(name), module);
    return module.exports;
  }

  #api(): object {
    const { folders = [], settings = {}, isTrusted = true } = this.#setup;
    const disposable = { dispose: () => {} };
    return {
      workspace: {
        workspaceFolders: folders.map((fsPath) => ({ uri: { fsPath } })),
        isTrusted,
        getConfiguration: (section: string) => ({
          get: (name: string, otherwise: unknown) => settings[`${section}.${name}`] ?? otherwise,
        }),
        onDidChangeConfiguration: (listener: Editor['changed']) => {
          this.changed = listener;
          return disposable;
        },
        registerTextDocumentContentProvider: (scheme: string, provider: ContentProvider) => {
          expect(scheme).toBe('lictor-why');
          this.provider = provider;
          return disposable;
        },
        openTextDocument: (uri: { toString(): string }) =>
          Promise.resolve([uri.toString(), this.provider?.provideTextDocumentContent(uri) ?? '']),
        onDidGrantWorkspaceTrust: (listener: () => void) => {
          this.trusted = listener;
          return disposable;
        },
      },
      commands: {
        registerCommand: (name: string, run: () => Promise<void>) => {
          this.commands.set(name, run);
          return disposable;
        },
        executeCommand: (...args: readonly string[]) => void this.calls.push(args.join(' ')),
      },
      Uri: {
        from: ({ scheme, path }: Readonly<Record<string, string>>) => ({
          toString: () => `${scheme}:${path}`,
        }),
      },
      ViewColumn: { Beside: -2 },
      EventEmitter: class {
        readonly event = (): object => disposable;
        fire(): void {}
      },
      window: {
        showTextDocument: (document: readonly [string, string]) => void this.documents.push(document),
        showErrorMessage: (message: string, choice: string) => {
          this.calls.push(message);
          return Promise.resolve(choice);
        },
      },
    };
  }

  #client(): unknown {
    const { calls, started } = this;
    const { failure } = this.#setup;
    const setOptions = (options: ClientOptions): void => {
      this.options = options;
    };
    return class LanguageClient {
      readonly #server: ServerOptions;
      constructor(_id: string, _name: string, server: ServerOptions, options: ClientOptions) {
        this.#server = server;
        setOptions(options);
      }

      start(): Promise<void> {
        calls.push('start');
        started.push(this.#server);
        return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
      }

      stop(): Promise<void> {
        calls.push('stop');
        return Promise.resolve();
      }
    };
  }
}

async function activated(setup: Setup = {}): Promise<Editor> {
  const editor = new Editor(setup);
  const subscriptions: unknown[] = [];
  await editor.extension.activate({ subscriptions });
  expect(subscriptions).toHaveLength(4);
  return editor;
}

describe('the extension for VS Code', () => {
  test('starts `lictor lsp` of PATH for YAML files, and stops it', async () => {
    const editor = await activated({ folders: ['/shop'] });
    expect(editor.started).toEqual([
      { command: 'lictor', args: ['lsp'], options: { cwd: '/shop', shell: false } },
    ]);
    expect(editor.options?.documentSelector).toEqual([{ scheme: 'file', language: 'yaml' }]);
    await editor.extension.deactivate();
    expect(editor.calls).toEqual(['start', 'stop']);
  });

  test('prefers the program of the settings, then that of a trusted workspace', async () => {
    await using stack = new AsyncDisposableStack();
    const dir = await scratchFolder(stack);
    const installed = join(dir, 'node_modules/.bin/lictor');
    await mkdir(dirname(installed), { recursive: true });
    await writeFile(installed, '');
    const commandOf = async (setup: Setup): Promise<string | undefined> =>
      (await activated({ folders: ['/empty', dir], ...setup })).started[0]?.command;
    expect(await commandOf({})).toBe(installed);
    expect(await commandOf({ isTrusted: false })).toBe('lictor');
    expect(await commandOf({ settings: { 'lictor.path': '/opt/lictor' } })).toBe('/opt/lictor');
  });

  test('starts a script of Windows by the shell, with paths that have spaces in quotes', () => {
    const load: (name: string) => unknown = createRequire(join(FOLDER, manifest.main));
    const { serverCommand } = load('./server-command.js') as {
      readonly serverCommand: (options: object) => object;
    };
    const installed = 'C:\\a b\\node_modules\\.bin\\lictor.cmd';
    const options = {
      path: '',
      policies: ['policies', 'more & more'],
      folders: ['C:\\a b'],
      isTrusted: true,
      exists: (file: string) => file === installed,
      platform: 'win32',
    };
    expect(serverCommand(options)).toEqual({
      command: `"${installed}"`,
      args: ['lsp', '--policies', 'policies', '--policies', '"more & more"'],
      shell: true,
      cwd: 'C:\\a b',
    });
    const program = 'C:\\Program Files\\lictor.exe';
    expect(serverCommand({ ...options, path: program, policies: ['a b'] })).toEqual({
      command: program,
      args: ['lsp', '--policies', 'a b'],
      shell: false,
      cwd: 'C:\\a b',
    });
  });

  test('takes nothing from an untrusted workspace: no argument, and not the folder in which Windows looks first', async () => {
    const settings = { 'lictor.policies': ['& calc.exe'] };
    const editor = await activated({ folders: ['/shop'], settings, isTrusted: false });
    expect(editor.started).toEqual([
      { command: 'lictor', args: ['lsp'], options: { cwd: homedir(), shell: false } },
    ]);
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    expect(restrictedConfigurations).toEqual(Object.keys(manifest.contributes.configuration.properties));
  });

  test('starts the server again for its command, changed settings and trust', async () => {
    const editor = await activated({ settings: { 'lictor.policies': ['a', 'b'] } });
    expect(editor.started[0]?.args).toEqual(['lsp', '--policies', 'a', '--policies', 'b']);
    await editor.commands.get('lictor.restart')?.();
    editor.changed({ affectsConfiguration: (section) => section === 'editor' });
    editor.changed({ affectsConfiguration: (section) => section === 'lictor' });
    editor.trusted();
    // Restarts follow each other.
    await editor.commands.get('lictor.restart')?.();
    expect(editor.calls).toEqual(['start', ...Array.from({ length: 4 }, () => ['stop', 'start']).flat()]);
  });

  test('shows the explanation of a case in a document of its own', async () => {
    const editor = await activated();
    expect(editor.options?.initializationOptions).toEqual({ showsExplanations: true });
    const run = (command: string, answer: unknown): Promise<unknown> | undefined =>
      editor.options?.middleware.executeCommand(command, ['file:///a.yaml', 'orders', 'GET a/b'], () =>
        Promise.resolve(answer),
      );
    expect(await run('lictor.why', 'allow')).toBe('allow');
    expect(await run('lictor.why', 'deny')).toBe('deny');
    await run('lictor.test', null);
    await run('lictor.why', null);
    const uri = 'lictor-why:/orders: GET a∕b';
    expect(editor.documents).toEqual([
      [uri, 'allow'],
      [uri, 'deny'],
    ]);
    const closed = editor.provider?.provideTextDocumentContent({ toString: () => 'lictor-why:/of before' });
    expect(closed).toContain('Ask again');
  });

  test('says how to install a program that is missing', async () => {
    const editor = await activated({ failure: 'spawn lictor ENOENT' });
    expect(editor.calls).toEqual([
      'start',
      'Lictor: `lictor` cannot be started (spawn lictor ENOENT). Install it with `npm install --save-dev lictor`, or set `lictor.path`.',
      'workbench.action.openSettings lictor.path',
    ]);
    await editor.extension.deactivate();
    expect(editor.calls).not.toContain('stop');
  });

  test('starts a server that answers', async () => {
    await using stack = new AsyncDisposableStack();
    const dir = await scratchFolder(stack);
    const program = join(dir, 'lictor');
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
    const editor = await activated({ folders: [dir], settings: { 'lictor.path': program } });
    const [server] = editor.started;
    if (server === undefined) throw new Error('no server was started');
    const child = spawn(server.command, [...server.args, '--stdio'], {
      cwd: server.options.cwd,
      env: { ...process.env, ...PROGRAM_ENVIRONMENT },
    });
    stack.defer(() => void child.kill('SIGKILL'));
    expect(await initialized(child)).toContain('"serverInfo":{"name":"lictor"');
  });
});

/** The answer to the first message of a client. */
async function initialized(child: ChildProcessWithoutNullStreams): Promise<string> {
  let answer = '';
  child.stdout.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  const params = { processId: process.pid, rootUri: null, capabilities: {} };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return waitFor(() => (answer.includes('serverInfo') ? answer : undefined), {
    what: 'the answer of the server',
    timeout: 20_000,
  });
}

describe('its package', () => {
  test('has the version of Lictor, and files that exist', () => {
    const root = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Manifest;
    expect(manifest.version).toBe(root.version);
    for (const file of [manifest.main, 'server-command.js', 'README.md']) {
      expect([file, existsSync(join(FOLDER, file))]).toEqual([file, true]);
    }
  });

  test('documents its settings, and declares its commands', async () => {
    const settings = Object.keys(manifest.contributes.configuration.properties);
    expect(settings.filter((name) => !read('README.md').includes(`\`${name}\``))).toEqual([]);
    const { commands } = await activated();
    expect(manifest.contributes.commands.map(({ command }) => command)).toEqual([...commands.keys()]);
  });

  test('pins every package by its integrity', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly optional?: true }>>;
    };
    const bare = Object.entries(packages).filter(
      ([path, { integrity, optional }]) => path !== '' && integrity === undefined && optional !== true,
    );
    expect(bare.map(([path]) => path)).toEqual([]);
  });
});
