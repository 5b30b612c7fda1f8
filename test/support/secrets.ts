import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Forms of what no output of Lictor may contain, with their names. */
const FORMS = new Map<string, RegExp>([
  // The header of each signed token is a JSON object, which begins with `{"`, and ends at a dot.
  ['a token', /eyJ[\w-]{8,}\.[\w-]/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----|"d" ?: ?"[\w-]{20,}"/],
  ['credentials', /\b(?:Bearer|Basic) [\w.~+/-]{16,}/i],
]);

/** Bytes at the end of a file that are searched. */
const SEARCHED = 16 * 1024 * 1024;

/** Secrets of this process that have no form of their own. */
const kept = new Set<string>();

/** Registers a secret that the tests use, such as a token that is not a JWT, and returns it. */
export function secret(text: string): string {
  kept.add(text);
  return text;
}

/** The secret in a text by its name, without its content; undefined if there is none. */
export function secretIn(text: string): string | undefined {
  for (const [name, form] of FORMS) {
    const at = text.search(form);
    if (at !== -1) return `${name} at character ${at} after \`${text.slice(Math.max(0, at - 60), at)}\``;
  }
  for (const one of kept) {
    const at = text.indexOf(one);
    if (at !== -1) return `the secret \`${one}\` at character ${at}`;
  }
  return undefined;
}

/** Throws if a text contains a secret. `where`: the output for the message. */
export function refuseSecrets(where: string, text: string): void {
  const found = secretIn(text);
  if (found !== undefined) throw new Error(`${where} contains ${found}`);
}

/** Throws if a file contains a secret. Pipes, devices and absent files are left alone. */
export function refuseSecretsInFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) return;
  const { size } = found;
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(size, SEARCHED));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    refuseSecrets(path, bytes.toString('latin1'));
  } finally {
    closeSync(file);
  }
}
