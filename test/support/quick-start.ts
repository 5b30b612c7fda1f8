import { readFileSync } from 'node:fs';

/** An example of the section "Quick start" of docs/kubernetes.md, without the indentation of its list. */
interface Example {
  readonly language: string;
  readonly text: string;
}

/** The policy of the README, which the quick start deploys. */
export function firstPolicy(): string {
  return /^```yaml\n(.+?)^```$/ms.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
}

/** The workload of the quick start. */
export function quickStartWorkload(): string {
  return textOf('yaml');
}

/** Commands of the quick start in their order, each on a line. */
export function quickStartCommands(): readonly string[] {
  return textOf('sh')
    .split('\n')
    .filter((line) => line !== '');
}

function textOf(language: string): string {
  return examples()
    .filter((example) => example.language === language)
    .map(({ text }) => text)
    .join('');
}

function examples(): readonly Example[] {
  const page = readFileSync('docs/kubernetes.md', 'utf8');
  const section = /^## Quick start$(.*?)^## /ms.exec(page)?.[1] ?? '';
  return [...section.matchAll(/^( *)```(\w+)\n(.*?)^\1```$/gms)].map(
    ([, indent = '', language = '', text = '']) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}
