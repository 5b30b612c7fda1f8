import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/tools.ts';
import type { Cluster } from './cluster.ts';
import { outputOf } from './programs.ts';

export const CHART_FOLDER: string = fileURLToPath(new URL('deploy/chart', ROOT));

/** Namespace of the release. */
export const RELEASE_NAMESPACE = 'lictor';

/** `helm install` or `helm upgrade` of the chart under the name `lictor`. */
export async function install(cluster: Cluster, values: readonly string[]): Promise<void> {
  const args = [
    'upgrade',
    '--install',
    'lictor',
    CHART_FOLDER,
    '--namespace',
    RELEASE_NAMESPACE,
    '--create-namespace',
  ];
  await helm(cluster, [...args, ...values]);
}

export function uninstall(cluster: Cluster): Promise<string> {
  return helm(cluster, ['uninstall', 'lictor', '--namespace', RELEASE_NAMESPACE]);
}

function helm({ kubeconfig, folder }: Cluster, args: readonly string[]): Promise<string> {
  return outputOf('helm', args, { env: { KUBECONFIG: kubeconfig, HOME: folder } });
}
