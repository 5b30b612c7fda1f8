import {
  createPublicKey,
  createSecretKey,
  hash,
  type JsonWebKey,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import type { CryptoProvider, ImportedKey, KeyMembers, X509 } from '../engine/identity/crypto.ts';
import { describeClass } from '../recipe/recipe.ts';
import { type KeyChecks, keyChecks } from './signature.ts';

/** Cryptography over `node:crypto`. */
export const nodeCrypto: CryptoProvider = {
  sha256: (text) => hash('sha256', text, 'base64url'),

  decodeBase64url(text) {
    const bytes = Buffer.from(text, 'base64url');
    // Node skips padding, stray bits and other characters, so that only the canonical text comes out again.
    return bytes.toString('base64url') === text ? bytes : undefined;
  },

  importKey(members) {
    try {
      return importedKey(keyObject(members));
    } catch {
      return undefined;
    }
  },

  readChain(pem, most) {
    try {
      return readChain(pem, most);
    } catch {
      return undefined;
    }
  },

  readX509(pem) {
    try {
      return readPem(pem);
    } catch {
      return undefined;
    }
  },
};

/** The key as an `ImportedKey`: a public or a secret one. */
export function importedKey(key: KeyObject): ImportedKey {
  return new NodeKey(key);
}

class NodeKey implements ImportedKey {
  readonly modulusBits: number | undefined;
  readonly secretBytes: number | undefined;
  readonly isSlow: boolean;
  readonly #key: KeyObject;
  readonly #checks: KeyChecks;

  constructor(key: KeyObject) {
    this.modulusBits = key.asymmetricKeyDetails?.modulusLength;
    this.secretBytes = key.symmetricKeySize;
    this.#key = key;
    this.#checks = keyChecks(key);
    this.isSlow = this.#checks.isSlow;
  }

  /** Bytes of a secret key, for a recipe; undefined for a public one. */
  secret(): Uint8Array | undefined {
    return this.#key.type === 'secret' ? new Uint8Array(this.#key.export()) : undefined;
  }

  /** Members of a public key, for a recipe. */
  jwk(): JsonWebKey {
    return { ...this.#key.export({ format: 'jwk' }) };
  }

  verify(jws: string, algorithm: string): boolean | Promise<boolean> {
    return this.#checks.verify(jws, algorithm);
  }
}

function keyObject(members: KeyMembers): KeyObject {
  return members.kty === 'oct'
    ? createSecretKey(Buffer.from(members.k, 'base64url'))
    : createPublicKey({ format: 'jwk', key: members });
}

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

function readPem(pem: string): X509 | undefined {
  const certificate = certificateIn(pem);
  return certificate && fieldsOf(certificate);
}

function fieldsOf({ raw }: X509Certificate): X509 {
  return { der: raw, sha256: hash('sha256', raw) };
}

/** The first certificate of a text; throws if it is broken. */
function certificateIn(pem: string): X509Certificate | undefined {
  const [, text] = PEM.exec(pem) ?? [];
  if (text === undefined) return undefined;
  const der = Buffer.from(text, 'base64');
  const certificate = new X509Certificate(der);
  // Bytes after the certificate, and encodings that are not DER, are not in what Node writes again.
  return certificate.raw.equals(der) ? certificate : undefined;
}

const END = '-----END CERTIFICATE-----';

function readChain(pem: string, most: number): readonly X509[] | undefined {
  const texts = pem.split(END).slice(0, -1);
  if (texts.length > most) return undefined;
  const chain = texts.map((text) => certificateIn(text + END));
  if (!chain.every((each) => each !== undefined)) return undefined;
  const end = chain.findIndex((each, at) => {
    const issuer = chain[at + 1];
    return issuer === undefined || !each.checkIssued(issuer) || !each.verify(issuer.publicKey);
  });
  return chain.slice(0, end + 1).map(fieldsOf);
}

describeClass(
  'node.Key',
  NodeKey.prototype,
  (key: NodeKey) => [key.secret(), key.secret() === undefined ? key.jwk() : undefined],
  (secret: Uint8Array | undefined, jwk: JsonWebKey | undefined) =>
    new NodeKey(
      secret === undefined
        ? createPublicKey({ format: 'jwk', key: jwk ?? {} })
        : createSecretKey(Buffer.from(secret)),
    ),
);
