import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const POLICIES = 500;
const RULES_EACH = 20;

/** Rules of each version. */
export const RULES = POLICIES * RULES_EACH;

/** Host that every version allows. */
export const OPEN_HOST = 'open.bench.example';

/** Writes a version of a folder of policies, and makes the link `live` lead to it by one rename. */
export async function swapTo(folder: string, version: number): Promise<void> {
  const name = `version-${version}`;
  await mkdir(join(folder, name));
  for (const [path, text] of Object.entries(files(version))) await writeFile(join(folder, name, path), text);
  await symlink(name, join(folder, 'next'));
  await rename(join(folder, 'next'), join(folder, 'live'));
}

/** Removes a version that no longer decides. */
export async function removeVersion(folder: string, version: number): Promise<void> {
  await rm(join(folder, `version-${version}`), { recursive: true, force: true });
}

function files(version: number): Readonly<Record<string, string>> {
  const policies = Array.from({ length: POLICIES }, (_, policy) => [
    `p${policy}.yaml`,
    policyText(`p${policy}`, `h${policy}.bench.example`, rulesOf(policy, version)),
  ]);
  const open = policyText('open', OPEN_HOST, ['    - {name: all, effect: allow}']);
  return { 'open.yaml': open, ...(Object.fromEntries(policies) as Record<string, string>) };
}

function policyText(name: string, host: string, rules: readonly string[]): string {
  return [
    'apiVersion: lictor/v1',
    'kind: Policy',
    `metadata: {name: ${name}}`,
    'spec:',
    `  match: [{hosts: [${host}]}]`,
    '  rules:',
    ...rules,
    '',
  ].join('\n');
}

/** Conditions of a hundred forms; no two rules of any version are equal. */
function rulesOf(policy: number, version: number): readonly string[] {
  return Array.from({ length: RULES_EACH }, (_, rule) => {
    const [first, second] = [rule % 10, (policy + Math.floor(rule / 10)) % 10];
    const unique = `${policy}-${rule}-${version}`;
    const when = [conditionOf(first, unique), conditionOf(second, unique)].join(' && ');
    return `    - name: r${rule}\n      effect: allow\n      when: "${when}"`;
  });
}

function conditionOf(form: number, unique: string): string {
  switch (form) {
    case 0:
      return `request.headers['x-tenant'] == 't-${unique}'`;
    case 1:
      return `request.url_path.startsWith('/p-${unique}/')`;
    case 2:
      return `request.method in ['GET', 'HEAD', 'X-${unique}']`;
    case 3:
      return `request.url_path.endsWith('/${unique}')`;
    case 4:
      return `request.headers['x-region'] != 'r-${unique}'`;
    case 5:
      return `'x-${unique}' in request.headers`;
    case 6:
      return `request.host == 'h-${unique}' || request.method == 'GET'`;
    case 7:
      return `!request.url_path.contains('${unique}')`;
    case 8:
      return `source.principal == 'spiffe://bench.example/${unique}'`;
    default:
      return `now < timestamp('2030-01-01T00:00:00Z') && request.method != '${unique}'`;
  }
}
