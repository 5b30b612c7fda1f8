import { type Issuer, issuersOf } from '../../engine/identity/issuer.ts';
import { SPIFFE_SCHEME } from '../../engine/identity/spiffe.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { sampleClaims } from '../language/issuer-presets.ts';

/** The claims of a token that the issuer would sign for a caller at `now`, milliseconds since 1970; it lives an hour. */
export function usualClaims(issuer: Issuer, caller: string, now: number): JsonObject {
  const iat = Math.floor(now / 1000);
  const { trustDomain, preset, audienceClaim } = issuer;
  const [iss = ''] = issuersOf(issuer);
  const [audience] = issuer.audiences;
  const isBySubject = trustDomain !== undefined && iss === `${SPIFFE_SCHEME}${trustDomain}`;
  return {
    ...(isBySubject ? {} : { iss }),
    sub: trustDomain === undefined ? caller : `${SPIFFE_SCHEME}${trustDomain}/${caller}`,
    ...(preset === undefined ? {} : sampleClaims(preset.name, caller, iss)),
    ...(audience === undefined ? {} : { [audienceClaim]: audience }),
    iat,
    exp: iat + 3600,
  };
}
