import type { Advice } from '../../diagnostic/advice.ts';
import { quoted } from '../yaml/quote.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { WrittenField } from './fields.ts';
import { inline, instead } from './inline.ts';

/** Words for the roles of a token, as fields of an Issuer. */
const ROLES = /^(?:roles?|groups?)(?:_?(?:claims?|attribute|field|path))?$/i;

/** Help for an unknown field of an Issuer. */
export function issuerHelp(field: WrittenField): Advice | string | undefined {
  const { name, value, lacks } = field;
  if (name === 'bind' || name === 'resourceMetadata')
    return `\`${name}\` belongs to \`authenticate.jwt\` of a policy`;
  if (!ROLES.test(name)) return keySourceHelp(field);
  const { tree } = value;
  const written = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
  const own = written === undefined ? inline(value) : rolesPathOf(written);
  const path = own?.startsWith('[') === true ? own : undefined;
  const text = `rolesPath: ${path ?? '[roles]'}`;
  const help = `roles are found by \`rolesPath\`, the names of nested claims: \`${text}\``;
  return path !== undefined && lacks('rolesPath') ? instead(value, help, text) : help;
}

/** Help for keys and for their discovery, written into the Issuer itself. */
function keySourceHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  if (/^(?:openid|oidc|well_?known)/i.test(name))
    return 'name the service by `issuer`, and fetch its keys by `keys: {discovery: true}`';
  if (/^(?:shared_?)?secret$/i.test(name))
    return 'write the secret as a key: `keys: {jwks: {keys: [{kty: oct, alg: HS256, k: ...}]}}`, with `k` in base64url';
  if (/^(?:public_?key|certificate|pem|key)$/i.test(name))
    return 'write the key as a key set (RFC 7517): `keys: {jwksFile: ...}`, or `keys: {jwks: ...}`';
  if (!/^jwks_?ur[il]$|^certs_?url$/i.test(name) || name === 'jwksUri') return undefined;
  const own = inline(value);
  const text = `keys: {jwksUri: ${own ?? '...'}}`;
  const help = `write \`${text}\``;
  return own !== undefined && lacks('keys') ? instead(value, help, text) : help;
}

/** Help for fields of an Issuer that are written into its `keys`. */
export function keysHelp({ name }: WrittenField): string | undefined {
  if (/^(?:refresh|interval|cooldown|timeout|maxStale|cache\w*|ttl)$/i.test(name))
    return 'times for fetching keys belong beside `keys`: `refresh: {interval: 5m}`';
  return ['issuer', 'audiences', 'algorithms'].includes(name)
    ? `\`${name}\` belongs beside \`keys\`, not in it`
    : undefined;
}

/** The names in a path such as `realm_access.roles`, `$.realm_access.roles[*]` or `/realm_access/roles`, as a list. */
export function rolesPathOf(path: string): string {
  const isWhole = /^[a-z]+:\/\//i.test(path);
  const bare = path.replace(/^\$\.?|^\//, '').replace(/\[\*?\]$/, '');
  const names = isWhole ? [path] : bare.split(bare.includes('/') ? '/' : '.');
  return `[${names.map((name) => quoted(name, 'plain', true)).join(', ')}]`;
}

/** Help for a place of the token that is a text, such as `authorization`. */
export function placeHelp({ tree }: Cursor): Advice | undefined {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return undefined;
  const place = /^[a-z][\w-]*$/i.test(tree.value) ? `{header: ${tree.value.toLowerCase()}}` : undefined;
  return place === undefined
    ? { help: 'write a mapping with `header`, `query` or `cookie`' }
    : {
        help: `write \`${place}\`, or name a \`query\` parameter or a \`cookie\``,
        edit: { ...tree.range, text: place },
      };
}

/** Help for claims with values, where only their names are expected. */
export function requiredClaimsHelp(at: Cursor): Advice | undefined {
  if (at.tree.kind !== 'mapping') return undefined;
  const own = inline(at);
  return { help: `claims with certain values are in \`claims\`: \`claims: ${own ?? '{NAME: VALUE}'}\`` };
}
