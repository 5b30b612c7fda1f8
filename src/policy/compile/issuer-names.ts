import { suggestion } from '../language/fields.ts';
import { type Located, report } from '../language/reader.ts';
import type { Folder } from './folder.ts';

/** Reports a name that no Issuer document has. A text that is the `issuer` of one leads to its name. */
export function reportUnknownIssuer(
  { value, at }: Located<string>,
  { issuers, incomplete }: Pick<Folder, 'issuers' | 'incomplete'>,
): void {
  if (issuers.has(value) || incomplete) return;
  const help = (): string | undefined => {
    const named = [...issuers.values()].find((each) => each?.issuer === value);
    return named ? `did you mean \`${named.name}\`?` : suggestion(value, issuers.keys());
  };
  report(at, 'unknown_reference', `unknown Issuer \`${value}\``, help);
}
