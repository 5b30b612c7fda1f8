import type { PolicySet } from '../../engine/set/policy-set.ts';
import type { Revision } from '../../engine/set/revision.ts';
import type { FromCommit } from '../../policy/source/load-policy-set.ts';
import type { Reload } from '../../policy/source/store.ts';
import type { Chunk } from '../../policy/transfer/nodes.ts';

/** The settings of loading, as plain data for the loading process. */
export interface LoadSettings {
  /** Absolute path of the policy folder. */
  readonly dir: string;
  readonly revision: string | undefined;
  readonly requireRevision: boolean;
  readonly requireClean: boolean;
  readonly fromCommit: FromCommit | undefined;
  readonly environment: string | undefined;
  /** True if there is a store of shared limits. */
  readonly hasSharedStore: boolean;
  /** True if no policy set is live. */
  readonly isFirst: boolean;
  /** Characters and bytes of the chunks of a policy set; more is refused. */
  readonly maxTransfer: number;
}

/** The state that a loading process takes over from the one before it. */
export interface Resumption {
  /** Fingerprint of the folder that was looked at last: it is not loaded again until it changes. */
  readonly mark: string;
  /** Revision of the live policy set. */
  readonly live: Revision | undefined;
}

/** Messages to the loading process. */
export type Order =
  | { readonly kind: 'start'; readonly settings: LoadSettings; readonly resume: Resumption | undefined }
  /** Load at once, even without a change. */
  | { readonly kind: 'poke' }
  /** Send the next chunk of the delivery. */
  | { readonly kind: 'next' };

/** Messages from the loading process. */
export type Report =
  /** It looks at the folder, or loads it if `mark` is its fingerprint: it must report again within the time bound. */
  | { readonly kind: 'busy'; readonly mark: string | undefined }
  | { readonly kind: 'idle' }
  /** The folder has services of descriptor sets. */
  | { readonly kind: 'services' }
  /** A delivery of this many characters and bytes is ready. */
  | { readonly kind: 'offer'; readonly size: number }
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  /** The delivery has no more chunks. */
  | { readonly kind: 'end' };

/** Content of a delivery. */
export type Delivery =
  | { readonly kind: 'swap'; readonly reload: Reload; readonly set: PolicySet }
  | { readonly kind: 'failure'; readonly reload: Reload }
  /** The folder has the live policy set. */
  | { readonly kind: 'same'; readonly reload: Reload };

/** File descriptor on which the loading process writes the path of each file before it works on it, one in a line. */
export const PROGRESS_FD = 4;

/** Argument of a process whose settings come later, and which then loads policies. */
export const PREPARED = 'prepared';

/** Default of `--load-memory`, in MiB. */
export const DEFAULT_MEMORY = 512;
