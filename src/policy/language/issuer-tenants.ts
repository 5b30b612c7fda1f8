import { isTrustDomain } from '../../engine/identity/spiffe.ts';
import type { Cursor } from '../yaml/tree.ts';
import { DATA_FIELDS, type DatasetReference } from './caller-document.ts';
import { mapping, misplaced } from './fields.ts';
import { child, type Located, lacks, located, nonEmptyText, report, someOf } from './reader.ts';
import { type Reader, shaped, textual } from './shape.ts';

const dataset = mapping(DATA_FIELDS);

/** A tenant, or a Dataset of tenants. */
export type TenantDocument = string | DatasetReference;

const tenant: Reader<string> = (at) => {
  const name = nonEmptyText(at);
  const problem = name === undefined ? undefined : tenantProblem(name);
  return problem === undefined ? name : report(at, 'unknown_value', problem);
};

/** One segment of a URL: a tenant never crosses a `/`, and never ends the path. */
const SEGMENT = "^(?!\\.{1,2}$)[A-Za-z0-9._~!$&'()+,;=:@%-]+$";
const IS_SEGMENT = new RegExp(SEGMENT);
shaped(tenant, textual({ minLength: 1, pattern: SEGMENT }));

/** Reason why a text cannot be a tenant; undefined if it can be one. */
export function tenantProblem(name: string): string | undefined {
  if (name.includes('*'))
    return `\`${name}\` cannot be a tenant: tenants are named one by one, without patterns`;
  return IS_SEGMENT.test(name) ? undefined : `\`${name}\` cannot be a tenant: it is not one segment of a URL`;
}

const oneTenant: Reader<Located<TenantDocument>> = located(
  shaped<TenantDocument>(
    (at) => {
      if (at.tree.kind !== 'mapping') return tenant(at);
      const named = dataset(at)?.data;
      return named && { dataset: named };
    },
    { kind: 'either', of: [tenant, dataset] },
  ),
);

/** Reader of `tenants`. */
export const tenantList = someOf(oneTenant);

/** Reader of a trust domain, in lower case. */
export const trustDomain: Reader<string> = (at) => {
  const written = nonEmptyText(at);
  if (written === undefined) return undefined;
  const name = written.toLowerCase();
  if (isTrustDomain(name)) return name;
  const [, domain] = /^spiffe:\/\/([^/]+)/i.exec(written) ?? [];
  const help = domain === undefined ? undefined : `write \`${domain.toLowerCase()}\``;
  return report(at, 'invalid_principal', `\`${written}\` is not a valid trust domain`, help);
};
shaped(trustDomain, textual({ minLength: 1 }));

/** The only placeholder in an `issuer`. */
export const TENANT = '{tenant}';

interface TenantFields {
  readonly issuer: string | undefined;
  readonly keys: { readonly jwksUri: string | undefined } | undefined;
  readonly trustDomain: string | undefined;
}

/** Reports an `issuer` with another placeholder, and `tenants` without their place. */
export function reportTenants(at: Cursor, { issuer, keys, trustDomain: domain }: TenantFields): void {
  const place = child(at, 'issuer');
  const [placeholder, another] = issuer?.match(/\{[^{}]*\}/g) ?? [];
  if (place !== undefined && placeholder !== undefined && placeholder !== TENANT) {
    const help = `did you mean \`${TENANT}\`?`;
    report(place, 'unknown_value', `unknown placeholder \`${placeholder}\``, help);
  } else if (place !== undefined && another !== undefined) {
    report(place, 'unknown_value', `\`${TENANT}\` can be written once only`);
  } else if (placeholder === undefined) {
    const help = `remove it, or write \`${TENANT}\` in the \`issuer\``;
    misplaced(at, 'tenants', `\`tenants\` has no effect without \`${TENANT}\` in the \`issuer\``, help);
  } else if (lacks(at, 'tenants')) {
    const help =
      'name the tenants whose tokens are accepted: `tenants: [acme]`, or `tenants: [{data: NAME}]`';
    report(at, 'missing_field', 'the field `tenants` is missing', help, place?.key);
  }
  if (placeholder !== undefined && domain !== undefined)
    misplaced(at, 'trustDomain', '`trustDomain` has no effect with `tenants`', 'remove one of them');
  const url = child(at, 'keys');
  if (url !== undefined && keys?.jwksUri?.includes('{') === true) {
    const message = 'the keys of all tenants are at one URL, without a placeholder';
    report(child(url, 'jwksUri') ?? url, 'invalid_url', message);
  }
}
