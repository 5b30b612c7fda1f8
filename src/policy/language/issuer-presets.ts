import type { Algorithm } from '../../engine/identity/algorithms.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';

/** Fields of an Issuer that a preset sets unless they are written; to `requireClaims` and `claims` it adds its own. */
export interface PresetFields {
  readonly audienceClaim?: string;
  readonly scopesClaim?: string;
  readonly rolesPath?: readonly string[];
  readonly requireClaims?: readonly string[];
  /** Claims with the texts that they may have. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  readonly algorithms?: readonly Algorithm[];
}

/** One form of the `issuer` of a provider, with what depends on it. */
interface IssuerForm {
  readonly issuer: RegExp;
  /** The URL of the keys, a replacement for the match of `issuer`; undefined: the provider documents none. */
  readonly keys: string | undefined;
  /** Both as the reference page shows them. */
  readonly shown: { readonly issuer: string; readonly keys: string };
  readonly fields?: PresetFields;
}

/** The form of `iss` in all tokens of a provider, as its documentation shows it. */
interface UsualIssuer {
  readonly form: RegExp;
  readonly shown: string;
}

/** The name of a tenant of Entra ID in `iss`, which is never its domain or `common`. */
const TENANT_ID = '(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\{tenant\\})';

/** A row of the table of presets. */
export interface PresetRow {
  /** The provider, and the tokens that the preset accepts. */
  readonly doc: string;
  /** `issuer` of a document that has none: the one that all customers of the provider share. */
  readonly issuer?: string;
  /** With `issuer`: claims that tell the tokens of one customer from those of all others, for help. */
  readonly own?: string;
  /** Undefined: any. */
  readonly usual?: UsualIssuer;
  /** The first form that matches counts. */
  readonly forms: readonly IssuerForm[];
  readonly fields: PresetFields;
  /** Claims of the tokens of tests beside the registered ones; CALLER is the name of the caller, TENANT the first segment of `iss`. */
  readonly sample: JsonObject;
}

/** Most providers have their keys below the issuer. */
function below(path: string): IssuerForm {
  return { issuer: /^(.*?)\/?$/, keys: `$1${path}`, shown: { issuer: 'any', keys: `ISSUER${path}` } };
}

/** The presets of Issuer documents: defaults for the tokens of a provider, from its own documentation. */
export const PRESETS = {
  keycloak: {
    doc: 'access tokens of Keycloak; `typ` keeps its ID tokens and refresh tokens out',
    usual: { form: /\/realms\/[^/]+$/, shown: 'https://HOST/realms/REALM' },
    forms: [below('/protocol/openid-connect/certs')],
    fields: { rolesPath: ['realm_access', 'roles'], claims: { typ: ['Bearer'] } },
    sample: { typ: 'Bearer', azp: 'CALLER', scope: '' },
  },
  entra: {
    doc: 'access tokens of Microsoft Entra ID; `azp` and `appid` keep its ID tokens out',
    usual: {
      form: new RegExp(`/${TENANT_ID}/(?:v2\\.0/?)?$`, 'i'),
      shown: 'https://login.microsoftonline.com/TENANT-ID/v2.0',
    },
    forms: [
      {
        issuer: /^https:\/\/login\.microsoftonline\.com\/\{tenant\}\/v2\.0$/,
        keys: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
        shown: {
          issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
          keys: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
        },
        fields: { requireClaims: ['tid', 'azp'] },
      },
      {
        issuer: /^https:\/\/sts\.windows\.net\/([^/]+)\/$/,
        keys: 'https://login.microsoftonline.com/$1/discovery/keys',
        shown: {
          issuer: 'https://sts.windows.net/TENANT/',
          keys: 'https://login.microsoftonline.com/TENANT/discovery/keys',
        },
        fields: { requireClaims: ['tid', 'appid'] },
      },
      {
        issuer: /^(.*)\/v2\.0$/,
        keys: '$1/discovery/v2.0/keys',
        shown: {
          issuer: 'https://login.microsoftonline.com/TENANT/v2.0',
          keys: 'https://login.microsoftonline.com/TENANT/discovery/v2.0/keys',
        },
        fields: { requireClaims: ['tid', 'azp'] },
      },
    ],
    fields: { scopesClaim: 'scp', rolesPath: ['roles'] },
    sample: { tid: 'TENANT', azp: 'CALLER', appid: 'CALLER' },
  },
  auth0: {
    doc: 'access tokens of Auth0; `permissions` are what the roles of the user allow',
    usual: { form: /\/$/, shown: 'https://TENANT.REGION.auth0.com/' },
    forms: [below('/.well-known/jwks.json')],
    fields: { rolesPath: ['permissions'] },
    sample: { azp: 'CALLER' },
  },
  okta: {
    doc: 'access tokens of a custom authorization server of Okta; `cid` keeps its ID tokens out',
    usual: { form: /\/oauth2\/[^/]+$/, shown: 'https://ORGANIZATION.okta.com/oauth2/SERVER' },
    forms: [below('/v1/keys')],
    fields: { scopesClaim: 'scp', rolesPath: ['groups'], requireClaims: ['cid'] },
    sample: { ver: 1, cid: 'CALLER' },
  },
  cognito: {
    doc: 'access tokens of Amazon Cognito, whose audience is the app client; `token_use` keeps its ID tokens out',
    usual: {
      form: /^https:\/\/cognito-idp\.[a-z0-9-]+\.[a-z.]+\/[^/]+$/,
      shown: 'https://cognito-idp.REGION.amazonaws.com/POOL',
    },
    forms: [below('/.well-known/jwks.json')],
    fields: {
      audienceClaim: 'client_id',
      rolesPath: ['cognito:groups'],
      claims: { token_use: ['access'] },
    },
    sample: { token_use: 'access', version: 2 },
  },
  google: {
    doc: 'ID tokens of Google, also those of service accounts',
    issuer: 'https://accounts.google.com',
    own: 'email: job@acme.iam.gserviceaccount.com, email_verified: true',
    forms: [
      {
        issuer: /^https:\/\/accounts\.google\.com$/,
        keys: 'https://www.googleapis.com/oauth2/v3/certs',
        shown: {
          issuer: 'https://accounts.google.com',
          keys: 'https://www.googleapis.com/oauth2/v3/certs',
        },
      },
    ],
    fields: { requireClaims: ['sub'] },
    sample: { azp: 'CALLER' },
  },
  'github-actions': {
    doc: 'tokens of the jobs of GitHub Actions, of every repository of GitHub: rules must name yours',
    issuer: 'https://token.actions.githubusercontent.com',
    own: 'repository_owner: acme',
    forms: [below('/.well-known/jwks')],
    fields: { requireClaims: ['sub', 'repository', 'repository_owner'] },
    sample: {
      sub: 'repo:acme/CALLER:ref:refs/heads/main',
      repository: 'acme/CALLER',
      repository_owner: 'acme',
      ref: 'refs/heads/main',
      ref_type: 'branch',
    },
  },
  gitlab: {
    doc: 'tokens of the jobs of GitLab CI/CD, on gitlab.com of every project: rules must name yours',
    issuer: 'https://gitlab.com',
    own: 'namespace_path: acme',
    forms: [below('/oauth/discovery/keys')],
    fields: { requireClaims: ['sub', 'project_path', 'namespace_path'] },
    sample: {
      sub: 'project_path:acme/CALLER:ref_type:branch:ref:main',
      namespace_path: 'acme',
      project_path: 'acme/CALLER',
      ref: 'main',
      ref_type: 'branch',
      ref_protected: 'true',
    },
  },
  kubernetes: {
    doc: 'tokens of the service accounts of a Kubernetes cluster, as the TokenRequest API issues them',
    forms: [
      {
        issuer: /^(https:\/\/oidc\.eks(?:-[a-z]+)?\.[^/]+\/id\/[^/]+)$/,
        keys: '$1/keys',
        shown: {
          issuer: 'https://oidc.eks.REGION.amazonaws.com/id/CLUSTER',
          keys: 'ISSUER/keys',
        },
      },
      {
        issuer: /^(https:\/\/container\.googleapis\.com\/.*)$/,
        keys: '$1/jwks',
        shown: {
          issuer: 'https://container.googleapis.com/v1/projects/PROJECT/locations/LOCATION/clusters/CLUSTER',
          keys: 'ISSUER/jwks',
        },
      },
      below('/openid/v1/jwks'),
    ],
    fields: {
      requireClaims: ['sub', 'kubernetes.io'],
      algorithms: ['RS256', 'ES256', 'ES384', 'ES512'],
    },
    sample: {
      sub: 'system:serviceaccount:default:CALLER',
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'CALLER' } },
    },
  },
  spire: {
    doc: 'JWT-SVIDs, which SPIRE issues; with `trustDomain` and no `issuer`, those without `iss`',
    forms: [
      // The bundle of a trust domain is at an address that its name does not tell.
      { issuer: /^spiffe:/, keys: undefined, shown: { issuer: '`trustDomain` alone', keys: 'written' } },
      below('/keys'),
    ],
    fields: {
      requireClaims: ['sub'],
      algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
    },
    sample: {},
  },
} as const satisfies Record<string, PresetRow>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/** The row of a preset, with the fields and keys for this issuer. */
export interface Preset {
  readonly name: PresetName;
  /** Undefined: neither the document nor the preset has one. */
  readonly issuer: string | undefined;
  /** Undefined: the preset has none for this issuer. */
  readonly jwksUri: string | undefined;
  readonly fields: PresetFields;
}

