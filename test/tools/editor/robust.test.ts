import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunCases } from '../../../src/tools/editor/case-outcome.ts';
import { complete } from '../../../src/tools/editor/completion.ts';
import { documentSymbols } from '../../../src/tools/editor/document-symbols.ts';
import { hover } from '../../../src/tools/editor/hover.ts';
import { definition, prepareRename } from '../../../src/tools/editor/navigation.ts';
import { Workspace } from '../../../src/tools/editor/workspace.ts';
import { scratch } from '../../policy/source/scratch.ts';
import { pick, seeded } from '../../support/seeded.ts';
import { FOLDER } from './folder.ts';

const noCases: RunCases = async function* noCases() {};

const PIECES = [
  '',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ': ',
  '\n',
  '- ',
  '&a ',
  '*a ',
  '| ',
  '.',
  '<<: ',
  '\t',
  '\r\n',
  '😀',
  '(',
  '`',
] as const;

/** Text with three ranges replaced by fragments that have a meaning in YAML or CEL. */
function broken(text: string, random: () => number): string {
  let changed = text;
  for (let turn = 0; turn < 3; turn++) {
    const at = Math.floor(random() * changed.length);
    const length = Math.floor(random() * 20);
    changed = changed.slice(0, at) + pick(random, PIECES) + changed.slice(at + length);
  }
  return changed;
}

describe('any text of a document', () => {
  const dir = scratch();
  const faults: unknown[] = [];
  const workspace = new Workspace({
    reasons: [],
    now: () => Date.UTC(2026, 5, 1),
    onDiagnostics: () => {},
    onCompiled: () => {},
    onUnreadable: () => {},
    onFault: (error) => void faults.push(error),
  });

  beforeAll(async () => {
    for (const [path, text] of Object.entries(FOLDER)) writeFileSync(join(dir, path), text);
    workspace.add(dir);
    await workspace.ready(pathToFileURL(join(dir, 'orders.yaml')).href);
  });

  afterAll(() => workspace.close());

  test.each(Object.entries(FOLDER))('requests about any position in %s do not fail', (path, text) => {
    const random = seeded(7);
    const uri = pathToFileURL(join(dir, path)).href;
    let answers = 0;
    for (let turn = 0; turn < 6; turn++) {
      const changed = turn === 0 ? text : broken(text, random);
      workspace.edited(uri, changed);
      const site = workspace.site(uri);
      if (site === undefined) throw new Error('the document is not in the folder');
      for (const { range, selectionRange } of documentSymbols(site.file)) {
        expect(range.start.line).toBeLessThanOrEqual(selectionRange.start.line);
        expect(range.end.line).toBeGreaterThanOrEqual(selectionRange.end.line);
      }
      for (let offset = 0; offset <= changed.length; offset += turn === 0 ? 5 : 19) {
        answers += complete(site, offset).length + definition(workspace, site, offset).length;
        answers += hover(workspace, site, offset, noCases) === null ? 0 : 1;
        answers += prepareRename(site, offset) === null ? 0 : 1;
      }
    }
    expect(answers).toBeGreaterThan(50);
    expect(faults).toEqual([]);
    workspace.closed(uri);
  });
});
