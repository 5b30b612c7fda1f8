import type { CodeLens } from 'vscode-languageserver';
import { longRule } from '../../policy/language/short-form.ts';
import { type MappingTree, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import { ReachingCases } from '../coverage/reaching-cases.ts';
import { type CaseOutcome, isOfCase } from './case-outcome.ts';
import { textAt } from './document-nodes.ts';
import { rangeIn } from './locations.ts';
import type { TestResults } from './test-results.ts';
import type { Site } from './workspace.ts';

/** Names of cases in the lens of a rule. */
const MOST_CASES = 3;

/** Command that runs a PolicyTest or one case of it and shows the result, given the URI of its file and the names. */
export const RUN_TEST = 'lictor.test';

/** Command that explains the answer to a case, given the same. */
export const EXPLAIN_CASE = 'lictor.why';

/** Lenses with the result above each test and case, and with the number of matching test requests above each rule. */
export function codeLenses(site: Site, uri: string, results: TestResults | undefined): readonly CodeLens[] {
  return site.file.yaml.documents.flatMap(({ tree }) => {
    if (tree?.kind !== 'mapping') return [];
    const name = textAt(tree, 'metadata', 'name') ?? '';
    switch (textAt(tree, 'kind')) {
      case 'PolicyTest':
        return lensesOfTest(site, uri, tree, name, results);
      case 'Policy':
        return lensesOfRules(site, tree, [name], results);
      case 'PolicyTemplate': {
        const adopters = site.folder.names.adopters(name).map((scope) => scope.slice('Policy '.length));
        return lensesOfRules(site, tree, adopters, results);
      }
      default:
        return [];
    }
  });
}

function lensesOfTest(
  site: Site,
  uri: string,
  tree: MappingTree,
  name: string,
  results: TestResults | undefined,
): readonly CodeLens[] {
  const own = results?.outcomes.filter(({ test }) => test === name) ?? [];
  const command = { command: RUN_TEST, arguments: [uri, name] };
  const nameTree = valueAt(tree, 'metadata', 'name') ?? tree;
  const title = own.length === 0 ? 'run test' : `run test: ${summary(own)}`;
  const range = rangeIn(site.file, nameTree.range);
  const cases = itemsAt(tree, 'cases').flatMap((item): CodeLens[] => {
    const caseName = textAt(item, 'name');
    const at = valueAt(item, 'name');
    // A case with rows or Environments has several outcomes, named after the case.
    const outcomes = own.filter(({ name: each }) => isOfCase(each, caseName));
    if (at === undefined || outcomes.length === 0) return [];
    const [difference] = outcomes.flatMap(({ differences }) => differences);
    const result = difference === undefined ? 'passes' : `fails: ${difference}`;
    const rangeOfCase = rangeIn(site.file, at.range);
    const named = { arguments: [uri, name, caseName] };
    return [
      { range: rangeOfCase, command: { title: `run this case: ${result}`, command: RUN_TEST, ...named } },
      { range: rangeOfCase, command: { title: 'why', command: EXPLAIN_CASE, ...named } },
    ];
  });
  return [{ range, command: { title, ...command } }, ...cases];
}

function lensesOfRules(
  { file }: Site,
  tree: MappingTree,
  policies: readonly string[],
  results: TestResults | undefined,
): readonly CodeLens[] {
  if (results === undefined) return [];
  const counts = results.policies.filter(({ name }) => policies.includes(name)).flatMap(({ rules }) => rules);
  return itemsAt(tree, 'rules')
    .map(longRule)
    .flatMap((item): CodeLens[] => {
      const name = textAt(item, 'name');
      const at = valueAt(item, 'name');
      const own = counts.filter((count) => count.name === name && count.source.file === file.path);
      if (at === undefined || own.length === 0) return [];
      const matched = own.reduce((sum, count) => sum + count.matched, 0);
      const cases = new ReachingCases();
      for (const count of own) cases.addAll(count.cases);
      const title =
        matched === 0
          ? 'no test request matches'
          : `matched by ${counted(matched, 'test request')}, of ${cases.shown(MOST_CASES)}`;
      return [{ range: rangeIn(file, at.range), command: { title, command: '' } }];
    });
}

/** Summary such as `3 cases pass` or `1 of 3 cases fails`. */
export function summary(outcomes: readonly CaseOutcome[]): string {
  const failed = outcomes.filter(({ differences }) => differences.length > 0).length;
  if (failed === 0) return `${counted(outcomes.length, 'case')} ${outcomes.length === 1 ? 'passes' : 'pass'}`;
  return `${failed} of ${counted(outcomes.length, 'case')} ${failed === 1 ? 'fails' : 'fail'}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function itemsAt(document: MappingTree, field: string): readonly Tree[] {
  const list = valueAt(document, 'spec', field);
  return list?.kind === 'list' ? list.items : [];
}
