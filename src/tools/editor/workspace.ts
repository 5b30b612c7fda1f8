import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver';
import { holdsPolicies } from '../../policy/compile/folder-documents.ts';
import { isPolicyText, ROOT_FILE } from '../../policy/compile/root-file.ts';
import { diagnosticsByFile } from './diagnostics.ts';
import { fileOf, OpenDocuments, pathWithin } from './documents.ts';
import { EditedFolder, type FoundDiagnostics } from './edited-folder.ts';
import { markedRootOf, policyRootsOf } from './policy-roots.ts';
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
  /** Names of all reasons, to check and complete PolicyTest documents. */
  readonly reasons: readonly string[];
  /** Current time in milliseconds since 1970. */
  readonly now: () => number;
  /** Called with all diagnostics of a file when they change; the list is empty after the last is fixed. */
  readonly onDiagnostics: (uri: string, diagnostics: readonly Diagnostic[]) => void;
  /** Called after a folder was compiled and its diagnostics were reported. */
  readonly onCompiled: () => void;
  /** Called with the problem if a policy folder cannot be read. */
  readonly onUnreadable: (problem: string) => void;
  /** Called with an internal error. */
  readonly onFault: (error: unknown) => void;
}

/** The policy folders and the open documents of an editor. */
export class Workspace {
  readonly documents = new OpenDocuments();
  readonly #options: WorkspaceOptions;
  readonly #roots = new Map<string, PolicyRoot>();
  /** Diagnostics that were reported last, as JSON, by URI of the file. */
  readonly #reported = new Map<string, string>();
  /** Policy folders of each folder of the workspace. */
  readonly #folders = new Map<string, readonly string[]>();
  /** If false, the folder of each opened file becomes a policy folder. */
  #hasFolders = false;
  #adding: Promise<unknown> = Promise.resolve();

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  /** Declares that there are folders, or that they will be added soon. */
  expectFolders(): void {
    this.#hasFolders = true;
  }

  /** Adds a policy folder. */
  add(dir: string): void {
    this.expectFolders();
    this.#open(dir);
  }

  /** Adds the policy folders that a folder of the workspace contains or is a part of. */
  addFolder(dir: string): void {
    this.expectFolders();
    this.#folders.set(dir, []);
    this.#wait(this.#discover(dir));
  }

