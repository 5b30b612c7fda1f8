import { globSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CHART_VARIANTS } from '../support/chart-variants.ts';
import { manifestsOf, manifestsOnPage } from '../support/manifests.ts';
import { ROOT } from '../support/tools.ts';
import { type Kubeconform, prepareKubeconform } from './kubeconform.ts';
import { runProgram } from './run-program.ts';

/** A check of manifests or of workflows by a program that reads them as a cluster or GitHub does. */
export interface ManifestCheck {
  readonly name: string;
  /** What is wrong; empty if nothing is. */
  readonly problem: string;
}

const CHART = 'deploy/chart';
const KUSTOMIZATIONS = [
  'deploy/kustomize/overlays/*',
  'deploy/kustomize/injection/*',
  'deploy/kustomize/base',
];
const WORKFLOWS = ['.github/workflows/*.yml', 'templates/**/dot_github/workflows/*.yml'];
const PAGES = ['README.md', 'docs/**/*.md', 'deploy/**/*.md'];

const files = (patterns: readonly string[]): readonly string[] =>
  globSync(patterns, { cwd: fileURLToPath(ROOT) }).toSorted();
const pathOf = (file: string): string => fileURLToPath(new URL(file, ROOT));
const textOf = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');

/** Checks the chart by helm, every manifest by kubeconform, and workflows by actionlint. */
export async function* checkManifests(folder: string): AsyncGenerator<ManifestCheck> {
  const kubeconform = await prepareKubeconform(folder);
  for (const [name, values] of Object.entries(CHART_VARIANTS))
    yield await checkChart(kubeconform, name, values);
  for (const path of files(KUSTOMIZATIONS)) yield await checkKustomization(kubeconform, path);
  for (const path of files(['deploy/mesh/*/*.yaml'])) yield await checkFile(kubeconform, path);
  yield await checkPages(kubeconform);
  for (const path of files(WORKFLOWS)) yield await checkWorkflow(path);
  yield* checkOfChecks(kubeconform, folder);
}

async function checkChart(
  { check }: Kubeconform,
  name: string,
  values: readonly string[],
): Promise<ManifestCheck> {
  const args = [pathOf(CHART), '--namespace', 'lictor', ...values];
  const lint = await runProgram('helm', ['lint', '--strict', ...args]);
  const { code, output } = await runProgram('helm', ['template', 'lictor', ...args]);
  const problem = lint.code !== 0 ? lint.output : code !== 0 ? output : await check(output);
  return { name: `${CHART}, ${name}: helm lint, helm template, kubeconform`, problem: problem ?? '' };
}

async function checkKustomization({ check }: Kubeconform, path: string): Promise<ManifestCheck> {
  const { code, output } = await runProgram('kustomize', [pathOf(path)]);
  const problem = code === 0 ? await check(output) : output;
  return { name: `${path}: kustomize, kubeconform`, problem: problem ?? '' };
}

async function checkFile({ check }: Kubeconform, path: string): Promise<ManifestCheck> {
  const manifests = manifestsOf(textOf(path));
  if (manifests.length === 0) return { name: `${path}: has no object of Kubernetes`, problem: '' };
  return { name: `${path}: kubeconform`, problem: (await check(joined(manifests))) ?? '' };
}

async function checkPages({ check }: Kubeconform): Promise<ManifestCheck> {
  const examples = files(PAGES).map((path) => ({ path, manifests: manifestsOnPage(textOf(path)) }));
  const problems: string[] = [];
  for (const { path, manifests } of examples) {
    const problem = manifests.length > 0 ? await check(joined(manifests)) : undefined;
    if (problem !== undefined) problems.push(`${path}: ${problem}`);
  }
  const count = examples.reduce((sum, { manifests }) => sum + manifests.length, 0);
  return { name: `${count} manifests in examples of pages: kubeconform`, problem: problems.join('\n') };
}

async function checkWorkflow(path: string): Promise<ManifestCheck> {
  return { name: `${path}: actionlint`, problem: (await lintWorkflow(path)) ?? '' };
}

/** The programs that actionlint would run over scripts may be missing, and are not part of the check. */
async function lintWorkflow(path: string): Promise<string | undefined> {
  const { code, output } = await runProgram('actionlint', ['-shellcheck=', '-pyflakes=', pathOf(path)]);
  return code === 0 ? undefined : output;
}

/** Each program must refuse a mistake, or its silence above says nothing. */
async function* checkOfChecks({ check }: Kubeconform, folder: string): AsyncGenerator<ManifestCheck> {
  for (const [kind, text] of Object.entries(MISTAKES)) {
    const output = (await check(text)) ?? '';
    yield refusal(`kubeconform refuses a misspelt field of a ${kind}`, output, /misspelt/);
  }
  const workflow = `${folder}/broken.yml`;
  await writeFile(workflow, 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    step: []\n');
  yield refusal('actionlint refuses a misspelt key', (await lintWorkflow(workflow)) ?? '', /"step"/);
  const { output } = await runProgram('helm', ['lint', '--strict', pathOf(CHART), '--set=injection.to=x']);
  yield refusal('helm lint refuses a misspelt value', output, /additional properties 'to' not allowed/);
}

const MISTAKES: Readonly<Record<string, string>> = {
  ConfigMap: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nmisspelt: {}\n',
  PodMonitor:
    'apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: a}\nspec: {selector: {}, misspelt: {}}\n',
};

function refusal(name: string, output: string, expected: RegExp): ManifestCheck {
  return { name, problem: expected.test(output) ? '' : `it printed: ${output}` };
}

function joined(manifests: readonly object[]): string {
  return manifests.map((each) => JSON.stringify(each)).join('\n---\n');
}
