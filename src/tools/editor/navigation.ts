import {
  ErrorCodes,
  type Location,
  type Range as LspRange,
  ResponseError,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { isDeclarable } from '../../cel/check/environment.ts';
import { nameInExpressions } from '../../policy/compile/compile-data.ts';
import type { Named, Occurrence } from './names.ts';
import { locationOf, rangeIn } from './places.ts';
import type { Site, Workspace } from './workspace.ts';

/** Where the name at a place is given. */
export function definition(workspace: Workspace, site: Site, offset: number): readonly Location[] {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  return at === undefined ? [] : locations(workspace, site, names.definitions(at.named));
}

/** Wherever the name at a place stands; without the places where it is given, if so asked. */
export function references(
  workspace: Workspace,
  site: Site,
  offset: number,
  withDefinition: boolean,
): readonly Location[] {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  const all = at === undefined ? [] : names.all(at.named);
  return locations(
    workspace,
    site,
    all.filter(({ isDefinition }) => withDefinition || !isDefinition),
  );
}

/** The name at a place, if it can be renamed. */
export function prepareRename(site: Site, offset: number): { range: LspRange; placeholder: string } | null {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  if (at === undefined || names.definitions(at.named).length === 0) return null;
  return { range: rangeIn(site.file, at.range), placeholder: at.written };
}

/** Gives what is named at a place another name, wherever it stands. */
export function rename(workspace: Workspace, site: Site, offset: number, name: string): WorkspaceEdit | null {
  const { names } = site.folder;
  const at = names.at(site.file.path, offset);
  if (at === undefined) return null;
  const [first] = names.definitions(at.named);
  if (first === undefined) refuse(`nothing is called \`${at.written}\``);
  const { named } = first;
  const wanted = named.of === 'Dataset' ? name.replaceAll('_', '-') : name;
  refuseUnfit(named, wanted);
  const taken = { ...named, name: named.of === 'Dataset' ? nameInExpressions(wanted) : wanted };
  if (taken.name !== named.name && names.definitions(taken).length > 0) {
    refuse(`the name \`${wanted}\` is taken`);
  }
  const changes: Record<string, { range: LspRange; newText: string }[]> = {};
  for (const occurrence of names.all(named)) {
    const file = workspace.fileOf(site, occurrence.path);
    if (file === undefined) continue;
    if (file.yaml.documents.some(({ broken }) => broken)) refuse(`\`${file.path}\` is no YAML as it stands`);
    const edits = (changes[workspace.uriOf(site, occurrence.path)] ??= []);
    edits.push({ range: rangeIn(file, occurrence.range), newText: written(occurrence, wanted) });
  }
  return { changes };
}

function written({ isInExpression, isPlain, named }: Occurrence, name: string): string {
  if (isInExpression) return named.of === 'Dataset' ? nameInExpressions(name) : name;
  return isPlain && /^(?:true|false|null|[-+.]?\d.*)$/i.test(name) ? `"${name}"` : name;
}

function refuseUnfit({ of }: Named, name: string): void {
  switch (of) {
    case 'variable':
    case 'parameter':
    case 'value':
      if (!isDeclarable(name)) refuse(`\`${name}\` is no name that an expression can read`);
      return;
    case 'caller':
    case 'request':
      if (!/^[\w.-]+$/.test(name)) refuse('use letters, digits, `.`, `_` and `-`');
      return;
    default:
      if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) refuse(`\`${name}\` is no DNS label`);
      if (of === 'Dataset' && !isDeclarable(nameInExpressions(name))) {
        refuse(`no expression can read \`data.${nameInExpressions(name)}\``);
      }
  }
}

function refuse(message: string): never {
  throw new ResponseError(ErrorCodes.InvalidParams, message);
}

function locations(
  workspace: Workspace,
  site: Site,
  occurrences: readonly Occurrence[],
): readonly Location[] {
  return occurrences.flatMap((occurrence) => locationOf(workspace, site, occurrence) ?? []);
}
