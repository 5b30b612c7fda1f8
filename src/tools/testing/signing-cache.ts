import { jsonText } from '../../engine/request/json-value.ts';
import type { ThrowawayKeys } from './throwaway-keys.ts';

/** Keys that sign each token once: the cases of a test share callers. */
export function cacheSignatures(keys: ThrowawayKeys): ThrowawayKeys {
  const signed = new Map<string, Promise<string>>();
  return {
    of: (issuer) => keys.of(issuer),
    refetch: (issuer) => keys.refetch(issuer),
    sign(issuer, claims, header) {
      const id = jsonText([issuer.name, claims, header ?? null]);
      let token = signed.get(id);
      if (token === undefined) {
        token = keys.sign(issuer, claims, header);
        signed.set(id, token);
      }
      return token;
    },
  };
}