  removeFolder(dir: string): void {
    const roots = this.#folders.get(dir) ?? [];
    this.#folders.delete(dir);
    for (const root of [...roots, ...[...this.#roots.keys()].filter((at) => isIn(dir, at))]) {
      if (![...this.#folders].some(([other, its]) => its.includes(root) || isIn(other, root)))
        this.#close(root);
    }
  }

  /** Called when a document is opened, or its text changes. */
  edited(uri: string, text: string): void {
    if (!this.documents.set(uri, text)) return;
    const file = fileOf(uri);
    if (file !== undefined && this.#rootOf(file) === undefined && this.#isWanted(file, text)) {
      this.#wait(this.#openRootOf(file));
    }
    this.#changed(uri);
  }

  /** Called when a document is saved. A `lictor.yaml` may change which folders are policy folders. */
  saved(uri: string): void {
    if (basename(fileOf(uri) ?? '') === ROOT_FILE) this.#discoverAgain(() => true);
  }

  closed(uri: string): void {
    this.documents.delete(uri);
    this.#changed(uri);
  }

  /** Called when the disk may have changed. */
  poke(): void {
    for (const { folder } of this.#roots.values()) folder.poke();
    this.#discoverAgain((roots) => roots.length === 0);
  }

  /** The file of a request, after its folder was read. */
  async ready(uri: string): Promise<Site | undefined> {
    await this.#adding;
    const path = fileOf(uri);
    await (path === undefined ? undefined : this.#rootOf(path)?.folder.opened);
    return this.site(uri);
  }

  /** The file of a request; undefined if it is not in a policy folder, or too large. */
  site(uri: string): Site | undefined {
    const path = fileOf(uri);
    const root = path === undefined ? undefined : this.#rootOf(path);
    if (root === undefined || path === undefined) return undefined;
    const inFolder = pathWithin(root.dir, path);
    const file = inFolder === undefined ? undefined : this.fileOf(root, inFolder);
    return file && { ...root, file };
  }

  /** All policy folders. */
  roots(): readonly PolicyRoot[] {
    return [...this.#roots.values()];
  }

  /** Resolves when the policy folders that are known so far are read. */
  async allReady(): Promise<void> {
    await this.#adding;
    await Promise.all(this.roots().map(({ folder }) => folder.opened));
  }

  /** The current content of a file of a policy folder. */
  fileOf({ folder }: PolicyRoot, path: string): SourceFile | undefined {
    const bytes = folder.files?.yaml.get(path);
    return bytes && folder.sources.file(path, bytes);
  }

  /** URI of a file of a policy folder, in the spelling of the editor. */
  uriOf({ dir }: PolicyRoot, path: string): string {
    return this.documents.uriOf(join(dir, path));
  }

  close(): void {
    for (const { folder } of this.#roots.values()) folder.close();
    this.#roots.clear();
    this.#folders.clear();
  }

  /** Makes requests wait until folders are found. */
  #wait(finding: Promise<void>): void {
    this.#adding = Promise.all([this.#adding, finding.catch(this.#options.onFault)]);
  }

  async #discover(dir: string): Promise<void> {
    const roots = await policyRootsOf(dir);
    const before = this.#folders.get(dir);
    if (before === undefined) return;
    this.#folders.set(dir, roots);
    for (const root of before) if (!roots.includes(root)) this.#close(root);
    for (const root of roots) this.#open(root);
  }

  #discoverAgain(isMeant: (roots: readonly string[]) => boolean): void {
    for (const [dir, roots] of this.#folders) if (isMeant(roots)) this.#wait(this.#discover(dir));
  }

  /** True if the folder of a file without one becomes a policy folder: in a workspace, only for policies. */
  #isWanted(file: string, text: string): boolean {
    if (!this.#hasFolders) return true;
    return isPolicyText(text) && [...this.#folders.keys()].some((dir) => isIn(dir, file));
  }

  async #openRootOf(file: string): Promise<void> {
    const root = (await markedRootOf(dirname(file))) ?? dirname(file);
    if (this.#rootOf(file) === undefined && ![...this.#roots.keys()].some((at) => isIn(root, at))) {
      this.#open(root);
    }
  }

  #open(dir: string): void {
    if (this.#roots.has(dir)) return;
    const folder = new EditedFolder(dir, {
      reasons: this.#options.reasons,
      now: this.#options.now,
      buffers: () => this.documents.within(dir),
      onDiagnostics: (found) => this.#report({ dir, folder }, found),
      onCompiled: this.#options.onCompiled,
      onUnreadable: this.#options.onUnreadable,
      onFault: this.#options.onFault,
    });
    this.#roots.set(dir, { dir, folder });
    folder.open();
  }

  #close(dir: string): void {
    this.#roots.get(dir)?.folder.close();
    if (this.#roots.delete(dir)) this.#clear(dir);
  }

  /** The innermost policy folder that contains a file. */
  #rootOf(file: string): PolicyRoot | undefined {
    const containing = [...this.#roots.values()].filter(({ dir }) => pathWithin(dir, file) !== undefined);
    return containing.toSorted((a, b) => b.dir.length - a.dir.length)[0];
  }

  #changed(uri: string): void {
    const file = fileOf(uri);
    const root = file === undefined ? undefined : this.#rootOf(file);
    root?.folder.edited();
  }

  /** Reports the diagnostics that changed. A folder without policies has none: its YAML is that of other programs. */
  #report(root: PolicyRoot, result: FoundDiagnostics): void {
    const { sources } = root.folder;
    const hasPolicies = [...result.files.yaml].some(([path, bytes]) =>
      holdsPolicies(sources.file(path, bytes).yaml),
    );
    const byFile = hasPolicies
      ? diagnosticsByFile(result, sources)
      : new Map<string, readonly Diagnostic[]>();
    const byUri = new Map([...byFile].map(([path, diagnostics]) => [this.uriOf(root, path), diagnostics]));
    for (const uri of this.#reported.keys()) {
      if (!byUri.has(uri) && this.#isWithin(root.dir, uri)) byUri.set(uri, []);
    }
    for (const [uri, diagnostics] of byUri) {
      const text = JSON.stringify(diagnostics);
      if (text === (this.#reported.get(uri) ?? '[]')) continue;
      if (diagnostics.length === 0) this.#reported.delete(uri);
      else this.#reported.set(uri, text);
      this.#options.onDiagnostics(uri, diagnostics);
    }
  }

  #clear(dir: string): void {
    for (const uri of this.#reported.keys()) {
      if (!this.#isWithin(dir, uri)) continue;
      this.#reported.delete(uri);
      this.#options.onDiagnostics(uri, []);
    }
  }

  #isWithin(dir: string, uri: string): boolean {
    return uri.startsWith(`${pathToFileURL(dir).href}/`) || pathWithin(dir, fileOf(uri) ?? '/') !== undefined;
  }
}

/** True for a folder itself and what is in it. */
function isIn(dir: string, path: string): boolean {
  return path === dir || pathWithin(dir, path) !== undefined;
}
