import { join } from 'node:path';
import { goServer, lictorProgram } from '../peers/servers.ts';
import { filtersInstead, withoutFilterField } from './configuration.ts';
import type { Setup } from './mesh.ts';
import { nativeFilters } from './native-filters.ts';
import type { SetupContext } from './setup-context.ts';

/** Envoy alone, with its own filters for the same rule, and with sidecars. */
export async function comparedSetups({
  inputs,
  settings,
  go,
  start,
}: SetupContext): Promise<readonly Setup[]> {
  const { serve } = settings;
  const records = join(inputs.folder, 'decisions.jsonl');
  const noop = goServer('Go no-op', go('noop'));
  const opa = goServer('OPA', go('opa'), '-data', inputs.folder, '-cache');
  const recorded = lictorProgram('Lictor with records', { inputs, audit: records, serve });
  const quiet = lictorProgram('Lictor', { inputs, audit: 'off', serve });
  // The input document of OPA has `headers`, which Envoy fills without this field only.
  const forOpa = [withoutFilterField('encode_raw_headers')];
  const native = (tokenCache: boolean): Pick<Setup, 'changes' | 'decides'> => ({
    changes: [filtersInstead(nativeFilters(inputs.jwks, tokenCache))],
    decides: true,
  });
  return [
    { name: 'Envoy alone', changes: [filtersInstead([])], decides: false },
    { name: 'jwt_authn and RBAC', ...native(false) },
    { name: 'jwt_authn with token cache, and RBAC', ...native(true) },
    { name: 'Go, no-op', sidecar: await start(noop), changes: [], decides: false },
    { name: 'Lictor, no records', sidecar: await start(quiet), changes: [], decides: true },
    { name: 'Lictor, records to a file', sidecar: await start(recorded), changes: [], decides: true },
    { name: 'OPA 1.22 embedded, token cache', sidecar: await start(opa), changes: forOpa, decides: true },
  ];
}
