import { resolve } from 'node:path';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { matchesHost, normalizeHost } from '../../engine/request/host.ts';
import { nodeCrypto } from '../../node/crypto.ts';
import { FetchRefusal, type HttpGetOptions } from '../../node/http-get.ts';
import type { Configuration } from './configuration.ts';
import { readBounded } from './read-bounded.ts';
import type { OriginFile } from './setting-parsers.ts';

/** Largest file that is read, in MiB. */
const MOST_MIB = 4;

/** What the settings say about fetching keys. Files are read at each fetch, so that a new token or CA is used at once. */
export function keyOrigins(
  { jwksAllowPrivate, jwksToken, jwksCa }: Pick<Configuration, 'jwksAllowPrivate' | 'jwksToken' | 'jwksCa'>,
  directory: string,
): HttpGetOptions {
  const fileOf = (files: readonly OriginFile[], origin: string): string | undefined => {
    const found = files.findLast((file) => file.origin === origin);
    return found === undefined ? undefined : resolve(directory, found.path);
  };
  return {
    allowsPrivate: (host) => {
      const normalized = normalizeHost(host);
      return jwksAllowPrivate.some((pattern) => matchesHost(pattern, normalized));
    },
    settingsOf: async (origin) => {
      const [token, ca] = [fileOf(jwksToken, origin), fileOf(jwksCa, origin)];
      return {
        authorization: token === undefined ? undefined : `Bearer ${await readToken(token)}`,
        ca: ca === undefined ? undefined : await readCa(ca),
      };
    },
  };
}

async function readToken(path: string): Promise<string> {
  const token = (await readText(path, '--jwks-token')).trim();
  // RFC 6750 section 2.1: anything else could add another header.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
    throw new FetchRefusal('the file of `--jwks-token` does not contain a bearer token');
  return token;
}

async function readCa(path: string): Promise<string> {
  const text = await readText(path, '--jwks-ca');
  if (nodeCrypto.readX509(text) === undefined)
    throw new FetchRefusal('the file of `--jwks-ca` does not contain a PEM certificate');
  return text;
}

async function readText(path: string, flag: string): Promise<string> {
  try {
    return Buffer.from(await readBounded(path, MOST_MIB)).toString();
  } catch (error) {
    throw new FetchRefusal(
      `the file of \`${flag}\` cannot be read (${errorCode(error) || errorMessage(error)})`,
    );
  }
}
