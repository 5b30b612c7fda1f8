import type { Environment } from '../../cel/check/environment.ts';
import { RepeatedWork } from '../../cel/expression-work.ts';
import { hasErrors } from '../../diagnostic/collect.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { RepeatedReading } from '../../policy/compile/reading.ts';
import { type CompiledFolder, compileInSlices } from '../../policy/compile-folder.ts';
import { messageSupport } from '../../policy/message-support.ts';
import { type Loaded, loadFolder, tooLarge } from '../../policy/source/load.ts';
import { realTimers, type Timers, type Watcher, watchFolder } from '../../policy/source/watch.ts';
import type { PolicyFiles } from '../../policy/yaml/policy-files.ts';
import type { YamlFile } from '../../policy/yaml/yaml-file.ts';
import type { Owner } from './document-nodes.ts';
import { NameIndex } from './name-index.ts';
import { type Buffers, isRead, isTooLarge, overlay } from './overlay.ts';
import { Sources } from './sources.ts';
import { nextTurn } from './turns.ts';

/** The diagnostics of a folder. */
export interface FoundDiagnostics {
  readonly files: PolicyFiles;
  /** Sorted by file. Includes problems with reading files from the disk. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Result of compiling a folder. */
export interface FolderDiagnostics extends FoundDiagnostics {
  readonly compiled: CompiledFolder;
  /** Number of the change that was compiled. */
  readonly change: number;
}

export interface EditedFolderOptions {
  /** Names of all reasons, to check PolicyTest documents. */
  readonly reasons: readonly string[];
  /** Current time in milliseconds since 1970, to warn about rules that expire soon. */
  readonly now: () => number;
  /** Open documents of the folder. */
  readonly buffers: () => Buffers;
  /** Called with all diagnostics of the folder when they may have changed. */
  readonly onDiagnostics: (found: FoundDiagnostics) => void;
  /** Called after each compilation. */
  readonly onCompiled: () => void;
  /** Called with the problem if the folder cannot be read. */
  readonly onUnreadable: (problem: string) => void;
  /** Called with an internal error. */
  readonly onFault: (error: unknown) => void;
  readonly timers?: Timers;
}

/** Time from the last change to the compilation, in milliseconds. A newer change aborts a compilation. */
const DEBOUNCE = 20;

/** Aborts a compilation after a newer change. */
class SupersededError extends Error {}

/** A policy folder that is being edited. It is compiled after each change, on the disk or in the editor. */
export class EditedFolder {
  readonly sources = new Sources();
  readonly #work = new RepeatedWork();
  readonly #reading = new RepeatedReading();
  readonly #dir: string;
  readonly #options: EditedFolderOptions;
  readonly #timers: Timers;
  #watcher: Watcher | undefined;
  #loaded: Loaded | undefined;
  #latest: FolderDiagnostics | undefined;
  #overlaid: { readonly change: number; readonly files: PolicyFiles } | undefined;
  #index: { readonly change: number; readonly names: NameIndex } | undefined;
  /** Environment of the expressions of each document, from the last compilation in which the document was valid. */
  readonly #scopes = new Map<string, Environment>();
  #data: JsonObject = {};
  /** Number of changes. A compilation whose number is no longer current is aborted. */
  #change = 0;
  #cancel = (): void => {};
  readonly #firstLoad = Promise.withResolvers<void>();

  constructor(dir: string, options: EditedFolderOptions) {
    this.#dir = dir;
    this.#options = options;
    this.#timers = options.timers ?? realTimers;
  }

  /** Resolves after the first compilation, of the folder as edited until then, or if the folder cannot be read. */
  get opened(): Promise<void> {
    return this.#firstLoad.promise;
  }

  /** Reads the folder and starts to watch it. */
  open(): void {
    this.#watcher = watchFolder(this.#dir, () => this.#load(), { timers: this.#timers });
  }

  close(): void {
    this.#watcher?.close();
    this.#cancel();
    this.#change++;
    this.#firstLoad.resolve();
  }

  /** Called when the disk may have changed. */
  poke(): void {
    this.#watcher?.poke();
  }

