/**
 * True if two byte strings are equal. The time depends on their lengths only: `==` ends at the first difference, which
 * tells an attacker who can send many guesses how far one is right.
 */
export function constantTimeEquals(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}
