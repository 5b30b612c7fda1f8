import { quoted } from '../../diagnostic/suggest.ts';
import { ALGORITHMS, DEFAULT_ALGORITHMS } from '../../engine/identity/algorithms.ts';
import type { ClaimTest } from '../../engine/identity/claim-test.ts';
import type { CryptoProvider } from '../../engine/identity/crypto.ts';
import type { Issuer, KeySource, PresetUse } from '../../engine/identity/issuer.ts';
import { compileKeys, type KeyProblem } from '../../engine/identity/jwks.ts';
import { discoveryProblem } from '../../engine/identity/key-url.ts';
import { DEFAULT_PLACES } from '../../engine/identity/token-place.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { suggestion } from '../language/fields.ts';
import { type IssuerSpec, issuerOf, refreshOf } from '../language/issuer-document.ts';
import { type Preset, type PresetFields, presetOf } from '../language/issuer-presets.ts';
import { TENANT, tenantProblem } from '../language/issuer-tenants.ts';
import { type Located, report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { compileClaim } from './compile-callers.ts';
import { type Data, inlineData, type References } from './references.ts';

/** An Issuer document with its keys and every default; undefined after a reported mistake. */
export function compileIssuer(
  name: string,
  spec: IssuerSpec,
  references: References,
  crypto: CryptoProvider,
  datasets: TenantDatasets,
): Issuer | undefined {
  const preset = spec.preset === undefined ? undefined : presetOf(spec.preset, issuerOf(spec));
  const { fields = {}, issuer = issuerOf(spec) } = preset ?? {};
  const algorithms = spec.algorithms?.map(({ value }) => value) ?? fields.algorithms ?? DEFAULT_ALGORITHMS;
  const keys = compileSource(spec, preset, issuer, algorithms, references, crypto);
  if (issuer === undefined || keys === undefined) return undefined;
  return {
    name,
    issuer,
    tenants: issuer.includes(TENANT) ? tenantsOf(issuer, spec, datasets) : undefined,
    trustDomain: spec.trustDomain,
    paddedBase64: spec.paddedBase64 ?? false,
    audiences: spec.audiences ?? [],
    anyAudience: spec.anyAudience ?? false,
    algorithms,
    keys,
    from: spec.from ?? DEFAULT_PLACES,
    clockSkew: spec.clockSkew ?? 30_000,
    maxAge: spec.maxAge,
    forward: spec.forward ?? true,
    requireExpiry: spec.requireExpiry ?? true,
    requireClaims: [...new Set([...(fields.requireClaims ?? []), ...(spec.requireClaims ?? [])])],
    claims: [...presetClaims(fields, spec), ...(spec.claims ?? []).map(compileClaim)],
    types: spec.types,
    scopesClaim: spec.scopesClaim ?? fields.scopesClaim ?? 'scope',
    audienceClaim: spec.audienceClaim ?? fields.audienceClaim ?? 'aud',
    rolesPath: spec.rolesPath ?? fields.rolesPath ?? [],
    preset: preset && presetUse(preset, spec),
  };
}

/** Values of the Datasets of a folder, for lists of tenants. */
export interface TenantDatasets {
  /** Null for an invalid one. */
  readonly values: ReadonlyMap<string, JsonValue>;
  /** True if a Dataset may be declared in a part that could not be read. */
  readonly incomplete: boolean;
  /** Called with each name that is used. */
  readonly note: (name: string) => void;
}

/** The tenants by their `iss`. */
function tenantsOf(
  issuer: string,
  { tenants = [] }: IssuerSpec,
  datasets: TenantDatasets,
): ReadonlyMap<string, string> {
  const names = tenants.flatMap(({ value }) =>
    typeof value === 'string' ? [value] : tenantsIn(value.dataset, datasets),
  );
  return new Map(names.map((name) => [issuer.replace(TENANT, () => name), name]));
}

/** Texts of a list, or the keys of a mapping. */
function tenantsIn({ value: name, at }: Located<string>, datasets: TenantDatasets): readonly string[] {
  const { values, incomplete, note } = datasets;
  const data = values.get(name);
  note(name);
  if (data === undefined && !incomplete)
    report(at, 'unknown_reference', `unknown Dataset \`${name}\``, () => suggestion(name, values.keys()));
  if (typeof data !== 'object' || data === null) return [];
  const tenants: readonly JsonValue[] = isJsonList(data) ? data : Object.keys(data);
  for (const [index, tenant] of tenants.entries()) {
    const problem = typeof tenant === 'string' ? tenantProblem(tenant) : `value ${index + 1} is not text`;
    if (problem === undefined) continue;
    report(at, 'unknown_value', `the Dataset \`${name}\` is not a list of tenants: ${problem}`);
    return [];
  }
  return tenants.filter((tenant) => typeof tenant === 'string');
}

/** The claims of a preset, without those that the document has itself. */
function presetClaims({ claims = {} }: PresetFields, spec: IssuerSpec): readonly ClaimTest[] {
  const written = new Set(spec.claims?.map(({ name }) => name));
  return Object.entries(claims)
    .filter(([name]) => !written.has(name))
    .map(([name, values]) => ({ name, values: new Set(values) }));
}

/** Lists of an Issuer that have what the preset and the document say: with less, other tokens of a provider would pass. */
const ADDED: readonly string[] = ['requireClaims', 'claims'];

/** The fields that a preset sets or adds to: those that it has and the document has not, and lists that have both. */
function presetUse({ name, issuer, jwksUri, fields }: Preset, spec: IssuerSpec): PresetUse {
  const own = { issuer, keys: jwksUri, ...fields };
  const sets = Object.entries(own).filter(
    ([field, value]) =>
      value !== undefined && (ADDED.includes(field) || spec[field as keyof typeof own] === undefined),
  );
  return { name, sets: sets.map(([field]) => field) };
}

/** Most keys of a set: each costs the import of a key when it is loaded, and a comparison for each token. */
const MOST_KEYS = 200;

function compileSource(
  spec: IssuerSpec,
  preset: Preset | undefined,
  issuer: string | undefined,
  algorithms: readonly string[],
  references: References,
  crypto: CryptoProvider,
): KeySource | undefined {
  const { jwksUri = spec.keys === undefined ? preset?.jwksUri : undefined, jwksFile, jwks } = spec.keys ?? {};
  if (jwksUri !== undefined) return { kind: 'uri', jwksUri, refresh: refreshOf(spec) };
  if (spec.keys?.discovery !== undefined) return discovered(spec, issuer, spec.keys.discovery.at);
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

/** The keys that the OpenID configuration of the issuer names; undefined after a reported mistake in the issuer. */
function discovered(spec: IssuerSpec, issuer: string | undefined, at: Cursor): KeySource | undefined {
  if (issuer === undefined) return undefined;
  const problem = issuer.includes(TENANT) ? 'each tenant of it has its own' : discoveryProblem(issuer);
  if (problem === undefined) return { kind: 'discovery', issuer, refresh: refreshOf(spec) };
  const message = `there is no OpenID configuration for the \`issuer\`: ${problem}`;
  return report(at, 'invalid_url', message, 'write the URL of the key set: `keys: {jwksUri: ...}`');
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
