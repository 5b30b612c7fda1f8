import { readFileSync } from 'node:fs';
import { REASONS } from '../../src/engine/decision/reasons.ts';
import type { PolicySet } from '../../src/engine/set/policy-set.ts';
import { type Revision, revisionText } from '../../src/engine/set/revision.ts';
import { memoryFiles } from '../policy/memory-files.ts';
import { compileFolder } from './compile.ts';

/** The revision of every set that `policySet` and `setOfFiles` return. */
export const REVISION: Revision = {
  commit: '0123456789abcdef0123456789abcdef01234567',
  digest: `sha256:${'0'.repeat(64)}`,
  dirty: false,
  source: 'git',
};

/** Specs of documents by kind and name, and the files that they refer to. */
export interface PolicyFolder {
  readonly policies?: Readonly<Record<string, unknown>>;
  readonly issuers?: Readonly<Record<string, unknown>>;
  readonly templates?: Readonly<Record<string, unknown>>;
  readonly datasets?: Readonly<Record<string, unknown>>;
  readonly environments?: Readonly<Record<string, unknown>>;
  /** Environment to decide in; default: the only one. */
  readonly environment?: string;
  /** By path; `copyOf` is the path of a file of this repository. */
  readonly files?: Readonly<Record<string, string | { readonly copyOf: string }>>;
  /** Compliance controls by policy. */
  readonly controls?: Readonly<Record<string, readonly string[]>>;
}

/** An active policy set, compiled as from a folder on disk. Throws with the diagnostics if it has mistakes. */
export function policySet({
  policies = {},
  issuers = {},
  templates = {},
  datasets = {},
  environments = {},
  environment,
  files = {},
  controls = {},
}: PolicyFolder): PolicySet {
  const documents = [
    ...Object.entries(policies).map(([name, spec]) =>
      documentOf('Policy', { name, controls: controls[name] }, spec),
    ),
    ...Object.entries({
      Issuer: issuers,
      PolicyTemplate: templates,
      Dataset: datasets,
      Environment: environments,
    }).flatMap(([kind, specs]) =>
      Object.entries(specs).map(([name, spec]) => documentOf(kind, { name }, spec)),
    ),
  ];
  const contents = Object.entries(files).map(
    ([path, file]) => [path, typeof file === 'string' ? file : readFileSync(file.copyOf)] as const,
  );
  return setOfFiles({ 'policies.yaml': documents.join(''), ...Object.fromEntries(contents) }, environment);
}

/** The same as `policySet` for files. */
export function setOfFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  environment?: string,
): PolicySet {
  const options = { reasons: Object.keys(REASONS), environment };
  const { set, diagnostics } = compileFolder(memoryFiles(files), options);
  if (set === undefined) {
    throw new Error(diagnostics.map(({ message, span }) => `${span.file}: ${message}`).join('\n'));
  }
  return { ...set, revision: REVISION, revisionText: revisionText(REVISION) };
}

/** A document of a YAML file, written as JSON, which is a subset of YAML. */
function documentOf(kind: string, metadata: object, spec: unknown): string {
  return `---\n${JSON.stringify({ apiVersion: 'lictor/v1', kind, metadata, spec }, null, 1)}\n`;
}
