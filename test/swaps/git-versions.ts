import type { CheckResponseMessage } from '../../src/engine/envoy/messages.ts';
import { said } from '../support/ask.ts';

/** Number of policy files of a version that deny a path each. */
const FILES = 16;
/** Number of versions. Neighbours give every file another content. */
export const VERSIONS = 6;

/** Paths that are asked for: one that every version allows, and those that every version denies. */
export const PATHS: readonly string[] = [
  '/live',
  ...Array.from({ length: FILES }, (_, number) => `/${number}`),
];

/**
 * The files of a version. File N denies the path `/(N + version)`, so that every version denies all those paths, and a
 * tree of two versions allows one: no file of it denies that path. Each file sets a header with its version.
 * Between the policies are files that are not read, which make a checkout slower.
 */
export function gitVersion(version: number): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'base.yaml': policy('base', version, `{name: yes-${version}, effect: allow}`),
  };
  for (let number = 0; number < FILES; number += 1) {
    const name = nameOf(number);
    const path = `/${(number + version) % FILES}`;
    const when = `request.path == '${path}'`;
    files[`${name}.yaml`] = policy(name, version, `{name: no-${version}, effect: deny, when: "${when}"}`);
    files[`${name}.txt`] = `${version}\n`.repeat(20_000);
  }
  return files;
}

function nameOf(number: number): string {
  return `file-${String(number).padStart(2, '0')}`;
}

function policy(name: string, version: number, rule: string): string {
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  rules:
    - ${rule}
  respond: {allow: {requestHeaders: {set: {x-${name}: "${version}"}}}}
`;
}

/** The version that an answer comes from, such as `version 3`, or the reason why it comes from none. */
export function versionIn(path: string, answer: CheckResponseMessage): string {
  const allowed = answer.okResponse !== undefined;
  if (allowed && path !== '/live') return `allowed ${path}, which no version allows`;
  if (!allowed && said(answer, 'reason') !== 'rule_denied') return `denied for ${said(answer, 'reason')}`;
  const numbers = allowed
    ? (answer.okResponse?.headers ?? []).map(({ header }) => header?.value ?? '')
    : [said(answer, 'rule').replace('no-', '')];
  const [first, ...others] = new Set(numbers);
  if (allowed && numbers.length !== FILES + 1) return `headers of ${numbers.length} files`;
  if (!allowed && pathOf(said(answer, 'policy'), Number(first)) !== path)
    return `denied by a rule for another path`;
  return others.length === 0
    ? `version ${first}`
    : `headers of versions ${[first, ...others].toSorted((a, b) => Number(a) - Number(b)).join()}`;
}

function pathOf(policyName: string, version: number): string {
  return `/${(Number(policyName.replace('file-', '')) + version) % FILES}`;
}
