import type { Advice } from '../../diagnostic/advice.ts';
import { quoted } from '../yaml/quote.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { WrittenField } from './fields.ts';
import { inline, instead } from './inline.ts';

/** Help for a caller that is a text, such as a SPIFFE ID. */
export function principalHelp({ tree }: Cursor): Advice | undefined {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return undefined;
  const text = `{principal: ${quoted(tree.value, 'plain', true)}}`;
  return { help: `write \`${text}\``, edit: tree.style === 'block' ? undefined : { ...tree.range, text } };
}

/** Help for the parts of a token beside `jwt`. */
export function callerHelp({ name, lacks }: WrittenField): string | undefined {
  const isOfToken = (name === 'issuer' && !lacks('claims')) || (name === 'claims' && !lacks('issuer'));
  return isOfToken ? 'a token is written under `jwt`: `jwt: {issuer: ..., claims: {...}}`' : undefined;
}

/** Claims by the words that people write for them beside `claims`. */
const CLAIMS: ReadonlyMap<string, string> = new Map([
  ['scope', 'scope'],
  ['sub', 'sub'],
  ['subject', 'sub'],
  ['aud', 'aud'],
  ['audience', 'aud'],
  ['email', 'email'],
  ['groups', 'groups'],
  ['tenant', 'tenant'],
]);

/** Help for a claim that is written beside `claims`. */
export function tokenHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  if (name === 'roles' || name === 'role')
    return 'write the claim that `rolesPath` of the Issuer names: `claims: {realm_access: {roles: [admin]}}`';
  if (name === 'scopes')
    return 'write the claim of the scopes: `claims: {scope: "orders:read orders:write"}`';
  const claim = CLAIMS.get(name);
  if (claim === undefined) return undefined;
  const own = inline(value);
  const text = `claims: {${claim}: ${own ?? '...'}}`;
  const help = `claims belong under \`claims\`: \`${text}\``;
  return own === undefined || !lacks('claims') ? help : instead(value, help, text);
}
