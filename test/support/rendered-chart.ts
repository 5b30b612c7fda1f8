import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { CHART } from './chart-reference.ts';

/** Digest over the files from which helm renders, by which a test without helm sees that a rendered file is old. */
export function chartDigest(): string {
  const hash = createHash('sha256');
  for (const path of globSync([`${CHART}/templates/**`, `${CHART}/files/**`, `${CHART}/*.yaml`], {
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .toSorted())
    hash
      .update(`${path.slice(path.indexOf(CHART))}\n`)
      .update(readFileSync(path))
      .update('\n');
  return hash.digest('hex');
}

/** Text of a kustomize resource from what helm has rendered: without the marks of helm, which does not manage it. */
export function resourceText(rendered: string): string {
  const marks = /^ *(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n|^# Source: .*\n/gm;
  const head =
    '# Rendered from deploy/chart by `UPDATE_GOLDEN=1 make test-kubernetes`; change the chart instead.\n';
  return `${head}# sha256:${chartDigest()}\n${rendered.replaceAll(marks, '')}`;
}

/** Files of deploy/kustomize that are rendered from the chart, with the values of each. */
export const RENDERED = {
  'deploy/kustomize/injection/policy/injection.yaml': ['--set=injection.by=policy'],
  'deploy/kustomize/injection/webhook/injection.yaml': [
    '--set=injection.by=webhook',
    '--set=webhook.certificate.source=cert-manager',
  ],
} as const;
