import type { CodeLens } from 'vscode-languageserver';
import { type MappingTree, type Tree, valueAt } from '../../policy/yaml/tree.ts';
import type { CaseOutcome } from './case-outcome.ts';
import { rangeIn } from './places.ts';
import { textAt } from './spots.ts';
import type { Tested } from './tested.ts';
import type { Site } from './workspace.ts';

/** Runs a PolicyTest by its URI and name, and shows what came of it. */
export const RUN_TEST = 'lictor.test';

/** Above each test and case whether it holds, and above each rule how many cases it decided or helped to decide. */
export function codeLenses(site: Site, uri: string, tested: Tested | undefined): readonly CodeLens[] {
  return site.file.yaml.documents.flatMap(({ tree }) => {
    if (tree?.kind !== 'mapping') return [];
    const name = textAt(tree, 'metadata', 'name') ?? '';
    switch (textAt(tree, 'kind')) {
      case 'PolicyTest':
        return lensesOfTest(site, uri, tree, name, tested);
      case 'Policy':
        return lensesOfRules(site, tree, [name], tested);
      case 'PolicyTemplate': {
        const adopters = site.folder.names.adopters(name).map((scope) => scope.slice('Policy '.length));
        return lensesOfRules(site, tree, adopters, tested);
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
  tested: Tested | undefined,
): readonly CodeLens[] {
  const own = tested?.outcomes.filter(({ test }) => test === name) ?? [];
  const command = { command: RUN_TEST, arguments: [uri, name] };
  const place = valueAt(tree, 'metadata', 'name') ?? tree;
  const title = own.length === 0 ? 'run test' : `run test: ${summary(own)}`;
  const range = rangeIn(site.file, place.mark);
  const cases = itemsAt(tree, 'cases').flatMap((item): CodeLens[] => {
    const written = textAt(item, 'name');
    const at = valueAt(item, 'name');
    // A case with rows is several, called by the case and the row.
    const ended = own.filter(({ name: each }) => each === written || each.startsWith(`${written} (`));
    if (at === undefined || ended.length === 0) return [];
    const [wrong] = ended.flatMap(({ differences }) => differences);
    const told = wrong === undefined ? 'holds' : `does not hold: ${wrong}`;
    return [{ range: rangeIn(site.file, at.mark), command: { title: told, ...command } }];
  });
  return [{ range, command: { title, ...command } }, ...cases];
}

function lensesOfRules(
  { file }: Site,
  tree: MappingTree,
  policies: readonly string[],
  tested: Tested | undefined,
): readonly CodeLens[] {
  if (tested === undefined) return [];
  const counts = tested.policies.filter(({ name }) => policies.includes(name)).flatMap(({ rules }) => rules);
  return itemsAt(tree, 'rules').flatMap((item): CodeLens[] => {
    const name = textAt(item, 'name');
    const at = valueAt(item, 'name');
    const own = counts.filter((count) => count.name === name && count.source.file === file.path);
    if (at === undefined || own.length === 0) return [];
    const matched = own.reduce((sum, count) => sum + count.matched, 0);
    const title =
      matched === 0 ? 'no test request matches' : `matched by ${counted(matched, 'test request')}`;
    return [{ range: rangeIn(file, at.mark), command: { title, command: '' } }];
  });
}

/** Such as `3 cases hold`, or `1 of 3 cases does not hold`. */
export function summary(outcomes: readonly CaseOutcome[]): string {
  const wrong = outcomes.filter(({ differences }) => differences.length > 0).length;
  if (wrong === 0) return `${counted(outcomes.length, 'case')} ${outcomes.length === 1 ? 'holds' : 'hold'}`;
  return `${wrong} of ${counted(outcomes.length, 'case')} ${wrong === 1 ? 'does' : 'do'} not hold`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function itemsAt(document: MappingTree, field: string): readonly Tree[] {
  const list = valueAt(document, 'spec', field);
  return list?.kind === 'list' ? list.items : [];
}
