import { quoted } from '../../diagnostic/suggest.ts';
import { ALGORITHMS, DEFAULT_ALGORITHMS } from '../../engine/identity/algorithms.ts';
import type { ClaimTest } from '../../engine/identity/claim-test.ts';
import type { CryptoProvider } from '../../engine/identity/crypto.ts';
import type { Issuer, KeySource, PresetUse } from '../../engine/identity/issuer.ts';
import { compileKeys, type KeyProblem } from '../../engine/identity/jwks.ts';
import { DEFAULT_PLACES } from '../../engine/identity/token-place.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import { type IssuerSpec, refreshOf } from '../language/issuer-document.ts';
import { type Preset, type PresetFields, presetOf } from '../language/issuer-presets.ts';
import { report } from '../language/reader.ts';
import { compileClaim } from './compile-callers.ts';
import { type Data, inlineData, type References } from './references.ts';

/** An Issuer document with its keys and every default; undefined after a reported mistake. */
export function compileIssuer(
  name: string,
  spec: IssuerSpec,
  references: References,
  crypto: CryptoProvider,
): Issuer | undefined {
  const preset = spec.preset === undefined ? undefined : presetOf(spec.preset, spec.issuer);
  const { fields = {}, issuer = spec.issuer } = preset ?? {};
  const algorithms = spec.algorithms?.map(({ value }) => value) ?? fields.algorithms ?? DEFAULT_ALGORITHMS;
  const keys = compileSource(spec, preset, algorithms, references, crypto);
  if (issuer === undefined || keys === undefined) return undefined;
  return {
    name,
    issuer,
    audiences: spec.audiences ?? [],
    anyAudience: spec.anyAudience ?? false,
    algorithms,
    keys,
    from: spec.from ?? DEFAULT_PLACES,
    clockSkew: spec.clockSkew ?? 30_000,
    maxAge: spec.maxAge,
    forward: spec.forward ?? true,
    requireExpiry: spec.requireExpiry ?? true,
    requireClaims: spec.requireClaims ?? fields.requireClaims ?? [],
    claims: spec.claims?.map(compileClaim) ?? presetClaims(fields),
    types: spec.types,
    scopesClaim: spec.scopesClaim ?? fields.scopesClaim ?? 'scope',
    audienceClaim: spec.audienceClaim ?? fields.audienceClaim ?? 'aud',
    rolesPath: spec.rolesPath ?? fields.rolesPath ?? [],
    preset: preset && presetUse(preset, spec),
  };
}

function presetClaims({ claims = {} }: PresetFields): readonly ClaimTest[] {
  return Object.entries(claims).map(([name, values]) => ({ name, values: new Set(values) }));
}

/** The fields that a preset sets: those that it has and the document has not. */
function presetUse({ name, issuer, jwksUri, fields }: Preset, spec: IssuerSpec): PresetUse {
  const own = { issuer, keys: jwksUri, ...fields };
  const sets = Object.entries(own).filter(
    ([field, value]) => value !== undefined && spec[field as keyof typeof own] === undefined,
  );
  return { name, sets: sets.map(([field]) => field) };
}

/** Most keys of a set: each costs the import of a key when it is loaded, and a comparison for each token. */
const MOST_KEYS = 200;

function compileSource(
  spec: IssuerSpec,
  preset: Preset | undefined,
  algorithms: readonly string[],
  references: References,
  crypto: CryptoProvider,
): KeySource | undefined {
  const { jwksUri = spec.keys === undefined ? preset?.jwksUri : undefined, jwksFile, jwks } = spec.keys ?? {};
  if (jwksUri !== undefined) return { kind: 'uri', jwksUri, refresh: refreshOf(spec) };
  const data = jwksFile === undefined ? jwks && inlineData(jwks.at) : references.read(jwksFile);
  if (data === undefined) return undefined;
  const keys = isJsonObject(data.value) ? data.value['keys'] : undefined;
  if (Array.isArray(keys) && keys.length > MOST_KEYS) {
    const help = 'a key set holds the keys that are in use now and those that are used next';
    return report(data.place('/keys'), 'invalid_keys', `the set has more than ${MOST_KEYS} keys`, help);
  }
  // Without a valid algorithm no key could fit, and the mistake in the algorithms is already reported.
  if (algorithms.length > 0 && !fitsNone(data, algorithms, spec, crypto)) {
    reportKeys(data, compileKeys(data.value, algorithms, crypto).problems);
  }
  if (!isJsonObject(data.value)) return undefined;
  return { kind: 'inline', jwks: data.value, compiled: compileKeys(data.value, algorithms, crypto).keys };
}

/** True, and reported, if the keys are valid but none is for a listed algorithm: the mistake is in the list. */
function fitsNone(
  data: Data,
  algorithms: readonly string[],
  spec: IssuerSpec,
  crypto: CryptoProvider,
): boolean {
  const [first] = spec.algorithms ?? [];
  if (first === undefined || compileKeys(data.value, algorithms, crypto).keys.length > 0) return false;
  const valid = compileKeys(data.value, Object.keys(ALGORITHMS), crypto).keys;
  if (valid.length === 0) return false;
  const fitting = new Set(valid.flatMap((key) => [...key.algorithms]));
  const message = `no key of the set is for ${quoted(algorithms)}`;
  report(first.at, 'invalid_algorithm', message, `the keys are for ${quoted(fitting)}`);
  return true;
}

function reportKeys(data: Data, problems: readonly KeyProblem[]): void {
  for (const { pointer, severity, message } of problems) {
    report(data.place(pointer), severity === 'error' ? 'invalid_keys' : 'unused_key', message);
  }
}
