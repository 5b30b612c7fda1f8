import type { Advice } from '../../diagnostic/advice.ts';
import { quoted } from '../yaml/quote.ts';
import type { Cursor } from '../yaml/tree.ts';
import { inline, instead } from './caller-hints.ts';
import type { WrittenField } from './fields.ts';

/** Words for the roles of a token, as fields of an Issuer. */
const ROLES = /^(?:roles?|groups?)(?:_?(?:claims?|attribute|field|path))?$/i;

/** Help for an unknown field of an Issuer. */
export function issuerHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  if (name === 'bind' || name === 'resourceMetadata')
    return `\`${name}\` belongs to \`authenticate.jwt\` of a policy`;
  if (!ROLES.test(name)) return undefined;
  const { tree } = value;
  const written = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
  const own = written === undefined ? inline(value) : rolesPathOf(written);
  const path = own?.startsWith('[') === true ? own : undefined;
  const text = `rolesPath: ${path ?? '[roles]'}`;
  const help = `roles are found by \`rolesPath\`, the names of nested claims: \`${text}\``;
  return path !== undefined && lacks('rolesPath') ? instead(value, help, text) : help;
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
