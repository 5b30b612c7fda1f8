import type { Advice } from '../../diagnostic/advice.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { WrittenField } from './fields.ts';
import { inline, instead } from './inline.ts';
import { METHODS } from './values.ts';

/** Parts of an entry of `from` by the words that people write for them, each with an example of its value. */
const PARTS: ReadonlyMap<string, readonly [part: string, example: string]> = new Map(
  (
    [
      ['principals', '["spiffe://acme.example/ns/shop/sa/*"]', ['principal', 'principals']],
      ['scopes', '[orders:write]', ['scope', 'scopes']],
      ['roles', '[admin]', ['role', 'roles']],
      ['claims', '{tenant: acme}', ['claim', 'claims']],
      ['issuers', '[acme]', ['issuer', 'issuers']],
    ] as const
  ).flatMap(([part, example, names]) => names.map((name) => [name, [part, example]] as const)),
);

/** Claims that people write into an entry of `from`, with the name of the claim. */
const CLAIMS: ReadonlyMap<string, string> = new Map([
  ...['group', 'groups', 'sub', 'tenant', 'aud', 'email', 'azp', 'client_id'].map(
    (name) => [name, name] as const,
  ),
  ['subject', 'sub'],
]);

const ADDRESS_HELP = "compare the address by `when: cidr('10.0.0.0/8').containsIP(source.ip)`";

/** Fields of Istio's `source`, and of rules, that people write into an entry of `from`. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['except', '`except` belongs beside `from`, not in an entry of it'],
  ['notPrincipals', 'write them in `except`, beside `from`: `except: [{principals: [...]}]`'],
  ['requestPrincipals', 'name the Issuer by `issuers`, and the subject by `claims: {sub: ...}`'],
  ['notRequestPrincipals', 'write them in `except`, beside `from`: `except: [{claims: {sub: ...}}]`'],
  ['namespaces', 'write a pattern: `principals: ["spiffe://TRUST-DOMAIN/ns/NAMESPACE/**"]`'],
  ['notNamespaces', 'write a pattern in `except`: `principals: ["spiffe://TRUST-DOMAIN/ns/NAMESPACE/**"]`'],
  ['ipBlocks', ADDRESS_HELP],
  ['remoteIpBlocks', ADDRESS_HELP],
  ['mtls', 'require peers under `authenticate`, and name them here by `principals`'],
  [
    'jwt',
    'require tokens under `authenticate`, and name them here by `issuers`, `scopes`, `roles` and `claims`',
  ],
  ['when', '`when` belongs beside `from`, in the rule'],
]);

/** Help for an unknown field in an entry of `from` or `except`. */
export function callerHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  if (name === 'source') return sourceHelp(value);
  const claim = CLAIMS.get(name);
  if (claim === undefined) return FOREIGN.get(name);
  const own = inline(value);
  const text = `claims: {${claim}: ${own ?? '...'}}`;
  const help = `claims belong under \`claims\`: \`${text}\``;
  return own === undefined || !lacks('claims') ? help : instead(value, help, text);
}

/**
 * Help for a text in `from` or `except` that is probably not a principal: the name of an Issuer, a scope or a claim.
 * Undefined for a SPIFFE ID, another URI, a host name and a subject such as `CN=web`.
 */
export function textCallerHelp(text: string, own: string): string | undefined {
  const isPrincipal = /^spiffe:/i.test(text) || /^(?!https?:)[^@\s${}]*[./=][^${}]*$/i.test(text);
  if (isPrincipal || text === '' || text.includes('*')) return undefined;
  const forms = ['principals', 'issuers', 'scopes', 'roles'].map((part) => `\`{${part}: [${own}]}\``);
  return `name its part: ${forms.slice(0, -1).join(', ')} or ${forms.at(-1)}`;
}

/** Help for the `source` of Istio, whose fields are those of an entry. */
function sourceHelp(value: Cursor): Advice | string {
  const own = value.tree.kind === 'mapping' ? inline(value)?.replace(/^\{\s*|\s*\}$/g, '') : undefined;
  const help = `write its fields here, without \`source\`: \`from: [{${own ?? 'principals: [...]'}}]\``;
  return own === undefined || own === '' ? help : instead(value, help, own);
}

/** Help for a part of `from` that is written into the policy or rule itself. */
export function besideFromHelp({ name, value, lacks }: WrittenField): Advice | string | undefined {
  const from = fromOf(name, value);
  if (from === undefined) return undefined;
  const help = `write it in \`from\`: \`${from.text}\``;
  return from.isOwn && lacks('from') ? instead(value, help, from.text) : help;
}

/** Help for callers that are written into an entry of a `match`. */
export function inMatchHelp({ name, value }: WrittenField): string | undefined {
  if (name === 'from' || name === 'except')
    return `\`${name}\` belongs beside \`match\`, not in an entry of it`;
  const word = name.toUpperCase();
  const { tree } = value;
  if (METHODS.includes(word) && tree.kind === 'scalar' && typeof tree.value === 'string')
    return `write an entry of methods and a path as text: \`${word} ${tree.value}\``;
  const from = fromOf(name, value);
  return from && `name callers beside \`match\`: \`${from.text}\``;
}

/** Help for `from` with callers, written into `authenticate`. */
export function inAuthenticateHelp({ name, value }: WrittenField): string | undefined {
  if (name !== 'except' && (name !== 'from' || value.tree.kind === 'scalar')) return undefined;
  return `\`${name}\` belongs beside \`authenticate\`, not in it`;
}

/** The `from` of a part that is written in another place, with its own value if that is short. */
function fromOf(name: string, value: Cursor): { readonly text: string; readonly isOwn: boolean } | undefined {
  const [part, example] = PARTS.get(name) ?? [];
  if (part === undefined || example === undefined) return undefined;
  const { kind } = value.tree;
  const text = inline(value);
  const isOwn = text !== undefined && (part === 'claims' ? kind === 'mapping' : kind !== 'mapping');
  const own = kind === 'scalar' ? `[${text}]` : text;
  return { text: `from: [{${part}: ${isOwn ? own : example}}]`, isOwn };
}
