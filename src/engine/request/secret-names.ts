/** Words of the names of headers, query parameters and claims whose values are secrets. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'auth',
  'authorization',
  'authentication',
  'bearer',
  'jwt',
  'code',
  'otp',
  'pin',
  'sig',
  'signature',
  'hmac',
  'key',
  'apikey',
  'token',
  'secret',
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'credential',
  'credentials',
  'cookie',
  'cookie2',
  'session',
  'sessionid',
  'sid',
  'csrf',
  'xsrf',
  'nonce',
  'state',
  'ticket',
  'assertion',
]);

/** Parts of words that make a name secret wherever they are, such as `accessToken`. */
const SECRET_PARTS = /token|secret|passw|apikey|cookie|authoriz|credential/i;

/** True if the name of a header, a query parameter or a claim is probably that of a secret. */
export function isSecretName(name: string): boolean {
  if (SECRET_PARTS.test(name)) return true;
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return words.split(/[^a-z0-9]+/).some((word) => SECRET_WORDS.has(word));
}

/** A signed token, the credentials of an `authorization` header, or a private key. */
const SECRET_TEXT =
  /eyJ[\w-]{8,}\.[\w-]|\b(?:Bearer|Basic|DPoP) +[\w.~+/-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/i;

/** True if a text has the form of a secret, wherever it is. */
export function isSecretText(text: string): boolean {
  return SECRET_TEXT.test(text);
}
