import type { Environment } from '../../cel/check/environment.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { type CompiledFolder, compileInSlices } from '../../policy/compile-folder.ts';
import { diagnostic, type Loaded, loadFolder } from '../../policy/source/load.ts';
import { realTimers, type Timers, type Watcher, watchFolder } from '../../policy/source/watch.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import type { Owner } from './document-nodes.ts';
import { NameIndex } from './name-index.ts';
import { type Buffers, isRead, isTooLarge, overlay } from './overlay.ts';
import { Sources } from './sources.ts';

/** What a folder came to, at one moment. */
export interface FolderDiagnostics {
  readonly files: PolicyFiles;
  readonly compiled: CompiledFolder;
  /** Sorted by file; those of the disk too. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface EditedFolderOptions {
  /** The reason table, for tests. */
  readonly reasons: readonly string[];
  /** The clock, in milliseconds since 1970: some exceptions are about to end. */
  readonly now: () => number;
  /** What is open in it now. */
  readonly buffers: () => Buffers;
  /** Called when the folder was compiled anew. */
  readonly onJudged: (judged: FolderDiagnostics) => void;
  /** The folder cannot be read as one, and why. */
  readonly onUnread: (problem: string) => void;
  /** A fault of our own. */
  readonly onFault: (error: unknown) => void;
  readonly timers?: Timers;
}

/** From a change to the compilation that it causes, in milliseconds: one per pause in typing. */
const DEBOUNCE = 100;

/** Ends a compilation that a newer change has overtaken. */
class Overtaken extends Error {}

/** A policy folder that is being edited: compiled anew soon after each change, on the disk or in the editor. */
export class EditedFolder {
  readonly sources = new Sources();
  readonly #dir: string;
  readonly #options: EditedFolderOptions;
  readonly #timers: Timers;
  #watcher: Watcher | undefined;
  #loaded: Loaded | undefined;
  #judged: FolderDiagnostics | undefined;
  #overlaid: { readonly change: number; readonly files: PolicyFiles } | undefined;
  #index: { readonly change: number; readonly names: NameIndex } | undefined;
  /** What the expressions of each document could read when it last compiled. */
  readonly #scopes = new Map<string, Environment>();
  /** Counts changes; a compilation belongs to one of them. */
  #change = 0;
  #cancel = (): void => {};
  readonly #firstLoad = Promise.withResolvers<void>();

  constructor(dir: string, options: EditedFolderOptions) {
    this.#dir = dir;
    this.#options = options;
    this.#timers = options.timers ?? realTimers;
  }

  /** Fulfilled when the folder was read once, and compiled unless it was edited meanwhile. */
  get opened(): Promise<void> {
    return this.#firstLoad.promise;
  }

  /** Begins to look at the disk. */
  open(): void {
    this.#watcher = watchFolder(this.#dir, () => this.#load(), { timers: this.#timers });
  }

  close(): void {
    this.#watcher?.close();
    this.#cancel();
    this.#change++;
    this.#firstLoad.resolve();
  }

  /** Something on the disk is said to have changed. */
  poke(): void {
    this.#watcher?.poke();
  }

  /** What is open in the editor changed. */
  edited(): void {
    this.#change++;
    this.#cancel();
    this.#cancel = this.#timers.after(DEBOUNCE, () => {
      this.#judge().catch(this.#options.onFault);
    });
  }

  /** The newest compilation; undefined: there was none yet. */
  get judged(): FolderDiagnostics | undefined {
    return this.#judged;
  }

  /** The folder as it is in the editor at this moment; undefined: it was not read yet. */
  get files(): PolicyFiles | undefined {
    const folder = this.#loaded?.folder;
    if (folder === undefined) return undefined;
    if (this.#overlaid?.change !== this.#change) {
      this.#overlaid = { change: this.#change, files: overlay(folder, this.#options.buffers()) };
    }
    return this.#overlaid.files;
  }

  /** Every name in the folder as it is in the editor at this moment. */
  get names(): NameIndex {
    if (this.#index?.change === this.#change) return this.#index.names;
    const yaml = [...(this.files?.yaml ?? [])].map(([path, bytes]) => this.sources.file(path, bytes).yaml);
    const names = new NameIndex(yaml);
    this.#index = { change: this.#change, names };
    return names;
  }

  /** What expressions of a document may read, as of when it last compiled. */
  environment({ kind, name }: Owner): Environment | undefined {
    return this.#scopes.get(`${kind} ${name}`) ?? this.#judged?.compiled.scopes.folder;
  }

  async #load(): Promise<void> {
    try {
      this.#loaded = await loadFolder(this.#dir);
      if (this.#loaded.folder === undefined) this.#tellUnread(this.#loaded.diagnostics);
      this.#change++;
      await this.#judge();
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      this.#firstLoad.resolve();
    }
  }

  async #judge(): Promise<void> {
    const change = this.#change;
    const { files } = this;
    if (files === undefined) return;
    const pause = async (): Promise<void> => {
      await new Promise((resume) => setImmediate(resume));
      if (change !== this.#change) throw new Overtaken();
    };
    try {
      const parse = (path: string, bytes: Uint8Array) => this.sources.file(path, bytes).yaml;
      const lint = { isStrict: false, now: this.#options.now() };
      const options = { crypto: nodeCrypto, reasons: this.#options.reasons, parse, lint };
      const compiled = await compileInSlices(files, options, { now: () => performance.now(), pause });
      this.sources.keep(new Set(files.yaml.keys()));
      const diagnostics = [...this.#ofFiles(), ...compiled.diagnostics];
      this.#judged = { files, compiled, diagnostics };
      const { policies, templates } = compiled.scopes;
      for (const [name, scope] of policies) this.#scopes.set(`Policy ${name}`, scope);
      for (const [name, scope] of templates) this.#scopes.set(`PolicyTemplate ${name}`, scope);
      this.#options.onJudged(this.#judged);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }

  /** No file is the place of what is wrong with the folder itself. */
  #tellUnread(diagnostics: readonly Diagnostic[]): void {
    for (const { message, help } of diagnostics) {
      this.#options.onUnread(help === undefined ? message : `${message}; ${help}`);
    }
  }

  /** What is wrong about files as such; what is open need not be as it is on the disk. */
  #ofFiles(): readonly Diagnostic[] {
    const buffers = this.#options.buffers();
    const large = [...buffers].filter(([path, bytes]) => isRead(path) && isTooLarge(bytes));
    const onDisk = (this.#loaded?.diagnostics ?? []).filter(({ span }) => !buffers.has(span.file));
    const help = 'split it into several files';
    return [
      ...onDisk,
      ...large.map(([path]) => diagnostic('file_too_large', path, `\`${path}\` is larger than 1 MiB`, help)),
    ];
  }
}
