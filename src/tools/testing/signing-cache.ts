import { jsonText } from '../../engine/request/json-value.ts';
import type { ThrowawayKeys } from './throwaway-keys.ts';

/** Keys that sign each token once: the cases of a test share callers. */
export function cacheSignatures(keys: ThrowawayKeys): ThrowawayKeys {
  const signed = new Map<string, Promise<string>>();
  return {
    of: (issuer) => keys.of(issuer),
    refetch: (issuer) => keys.refetch(issuer),
    publish: (sets) => keys.publish(sets),
    sign(issuer, claims, header, key) {
      const id = jsonText([issuer.name, claims, header ?? null, key ?? null]);
      let token = signed.get(id);
      if (token === undefined) {
        token = keys.sign(issuer, claims, header, key);
        signed.set(id, token);
      }
      return token;
    },
  };
}
