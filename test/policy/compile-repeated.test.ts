import { RepeatedWork } from '../../src/cel/expression-work.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { compileFolder } from '../support/compile.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { FOLDER } from '../tools/editor/folder.ts';
import { memoryFiles } from './memory-files.ts';

const LINT = { isStrict: true, now: 0 };

const { 'issuers/acme.yaml': _issuer, ...SERVICES } = policyFolder(100);

type Files = Readonly<Record<string, string>>;

/** Edits of a folder, one after the other: mistakes, their corrections, and changes of what other files read. */
const EDITS: readonly (readonly [what: string, edit: (files: Files) => Files])[] = [
  ['a wrong name', replaced('orders.yaml', '== variables.tenant', '== variables.tennant')],
  ['its correction', replaced('orders.yaml', '== variables.tennant', '== variables.tenant')],
  ['a value of another type', replaced('data.yaml', 'max_total: 500', 'max_total: many')],
  ['a value of the first type', replaced('data.yaml', 'max_total: many', 'max_total: 400')],
  ['a dataset with another name', replaced('data.yaml', 'export-jobs', 'import-jobs')],
  ['its old name', replaced('data.yaml', 'import-jobs', 'export-jobs')],
  ['a constant condition', replaced('services/s1.yaml', "'s1:write' in jwt.scopes", "'s1' == 's1'")],
  ['a line above', replaced('services/s1.yaml', 'spec:', '# A comment.\nspec:')],
  ['a claim that is required', replaced('issuers.yaml', '[tenant, scope]', '[scope]')],
  ['a policy without a rule', replaced('orders.yaml', /^ {4}- name: exports[^]*/m, '')],
];

function replaced(path: string, from: string | RegExp, to: string): (files: Files) => Files {
  return (files) => ({ ...files, [path]: (files[path] ?? '').replace(from, to) });
}

test('repeated compilations report what a first one reports', () => {
  const work = new RepeatedWork();
  let files: Files = { ...SERVICES, ...FOLDER };
  for (const [what, edit] of [['nothing', (same: Files) => same] as const, ...EDITS]) {
    const edited = edit(files);
    if (what !== 'nothing') expect([what, edited]).not.toEqual([what, files]);
    files = edited;
    const folder = memoryFiles(files);
    const repeated = compileFolder(folder, { lint: LINT, work });
    work.finish();
    const fresh = compileFolder(folder, { lint: LINT });
    expect([what, repeated.diagnostics]).toEqual([what, fresh.diagnostics]);
    expect([what, repeated.set === undefined]).toEqual([what, fresh.set === undefined]);
  }
});

test('the diagnostics of a folder without errors are known before lint runs', () => {
  const checked: (readonly Diagnostic[])[] = [];
  const onChecked = (diagnostics: readonly Diagnostic[]): void => void checked.push(diagnostics);
  const files = { ...SERVICES, ...FOLDER };
  const { diagnostics } = compileFolder(memoryFiles(files), { lint: LINT, onChecked });
  expect(checked).toHaveLength(1);
  expect(checked[0]?.length).toBeLessThan(diagnostics.length);
  const wrong = replaced('orders.yaml', '== variables.tenant', '== variables.tennant')(files);
  compileFolder(memoryFiles(wrong), { lint: LINT, onChecked });
  expect(checked).toHaveLength(1);
});