  /** Called after a change of the open documents. */
  edited(): void {
    this.#change++;
    this.#cancel();
    this.#cancel = this.#timers.after(DEBOUNCE, () => {
      this.#compile().catch(this.#options.onFault);
    });
  }

  /** Result of the newest compilation; undefined if there was none yet. */
  get latest(): FolderDiagnostics | undefined {
    return this.#latest;
  }

  /** True if nothing has changed since a compilation. */
  isUnchangedSince({ change }: FolderDiagnostics): boolean {
    return change === this.#change;
  }

  /** Current files of the folder, with the open documents; undefined if the folder was not read yet. */
  get files(): PolicyFiles | undefined {
    const folder = this.#loaded?.folder;
    if (folder === undefined) return undefined;
    if (this.#overlaid?.change !== this.#change) {
      this.#overlaid = { change: this.#change, files: overlay(folder, this.#options.buffers()) };
    }
    return this.#overlaid.files;
  }

  /** The current YAML files. */
  get parsed(): readonly YamlFile[] {
    return [...(this.files?.yaml ?? [])].map(([path, bytes]) => this.sources.file(path, bytes).yaml);
  }

  /** Paths of all files on the disk. */
  get paths(): readonly string[] {
    return this.#loaded?.folder?.paths ?? [];
  }

  /** All names of the current files. */
  get names(): NameIndex {
    if (this.#index?.change === this.#change) return this.#index.names;
    const names = new NameIndex(this.parsed);
    this.#index = { change: this.#change, names };
    return names;
  }

  /** Values of the datasets in the last folder without errors. */
  get data(): JsonObject {
    return this.#data;
  }

  /** Environment of the expressions of a document, from its last valid compilation. */
  environment({ kind, name }: Owner): Environment | undefined {
    return this.#scopes.get(`${kind} ${name}`) ?? this.#latest?.compiled.scopes.folder;
  }

  async #load(): Promise<void> {
    try {
      this.#loaded = await loadFolder(this.#dir);
      if (this.#loaded.folder === undefined) this.#reportUnreadable(this.#loaded.diagnostics);
      this.#change++;
      await this.#compile();
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      // An edit supersedes the compilation; then the one after the edit is the first.
      if (this.#loaded?.folder === undefined) this.#firstLoad.resolve();
    }
  }

  async #compile(): Promise<void> {
    const change = this.#change;
    const { files } = this;
    if (files === undefined) return;
    const pause = async (): Promise<void> => {
      await nextTurn();
      if (change !== this.#change) throw new SupersededError();
    };
    try {
      const parse = (path: string, bytes: Uint8Array) => this.sources.file(path, bytes).yaml;
      const lint = { isStrict: false, now: this.#options.now() };
      const options = {
        crypto: nodeCrypto,
        reasons: this.#options.reasons,
        parse,
        lint,
        work: this.#work,
        reading: this.#reading,
        messages: await messageSupport(files),
        onChecked: (found: readonly Diagnostic[]) => this.#clearErrors(files, found),
      };
      const compiled = await compileInSlices(files, options, { now: () => performance.now(), pause });
      this.#work.finish();
      this.sources.keep(new Set(files.yaml.keys()));
      const diagnostics = [...this.#fileDiagnostics(), ...compiled.diagnostics];
      this.#latest = { files, compiled, diagnostics, change };
      this.#data = compiled.set?.data ?? this.#data;
      const { policies, templates } = compiled.scopes;
      for (const [name, scope] of policies) this.#scopes.set(`Policy ${name}`, scope);
      for (const [name, scope] of templates) this.#scopes.set(`PolicyTemplate ${name}`, scope);
      this.#options.onDiagnostics(this.#latest);
      this.#options.onCompiled();
      this.#firstLoad.resolve();
    } catch (error) {
      if (error instanceof SupersededError) return;
      this.#firstLoad.resolve();
      throw error;
    }
  }

  /** Reports that the errors are corrected before lint runs. Without errors before, its warnings stay until then. */
  #clearErrors(files: PolicyFiles, found: readonly Diagnostic[]): void {
    if (this.#latest !== undefined && !hasErrors(this.#latest.diagnostics)) return;
    this.#options.onDiagnostics({ files, diagnostics: [...this.#fileDiagnostics(), ...found] });
  }

  /** Problems of the folder itself have no file to show them in. */
  #reportUnreadable(diagnostics: readonly Diagnostic[]): void {
    for (const { message, help } of diagnostics) {
      this.#options.onUnreadable(help === undefined ? message : `${message}; ${help}`);
    }
  }

  /** Problems with reading files. For an open file its text in the editor counts, not the file on the disk. */
  #fileDiagnostics(): readonly Diagnostic[] {
    const buffers = this.#options.buffers();
    const large = [...buffers].filter(([path, bytes]) => isRead(path) && isTooLarge(bytes));
    const onDisk = (this.#loaded?.diagnostics ?? []).filter(({ span }) => !buffers.has(span.file));
    return [...onDisk, ...large.map(([path]) => tooLarge(path))];
  }
}