/** The preset for a document with this `issuer`. */
export function presetOf(name: PresetName, written: string | undefined): Preset {
  const row: PresetRow = PRESETS[name];
  const issuer = written ?? row.issuer;
  const form = issuer === undefined ? undefined : row.forms.find((each) => each.issuer.test(issuer));
  const url =
    form?.keys === undefined || issuer === undefined ? undefined : issuer.replace(form.issuer, form.keys);
  // Most providers have keys of each tenant, which one Issuer cannot have.
  const jwksUri = url?.includes('{') === true ? undefined : url;
  return { name, issuer, jwksUri, fields: { ...row.fields, ...form?.fields } };
}

/** The form of `iss` of the provider of a preset; undefined if this `issuer` has it, or if it has any form. */
export function otherForm(name: string, issuer: string): UsualIssuer | undefined {
  const row: PresetRow | undefined = isPresetName(name) ? PRESETS[name] : undefined;
  return row?.usual?.form.test(issuer) === false ? row.usual : undefined;
}

/** Claims of a token in a test, as the provider of a preset with this `iss` would issue it to a caller. */
export function sampleClaims(name: string, caller: string, iss: string): JsonObject {
  const row = isPresetName(name) ? PRESETS[name] : undefined;
  const [, tenant = ''] = URL.parse(iss)?.pathname.split('/') ?? [];
  const fill = (text: string): string => text.replaceAll('CALLER', caller).replaceAll('TENANT', tenant);
  return row === undefined ? {} : (filled(row.sample, fill) as JsonObject);
}

function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name);
}

function filled(value: JsonObject[string], fill: (text: string) => string): JsonObject[string] {
  if (typeof value === 'string') return fill(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, fill)]));
}
