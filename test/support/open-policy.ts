import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A policy that allows every request. */
const OPEN_POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
  rules: [{name: everybody, effect: allow}]
`;

/** Writes a policy folder that allows every request into `folder`. Returns its path. */
export async function writeOpenPolicy(folder: string): Promise<string> {
  const policies = join(folder, 'policies');
  await mkdir(policies, { recursive: true });
  await writeFile(join(policies, 'open.yaml'), OPEN_POLICY);
  return policies;
}
