import { realpathSync, writeSync } from 'node:fs';
import { REASONS } from '../../engine/decision/reasons.ts';
import type { Revision } from '../../engine/set/revision.ts';
import { compiledForm } from '../../node/code-form.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import type { MessageSupport } from '../../policy/compile/folder.ts';
import { compileFolder } from '../../policy/compile-folder.ts';
import { messageSupport } from '../../policy/message-support.ts';
import { type FileSystem, nodeFileSystem } from '../../policy/source/file-system.ts';
import { diagnostic } from '../../policy/source/load.ts';
import { sameRevision } from '../../policy/source/load-policy-set.ts';
import { PolicyStore, type Reload } from '../../policy/source/store.ts';
import { encode, TooLarge } from '../../policy/transfer/encode.ts';
import { type Chunk, sizeOf } from '../../policy/transfer/nodes.ts';
import { type Delivery, type LoadSettings, PROGRESS_FD, type Report } from './messages.ts';

/**
 * A function that loads the folder and delivers the result, if there is a new one. It returns true if the folder must
 * be loaded again soon, since somebody is writing it. `live` is the revision of the set that the parent decides with.
 */
export function createLoad(
  settings: LoadSettings,
  live: Revision | undefined,
  send: (report: Report) => void,
  nextOrder: () => Promise<void>,
): () => Promise<boolean> {
  let result: Delivery | undefined;
  const { dir, revision, requireRevision, requireClean, fromCommit, environment, hasSharedStore } = settings;
  const progress = new Progress(dir);
  const reasons = Object.keys(REASONS);
  const options = { crypto: nodeCrypto, reasons, environment, mustChoose: true, hasSharedStore };
  const store = new PolicyStore({
    dir,
    revision,
    requireRevision,
    requireClean,
    fromCommit,
    now: Date.now,
    fileSystem: progress.fileSystem(),
    async compile(folder) {
      const messages = announced(await messageSupport(folder), send);
      return compileFolder(folder, { ...options, messages, onProgress: (path) => progress.tell(path) });
    },
    onSwap(set, previous, reload) {
      const isLive = previous === undefined && live !== undefined && sameRevision(set.revision, live);
      result = isLive ? { kind: 'same', reload } : { kind: 'swap', reload, set };
    },
    onFailure: (reload) => (result = { kind: 'failure', reload }),
    onRecovery: (reload) => (result = { kind: 'same', reload }),
  });
  return async () => {
    progress.begin();
    const reload = await store.reload();
    if (result !== undefined) await deliver(chunksOf(result, settings), send, nextOrder);
    result = undefined;
    return reload.result === 'waiting';
  };
}

/** Announces the first services before they are compiled, so that the parent imports what they need meanwhile. */
function announced(
  messages: MessageSupport | undefined,
  send: (report: Report) => void,
): MessageSupport | undefined {
  if (messages === undefined) return undefined;
  let isAnnounced = false;
  return {
    compileServices(bytes) {
      if (!isAnnounced) send({ kind: 'services' });
      isAnnounced = true;
      return messages.compileServices(bytes);
    },
  };
}

async function deliver(
  chunks: readonly Chunk[],
  send: (report: Report) => void,
  nextOrder: () => Promise<void>,
): Promise<void> {
  const size = chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0);
  send({ kind: 'offer', size });
  for (const chunk of chunks) {
    await nextOrder();
    send({ kind: 'chunk', chunk });
  }
  await nextOrder();
  send({ kind: 'end' });
}

function chunksOf(result: Delivery, { dir, maxTransfer }: LoadSettings): readonly Chunk[] {
  try {
    return encode(result, { compiledForm, limit: maxTransfer });
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const message = `the policies of \`${dir}\` take too much memory once they are compiled`;
    const help = 'split large datasets between services, or raise `--load-memory`';
    return encode(failed(result.reload, message, help));
  }
}

function failed(reload: Reload, message: string, help: string): Delivery {
  const diagnostics = [diagnostic('load_memory', '', message, help)];
  return { kind: 'failure', reload: { ...reload, result: 'failure', diagnostics } };
}

/** Tells the parent what this process works on, also if it never gets further. */
class Progress {
  readonly #dir: string;
  #root: string;

  constructor(dir: string) {
    this.#dir = dir;
    this.#root = dir;
  }

  /** The folder can be a link, while its files have their real paths. */
  begin(): void {
    try {
      this.#root = realpathSync(this.#dir);
    } catch {
      this.#root = this.#dir;
    }
  }

  tell(path: string): void {
    const inFolder = path.startsWith(`${this.#root}/`) ? path.slice(this.#root.length + 1) : path;
    try {
      writeSync(PROGRESS_FD, `${inFolder.replaceAll('\n', ' ')}\n`);
    } catch {
      // The parent has closed its end.
    }
  }

  fileSystem(): FileSystem {
    return {
      ...nodeFileSystem,
      read: (path) => {
        this.tell(path);
        return nodeFileSystem.read(path);
      },
      readNow: (path) => {
        this.tell(path);
        return nodeFileSystem.readNow(path);
      },
    };
  }
}
