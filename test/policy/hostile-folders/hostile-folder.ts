import type { DiagnosticCode } from '../../../src/diagnostic/codes.ts';

/** Files of a folder, by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A policy folder that is made to take long, or to need much memory, for one who loads it. */
export interface HostileFolder {
  readonly name: string;
  /** The code of an error that it must have; `loads` if it has no errors. */
  readonly outcome: DiagnosticCode | 'loads';
  /** The content at full size times `scale`, from 0 to 1: the same shape with fewer parts. */
  files(scale?: number): Files;
}

/** One policy for one host that allows everything; `more` are further lines of its `spec`. */
export function policy(name: string, more = ''): string {
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  match: [{hosts: [${name}.example]}]
  rules: [{name: all, effect: allow}]
${more}`;
}

/** A document of a kind other than `Policy`. */
export function document(kind: string, name: string, spec: string): string {
  return `apiVersion: lictor/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

/** Texts for the numbers from 0, at least one. */
export function many(count: number, text: (index: number) => string, between = '\n'): string {
  return Array.from({ length: Math.max(1, Math.round(count)) }, (_, index) => text(index)).join(between);
}
