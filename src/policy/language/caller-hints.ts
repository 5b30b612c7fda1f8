import type { Cursor } from '../yaml/tree.ts';
import { written } from './reader.ts';

/** Parts of an entry of `from` by the words that people write for them, each with an example of its value. */
const PARTS: ReadonlyMap<string, readonly [part: string, example: string]> = new Map(
  (
    [
      ['principals', '["spiffe://acme.example/ns/shop/sa/*"]', ['principal', 'principals']],
      ['scopes', '[orders:write]', ['scope', 'scopes']],
      ['claims', '{tenant: acme}', ['claim', 'claims']],
      ['issuers', '[acme]', ['issuer', 'issuers']],
    ] as const
  ).flatMap(([part, example, names]) => names.map((name) => [name, [part, example]] as const)),
);

/** Longest value that help repeats. */
const LONGEST = 60;

/** The `from` of a part that is written in another place, with its own value if it is short. */
function fromOf(name: string, value: Cursor): string | undefined {
  const [part, example] = PARTS.get(name) ?? [];
  if (part === undefined || example === undefined) return undefined;
  const { kind } = value.tree;
  const text = written(value).trim();
  const isLong = text === '' || text.length > LONGEST || text.includes('\n');
  const isOwn = !isLong && (part === 'claims' ? kind === 'mapping' : kind !== 'mapping');
  const own = kind === 'scalar' ? `[${text}]` : text;
  return `\`from: [{${part}: ${isOwn ? own : example}}]\``;
}

/** Fields of Istio's `source`, and names of claims, that people write into an entry of `from`. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['source', 'write its fields here, without `source`: `from: [{principals: [...]}]`'],
  ['except', '`except` belongs beside `from`, not in an entry of it'],
  ['notPrincipals', 'write them in `except`, beside `from`: `except: [{principals: [...]}]`'],
  ['requestPrincipals', 'name the Issuer by `issuers`, and the subject by `claims: {sub: ...}`'],
  ['notRequestPrincipals', 'write them in `except`, beside `from`: `except: [{claims: {sub: ...}}]`'],
  ['namespaces', 'write a pattern: `principals: ["spiffe://TRUST-DOMAIN/ns/NAMESPACE/**"]`'],
  ['notNamespaces', 'write a pattern in `except`: `principals: ["spiffe://TRUST-DOMAIN/ns/NAMESPACE/**"]`'],
  ['ipBlocks', "compare the address by `when: cidr('10.0.0.0/8').containsIP(source.ip)`"],
  ['remoteIpBlocks', "compare the address by `when: cidr('10.0.0.0/8').containsIP(source.ip)`"],
  ['mtls', 'require peers under `authenticate`, and name them here by `principals`'],
  ['jwt', 'require tokens under `authenticate`, and name them here by `issuers`, `scopes` and `claims`'],
  ['when', '`when` belongs beside `from`, in the rule'],
  ...['role', 'roles', 'group', 'groups', 'sub', 'subject', 'tenant', 'aud', 'email', 'azp', 'client_id'].map(
    (name) => [name, `claims belong under \`claims\`: \`claims: {${claimOf(name)}: ...}\``] as const,
  ),
]);

function claimOf(name: string): string {
  return name === 'subject' ? 'sub' : name;
}

/** Help for an unknown field in an entry of `from` or `except`. */
export function callerHelp(name: string): string | undefined {
  return FOREIGN.get(name);
}

/** Help for a part of `from` that is written into the policy or rule itself. */
export function besideFromHelp(name: string, value: Cursor): string | undefined {
  const from = fromOf(name, value);
  return from && `write it in \`from\`: ${from}`;
}

/** Help for callers that are written into an entry of a `match`. */
export function inMatchHelp(name: string, value: Cursor): string | undefined {
  if (name === 'from' || name === 'except')
    return `\`${name}\` belongs beside \`match\`, not in an entry of it`;
  const from = fromOf(name, value);
  return from && `name callers beside \`match\`: ${from}`;
}

/** Help for `from` with callers, written into `authenticate`. */
export function inAuthenticateHelp(name: string, { tree }: Cursor): string | undefined {
  if (name !== 'except' && (name !== 'from' || tree.kind === 'scalar')) return undefined;
  return `\`${name}\` belongs beside \`authenticate\`, not in it`;
}
