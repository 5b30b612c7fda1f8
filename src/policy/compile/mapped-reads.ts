import type { Issuer } from '../../engine/identity/issuer.ts';
import { report } from '../language/reader.ts';
import { firstRead } from './expressions.ts';
import type { Folder } from './folder.ts';
import type { CompiledExpressions } from './policy-compiler.ts';

/** Names that have values only where an Issuer says what they are. */
const MAPPED = [
  {
    name: 'jwt.roles',
    claim: 'jwt.claims.roles',
    field: 'rolesPath',
    isSetBy: ({ rolesPath }: Issuer): boolean => rolesPath.length > 0,
  },
  {
    name: 'jwt.tenant',
    claim: 'jwt.claims.tenant',
    field: 'tenants',
    isSetBy: ({ tenants }: Issuer): boolean => tenants !== undefined,
  },
] as const;

/** Reports reads of `jwt.roles` and `jwt.tenant` where they are empty in every token. */
export function reportMappedReads(
  compiled: readonly CompiledExpressions[],
  issuers: Folder['issuers'],
): void {
  for (const { name, claim, field, isSetBy } of MAPPED) {
    for (const { policy, valid } of compiled) {
      const named = policy.spec.authenticate?.jwt?.issuers?.map(({ value }) => value) ?? [...issuers.keys()];
      const accepted = named.map((each) => issuers.get(each));
      if (accepted.some((issuer) => issuer === undefined || isSetBy(issuer))) continue;
      for (const { expression, program } of valid) {
        const place = program.reads.has(name) ? firstRead(expression, program, name) : undefined;
        if (place === undefined) continue;
        const message = `\`${name}\` is always empty: no Issuer whose tokens are accepted here has \`${field}\``;
        const help = `did you mean \`${claim}\`?`;
        report(expression.at, 'unmapped_claim', message, { help, edit: { ...place, text: claim } }, place);
      }
    }
  }
}
