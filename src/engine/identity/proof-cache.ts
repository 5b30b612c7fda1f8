/** Characters at the end of a token by which it is looked for: 72 bits of its signature. */
const TAIL = 12;

export interface ProofCacheOptions {
  /** Most entries. */
  readonly max: number;
  /** Most characters of all tokens together. */
  readonly maxLength: number;
}

interface Entry<Proof> {
  readonly proof: Proof;
  /** Since it was last looked at for eviction. */
  isUsed: boolean;
}

/**
 * Proofs of tokens, of which those that are not in use are forgotten. An entry is found by the end of its
 * token, since the hash of a whole token costs more than all other checks of it, and is returned only for the whole same
 * token. Two tokens with the same end replace each other: with a valid signature only an issuer can make such tokens.
 */
export class ProofCache<Proof extends { readonly text: string }> {
  /** The one that is looked at next for eviction is the first. */
  readonly #entries = new Map<string, Entry<Proof>>();
  readonly #max: number;
  readonly #maxLength: number;
  #length = 0;

  constructor({ max, maxLength }: ProofCacheOptions) {
    this.#max = max;
    this.#maxLength = maxLength;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(text: string): Proof | undefined {
    const entry = this.#entries.get(text.slice(-TAIL));
    if (entry === undefined || entry.proof.text !== text) return undefined;
    entry.isUsed = true;
    return entry.proof;
  }

  set(proof: Proof): void {
    const key = proof.text.slice(-TAIL);
    this.#delete(key);
    this.#entries.set(key, { proof, isUsed: false });
    this.#length += proof.text.length;
    while (this.#entries.size > this.#max || this.#length > this.#maxLength) this.#evict();
  }

  /** Forgets the first entry that was not used since its last turn; there is one after a turn of all. */
  #evict(): void {
    for (const [key, entry] of this.#entries) {
      if (!entry.isUsed) {
        this.#delete(key);
        return;
      }
      entry.isUsed = false;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
  }

  #delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#length -= entry.proof.text.length;
  }
}
