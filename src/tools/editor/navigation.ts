import {
  ErrorCodes,
  type Location,
  type Range as LspRange,
  ResponseError,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { isDeclarable } from '../../cel/check/environment.ts';
import { nameInExpressions } from '../../policy/compile/compile-data.ts';
import { fileDefinition } from './file-references.ts';
import { locationOf, rangeIn } from './locations.ts';
import type { NameIndex } from './name-index.ts';
import type { NamedItem, Occurrence } from './names.ts';
import type { Site, Workspace } from './workspace.ts';

/** Locations of the definitions of the name at an offset, or the file that the value there names. */
export function definition(workspace: Workspace, site: Site, offset: number): readonly Location[] {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  if (at === undefined) return fileDefinition(workspace, site, offset);
  return locations(workspace, site, names.definitions(at.item));
}

/** Locations of the name at an offset, with or without its definitions. */
export function references(
  workspace: Workspace,
  site: Site,
  offset: number,
  withDefinition: boolean,
): readonly Location[] {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  const all = at === undefined ? [] : names.all(at.item);
  return locations(
    workspace,
    site,
    all.filter(({ isDefinition }) => withDefinition || !isDefinition),
  );
}

/** The name at an offset; null if it cannot be renamed. */
export function prepareRename(site: Site, offset: number): { range: LspRange; placeholder: string } | null {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  if (at === undefined || names.definitions(at.item).length === 0) return null;
  return { range: rangeIn(site.file, at.range), placeholder: at.written };
}

/** Edits that rename the item at an offset in its definitions and uses. */
export function rename(workspace: Workspace, site: Site, offset: number, name: string): WorkspaceEdit | null {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  if (at === undefined) return null;
  const [first] = names.definitions(at.item);
  if (first === undefined) reject(`\`${at.written}\` is not defined`);
  const { item } = first;
  const newName = item.of === 'Dataset' ? name.replaceAll('_', '-') : name;
  rejectInvalid(item, newName);
  const renamed = { ...item, name: item.of === 'Dataset' ? nameInExpressions(newName) : newName };
  if (renamed.name !== item.name && isTaken(names, renamed)) {
    reject(`the name \`${newName}\` is already used`);
  }
  const changes: Record<string, { range: LspRange; newText: string }[]> = {};
  for (const occurrence of names.all(item)) {
    const file = workspace.fileOf(site, occurrence.path);
    if (file === undefined) continue;
    if (file.yaml.documents.some(({ broken }) => broken)) reject(`\`${file.path}\` is not valid YAML`);
    const edits = (changes[workspace.uriOf(site, occurrence.path)] ??= []);
    edits.push({ range: rangeIn(file, occurrence.range), newText: written(occurrence, newName) });
  }
  return { changes };
}

/** True if an item has a definition. A fixture has one name with those of all tests. */
function isTaken(names: NameIndex, item: NamedItem): boolean {
  if (names.definitions(item).length > 0) return true;
  if (item.of !== 'caller' && item.of !== 'request') return false;
  const isFixture = item.scope.startsWith('TestFixtures ');
  return isFixture && names.everywhere(item.of).some(({ name }) => name === item.name);
}

/** Text of a name at an occurrence, in quotes if YAML would read it as another type. */
function written({ isInExpression, isPlain, item }: Occurrence, name: string): string {
  if (isInExpression) return item.of === 'Dataset' ? nameInExpressions(name) : name;
  return isPlain && /^(?:true|false|null|[-+.]?\d.*)$/i.test(name) ? `"${name}"` : name;
}

function rejectInvalid({ of }: NamedItem, name: string): void {
  switch (of) {
    case 'variable':
    case 'parameter':
    case 'value':
      if (!isDeclarable(name)) reject(`\`${name}\` is not a valid name in expressions`);
      return;
    case 'segment':
      if (!/^[A-Za-z_]\w*$/.test(name)) reject('use letters, digits and `_`');
      return;
    case 'caller':
    case 'request':
      if (!/^[\w.-]+$/.test(name)) reject('use letters, digits, `.`, `_` and `-`');
      return;
    default:
      if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) reject(`\`${name}\` is not a valid DNS label`);
      if (of === 'Dataset' && !isDeclarable(nameInExpressions(name))) {
        reject(`\`data.${nameInExpressions(name)}\` is not a valid name in expressions`);
      }
  }
}

function reject(message: string): never {
  throw new ResponseError(ErrorCodes.InvalidParams, message);
}

function locations(
  workspace: Workspace,
  site: Site,
  occurrences: readonly Occurrence[],
): readonly Location[] {
  return occurrences.flatMap((occurrence) => locationOf(workspace, site, occurrence) ?? []);
}
