import { ownText } from '../request/own-text.ts';
import { FairQueue } from './fair-queue.ts';
import { MOST_CANDIDATES } from './keys.ts';
import { ProofCache } from './proof-cache.ts';
import type { VerificationKey } from './verification-key.ts';

/** `overloaded`: the signature was not looked at. */
export type SignatureResult = 'valid' | 'invalid' | 'overloaded';

/** Signatures that were found to be invalid. */
const MOST_INVALID = { max: 1000, maxLength: 1000 * 2048 };

/**
 * Slow checks under way: one for each thread of Node's pool. More would only wait there, and so would the key fetches
 * that need a thread for a name.
 */
const AT_ONCE = 4;

/** Slow checks that wait. At 0.1 to 0.8 milliseconds each, the last one of an issuer is done within its deadline. */
const WAITING_OF_ONE_ISSUER = 256;
const WAITING = 1024;

/** A token and the keys that did not sign it. */
interface InvalidToken {
  readonly text: string;
  readonly keys: readonly VerificationKey[];
}

/** A check of a signature. */
export interface SignatureCheck {
  /** The token in compact form. */
  readonly text: string;
  readonly algorithm: string;
  readonly key: VerificationKey;
  /** Name of the Issuer document, which the work is counted for. */
  readonly issuer: string;
}

/**
 * Checks signatures: each token once, however many calls bring it at the same time; one that is known to be invalid
 * not again; slow ones in turn by issuer, so that a flood of tokens of one does not delay those of another.
 */
export class Signatures {
  readonly #onCheck: () => void;
  /** Checks under way, by token; not more than the queue holds. */
  readonly #underWay = new Map<string, { key: VerificationKey; result: Promise<SignatureResult> }>();
  readonly #invalid = new ProofCache<InvalidToken>(MOST_INVALID);
  readonly #queue = new FairQueue({ atOnce: AT_ONCE, waitingOfOne: WAITING_OF_ONE_ISSUER, waiting: WAITING });

  /** `onCheck` is called before each computation. */
  constructor(onCheck: () => void = () => {}) {
    this.#onCheck = onCheck;
  }

  /** A promise only for slow keys. Fails only for a fault of our own. */
  check({ text, algorithm, key, issuer }: SignatureCheck): SignatureResult | Promise<SignatureResult> {
    if (this.#invalid.get(text)?.keys.includes(key) === true) return 'invalid';
    const compute = (): boolean | Promise<boolean> => {
      this.#onCheck();
      return key.key.verify(text, algorithm);
    };
    if (!key.key.isSlow) {
      const isValid = compute();
      if (typeof isValid === 'boolean') return this.#noted(isValid, text, key);
      return isValid.then((later) => this.#noted(later, text, key));
    }
    const same = this.#underWay.get(text);
    if (same?.key === key) return same.result;
    const queued = this.#queue.run(issuer, async () => this.#noted(await compute(), text, key));
    if (queued === undefined) return 'overloaded';
    const result = queued.finally(() => {
      if (this.#underWay.get(text)?.result === result) this.#underWay.delete(text);
    });
    this.#underWay.set(text, { key, result });
    return result;
  }

  #noted(isValid: boolean, text: string, key: VerificationKey): SignatureResult {
    if (isValid) return 'valid';
    const known = this.#invalid.get(text);
    const keys = [...(known?.keys ?? []), key].slice(-MOST_CANDIDATES);
    this.#invalid.set({ text: known?.text ?? ownText(text), keys });
    return 'invalid';
  }
}
