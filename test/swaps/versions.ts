import { createHash } from 'node:crypto';
import type { CheckResponseMessage } from '../../src/engine/envoy/messages.ts';

/** A version of the policies. Its verdict differs from those of all other versions and of mixtures of two. */
export interface Version {
  readonly number: number;
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: Readonly<Record<string, string>>;
  /** The verdict for every request; see `verdictOf`. */
  readonly verdict: string;
}

/**
 * Version `number`: two files that decide together. In turn both allow, the first denies, the second denies. Each sets
 * a header with the number, so that an answer of two versions is detected.
 */
export function version(number: number): Version {
  const turn = number % 3;
  const verdict =
    turn === 0
      ? `allow first/yes-${number} x-first=${number} x-second=${number}`
      : `deny ${turn === 1 ? 'first' : 'second'}/no-${number}`;
  return {
    number,
    commit: createHash('sha1').update(`version ${number}`).digest('hex'),
    files: {
      'first.yaml': policy('first', number, turn === 1),
      'second.yaml': policy('second', number, turn === 2),
    },
    verdict,
  };
}

function policy(name: string, number: number, denies: boolean): string {
  const allow = name === 'first' ? `    - {name: yes-${number}, effect: allow}\n` : '';
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  rules:
${allow}    - {name: no-${number}, effect: deny, when: "${denies}"}
  respond: {allow: {requestHeaders: {set: {x-${name}: "${number}"}}}}
`;
}

/** The same version in one file, for layouts that write a single file. */
export function inOneFile({ files }: Version): string {
  return Object.values(files).join('---\n');
}

/** The revision of files without a commit: the hash of the output of `sha256sum` for them. */
export function digestOf(files: Readonly<Record<string, string>>): string {
  const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
  const lines = Object.keys(files)
    .toSorted()
    .map((path) => `${sum(files[path] ?? '')}  ${path}\n`);
  return `sha256:${sum(lines.join(''))}`;
}

/** The verdict of an answer in one line: the decision, the deciding rule, and the headers of the policies. */
export function verdictOf({ okResponse, dynamicMetadata }: CheckResponseMessage): string {
  const said = (name: string): string => dynamicMetadata?.fields?.[name]?.stringValue ?? '';
  const headers = (okResponse?.headers ?? []).map(({ header }) => ` ${header?.key}=${header?.value}`);
  const reason = said('reason');
  if (reason !== 'allowed' && reason !== 'rule_denied') return `${said('decision')} for ${reason}`;
  return `${said('decision')} ${said('policy')}/${said('rule')}${headers.toSorted().join('')}`;
}
