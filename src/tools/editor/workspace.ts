import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver';
import { holdsPolicies } from '../../policy/compile/folder-documents.ts';
import { type FileSystem, nodeFileSystem } from '../../policy/source/file-system.ts';
import { isYaml } from '../../policy/source/load.ts';
import { diagnosticsByFile } from './diagnostics.ts';
import { fileOf, OpenDocuments, pathWithin } from './documents.ts';
import { EditedFolder, type FolderDiagnostics } from './edited-folder.ts';
import type { SourceFile } from './sources.ts';

/** A policy folder of the workspace. */
export interface PolicyRoot {
  readonly dir: string;
  readonly folder: EditedFolder;
}

/** A file of a policy folder that a request is about. */
export interface Site extends PolicyRoot {
  readonly file: SourceFile;
}

export interface WorkspaceOptions {
  /** Of tests, for their check and completion. */
  readonly reasons: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** All that is wrong in a file; an empty list when that is nothing any more. */
  readonly onDiagnostics: (uri: string, diagnostics: readonly Diagnostic[]) => void;
  /** A folder was compiled anew, and what is wrong in it was told. */
  readonly onJudged: () => void;
  /** A policy folder cannot be read as one, and why. */
  readonly onUnread: (problem: string) => void;
  readonly onFault: (error: unknown) => void;
}

/** The policy folders that an editor has open, and what is open of them. */
export class Workspace {
  readonly documents = new OpenDocuments();
  readonly #options: WorkspaceOptions;
  readonly #roots = new Map<string, PolicyRoot>();
  /** What was told of each file, by its URI. */
  readonly #told = new Map<string, string>();
  /** Without folders, each file that is opened brings its own. */
  #hasFolders = false;
  #adding: Promise<unknown> = Promise.resolve();

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  /** There are folders, or will be soon. */
  expectFolders(): void {
    this.#hasFolders = true;
  }

  /** Takes a folder as a policy folder. */
  add(dir: string): void {
    this.expectFolders();
    this.#open(dir);
  }

  remove(dir: string): void {
    for (const [at, { folder }] of this.#roots) {
      if (at !== dir && pathWithin(dir, at) === undefined) continue;
      folder.close();
      this.#roots.delete(at);
      this.#clear(at);
    }
  }

  /** The text of an open document is another. */
  edited(uri: string, text: string): void {
    if (!this.documents.set(uri, text)) return;
    const file = fileOf(uri);
    if (file !== undefined && !this.#hasFolders && this.#rootOf(file) === undefined)
      this.#open(dirname(file));
    this.#changed(uri);
  }

  closed(uri: string): void {
    this.documents.delete(uri);
    this.#changed(uri);
  }

  /** Something on the disk is said to have changed. */
  poke(): void {
    for (const { folder } of this.#roots.values()) folder.poke();
  }

  /** What is to be awaited before the folders are known. */
  settle(adding: Promise<unknown>): Promise<unknown> {
    this.#adding = adding;
    return adding;
  }

  /** Where a request points, once its folder was read. */
  async ready(uri: string): Promise<Site | undefined> {
    await this.#adding;
    const path = fileOf(uri);
    await (path === undefined ? undefined : this.#rootOf(path)?.folder.opened);
    return this.site(uri);
  }

  /** Where a request points; undefined: at no file of a policy folder, or at one that is too large. */
  site(uri: string): Site | undefined {
    const path = fileOf(uri);
    const root = path === undefined ? undefined : this.#rootOf(path);
    if (root === undefined || path === undefined) return undefined;
    const inFolder = pathWithin(root.dir, path);
    const file = inFolder === undefined ? undefined : this.fileOf(root, inFolder);
    return file && { ...root, file };
  }

  /** A file of a policy folder as it is at this moment. */
  fileOf({ folder }: PolicyRoot, path: string): SourceFile | undefined {
    const bytes = folder.files?.yaml.get(path);
    return bytes && folder.sources.file(path, bytes);
  }

  /** How the editor calls a file of a policy folder. */
  uriOf({ dir }: PolicyRoot, path: string): string {
    return this.documents.uriOf(join(dir, path));
  }

  close(): void {
    for (const { folder } of this.#roots.values()) folder.close();
    this.#roots.clear();
  }

  #open(dir: string): void {
    if (this.#roots.has(dir)) return;
    const folder = new EditedFolder(dir, {
      reasons: this.#options.reasons,
      now: this.#options.now,
      buffers: () => this.documents.within(dir),
      onJudged: (judged) => {
        this.#tell({ dir, folder }, judged);
        this.#options.onJudged();
      },
      onUnread: this.#options.onUnread,
      onFault: this.#options.onFault,
    });
    this.#roots.set(dir, { dir, folder });
    folder.open();
  }

  /** Of folders within one another, the innermost. */
  #rootOf(file: string): PolicyRoot | undefined {
    const around = [...this.#roots.values()].filter(({ dir }) => pathWithin(dir, file) !== undefined);
    return around.toSorted((a, b) => b.dir.length - a.dir.length)[0];
  }

  #changed(uri: string): void {
    const file = fileOf(uri);
    const root = file === undefined ? undefined : this.#rootOf(file);
    root?.folder.edited();
  }

  /** A workspace without any policy is none of ours. */
  #tell(root: PolicyRoot, judged: FolderDiagnostics): void {
    const { sources } = root.folder;
    const isOurs = [...judged.files.yaml].some(([path, bytes]) =>
      holdsPolicies(sources.file(path, bytes).yaml),
    );
    const byFile = isOurs ? diagnosticsByFile(judged, sources) : new Map<string, readonly Diagnostic[]>();
    const uris = new Map([...byFile].map(([path, told]) => [this.uriOf(root, path), told]));
    for (const uri of this.#told.keys()) {
      if (!uris.has(uri) && this.#isWithin(root.dir, uri)) uris.set(uri, []);
    }
    for (const [uri, told] of uris) {
      const text = JSON.stringify(told);
      if (text === (this.#told.get(uri) ?? '[]')) continue;
      if (told.length === 0) this.#told.delete(uri);
      else this.#told.set(uri, text);
      this.#options.onDiagnostics(uri, told);
    }
  }

  #clear(dir: string): void {
    for (const uri of this.#told.keys()) {
      if (!this.#isWithin(dir, uri)) continue;
      this.#told.delete(uri);
      this.#options.onDiagnostics(uri, []);
    }
  }

  #isWithin(dir: string, uri: string): boolean {
    return uri.startsWith(`${pathToFileURL(dir).href}/`) || pathWithin(dir, fileOf(uri) ?? '/') !== undefined;
  }
}

/**
 * The policy folder of a workspace folder: the folder itself, or its `policies` where no file that stands directly in it
 * holds policies.
 */
export async function policyFolderIn(dir: string, fileSystem: FileSystem = nodeFileSystem): Promise<string> {
  try {
    const entries = await fileSystem.list(dir);
    if (!entries.some(({ name, kind }) => name === 'policies' && kind !== 'file')) return dir;
    for (const { name, kind } of entries) {
      if (kind !== 'file' || !isYaml(name)) continue;
      const text = new TextDecoder().decode(await fileSystem.read(join(dir, name)));
      if (/^apiVersion:\s*["']?lictor\//m.test(text)) return dir;
    }
    return join(dir, 'policies');
  } catch {
    // What cannot be read is told when it is loaded.
    return dir;
  }
}
