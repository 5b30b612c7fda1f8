import type { CompiledRecord } from '../../engine/set/policy-set.ts';
import type { RecordDocument } from '../language/record-document.ts';

/** The decisions that a policy wants recorded, and what their records have. */
export function compileRecord(record: RecordDocument | undefined): CompiledRecord | undefined {
  if (record === undefined) return undefined;
  const { allow, deny, include = [], inputs } = record;
  return {
    allow,
    deny,
    include: include.map(({ value }) => value),
    inputs: inputs !== undefined && inputs !== false,
    body: typeof inputs === 'object' && inputs.body === true,
  };
}
