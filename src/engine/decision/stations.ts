import { authenticate } from './authenticate.ts';
import { checkBodies } from './bodies.ts';
import type { Hearing } from './hearing.ts';
import { takeLimits } from './limits.ts';
import type { Changes } from './outcome.ts';
import type { Refusal } from './refusal.ts';
import { respondAllow } from './respond.ts';
import { type Allowing, judgeRules } from './rules.ts';
import type { Applying } from './select.ts';

/** What a hearing comes to. */
export type Verdict =
  | { readonly allowing: Allowing; readonly changes: Changes; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly allowing?: undefined; readonly changes?: undefined };

/**
 * The stations, in the order of the language page, for the policies that apply. With `allowNeeded` false, a
 * policy without allow rules is content when nothing refuses, which is how a lone baseline is judged in shadow.
 */
export async function hear(
  applying: readonly Applying[],
  hearing: Hearing,
  allowNeeded = true,
): Promise<Verdict> {
  const early = (await takeLimits('first', applying, hearing)) ?? (await authenticate(applying, hearing));
  if (early !== undefined) return { refusal: early };
  const ruled = judgeRules(applying, hearing, allowNeeded);
  if (ruled.refusal !== undefined) return ruled;
  const late: Refusal | undefined =
    checkBodies(applying, hearing) ?? (await takeLimits('last', applying, hearing));
  if (late !== undefined) return { refusal: late };
  const response = respondAllow(applying, hearing);
  return response.refusal === undefined ? { allowing: ruled.allowing, changes: response.changes } : response;
}
