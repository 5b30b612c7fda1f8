import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { report } from '../language/reader.ts';

/** Claims about a person: OpenID Connect Core, section 5.1, and those that login services add. */
const PERSONAL: ReadonlySet<string> = new Set([
  'email',
  'phone_number',
  'phone',
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'profile',
  'preferred_username',
  'picture',
  'website',
  'gender',
  'birthdate',
  'address',
  'upn',
  'unique_name',
  'ssn',
]);

/** Reports claims about a person that records would have. */
export function lintRecords({ spec }: WrittenPolicy): void {
  for (const { value, at } of spec.record?.include ?? []) {
    const claim = value.name === 'jwt.claims' ? value.keys.find((key) => PERSONAL.has(key)) : undefined;
    if (claim === undefined) continue;
    const message = `the claim \`${claim}\` is probably personal data, which each record would have`;
    const help =
      'remove it, as records have the subject of the token, or keep it with a comment `# lictor-ignore: personal_record` and the reason';
    report(at, 'personal_record', message, help);
  }
}
