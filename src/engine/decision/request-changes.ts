import type { Attributes } from '../request/attributes.ts';
import { foldedName, isPlainName, OVERRIDE_HEADERS } from '../request/header-fields.ts';
import type { ApplicablePolicy } from './applicable-policy.ts';
import type { Changes } from './outcome.ts';

type Sent = Pick<Attributes['request'], 'headers' | 'headerForm'>;

const OVERRIDES: readonly string[] = Object.keys(OVERRIDE_HEADERS);

/** True if `removeClaims` may find something to remove in a request whose headers no policy changes. */
export function mayHaveClaims({ headerForm }: Sent): boolean {
  return headerForm.hasOverride || headerForm.unusual.length > 0;
}

/**
 * Changes to the request's headers by several policies, one after the other. Envoy removes after everything else, so a
 * name that a later policy sets again must not be among those to remove. It appends only to headers that exist, so the
 * first value of a header that the request lacks is set.
 */
export class RequestChanges {
  readonly #sent: Sent;
  readonly #set = new Map<string, string>();
  readonly #removed = new Set<string>();
  #append: (readonly [string, string])[] = [];

  constructor(sent: Sent) {
    this.#sent = sent;
  }

  /** Without a value the caller's own header is removed, as it would pass for ours; a value of an earlier policy stays. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) {
      if (this.#set.has(name)) return;
      const [first, ...others] = this.#append.filter(([appended]) => appended === name);
      this.remove(name);
      if (first === undefined) return;
      // Values that an earlier policy appended stay, without those of the caller.
      this.set(name, first[1]);
      this.#append.push(...others);
      return;
    }
    this.#forget(name);
    this.#set.set(name, value);
  }

  append(name: string, value: string | undefined): void {
    if (value === undefined) return;
    const there = this.#set.has(name) || (this.#sent.headers.has(name) && !this.#removed.has(name));
    if (there) this.#append.push([name, value]);
    else this.set(name, value);
  }

  remove(name: string): void {
    this.#forget(name);
    this.#removed.add(name);
  }

  /**
   * Removes headers of the caller that some servers obey instead of what was decided on: those that replace method,
   * path or host, unless a policy reads them, and other spellings of the names that the policies set or remove.
   */
  removeClaims(policies: readonly ApplicablePolicy[]): void {
    const { headers, headerForm } = this.#sent;
    if (headerForm.hasOverride)
      for (const name of OVERRIDES) if (headers.has(name)) this.#removeOverride(name, policies);
    if (headerForm.unusual.length === 0 && allPlain(this.#set.keys()) && allPlain(this.#removed)) return;
    const folded = new Set([...this.#set.keys(), ...this.#removed].map(foldedName));
    for (const name of headers.keys()) {
      if (folded.has(foldedName(name))) this.#removeOther(name);
      else if (OVERRIDES.includes(foldedName(name))) this.#removeOverride(name, policies);
    }
  }

  changes(): Changes['requestHeaders'] {
    return { set: this.#set, append: this.#append, remove: this.#removed };
  }

  #removeOverride(name: string, policies: readonly ApplicablePolicy[]): void {
    const isRead = policies.some(
      ({ policy: { headers } }) =>
        headers.all.others !== undefined || headers.all.named.some((read) => read.name === name),
    );
    if (!isRead) this.#removeOther(name);
  }

  /** Removes a header of the caller, unless a policy sets it or appends to it. */
  #removeOther(name: string): void {
    if (this.#set.has(name) || this.#append.some(([appended]) => appended === name)) return;
    this.#removed.add(name);
  }

  #forget(name: string): void {
    this.#set.delete(name);
    this.#removed.delete(name);
    if (this.#append.length > 0) this.#append = this.#append.filter(([appended]) => appended !== name);
  }
}

function allPlain(names: Iterable<string>): boolean {
  for (const name of names) if (!isPlainName(name)) return false;
  return true;
}
