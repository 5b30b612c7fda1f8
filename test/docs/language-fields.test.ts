import { readFileSync } from 'node:fs';

interface Schema {
  readonly $defs: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;
}

const KINDS = [
  'PolicyTemplate',
  'PolicyTest',
  'TestFixtures',
  'Policy',
  'Issuer',
  'Dataset',
  'Environment',
] as const;

const schema = JSON.parse(readFileSync('schema/lictor.schema.json', 'utf8')) as Schema;
const page = readFileSync('docs/language.md', 'utf8');

/** Blocks and words of code in one section of the page. */
function codeOf(heading: string): string {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```yaml\n.*?^```$/gms)].map(([block]) => block);
  const words = [...section.replaceAll(/^```.*?^```$/gms, '').matchAll(/`[^`]+`/g)].map(([word]) => word);
  return [...blocks, ...words].join('\n');
}

const common = codeOf('Documents');

/** A template has the fields of a policy. */
const codes: Readonly<Record<string, string>> = Object.fromEntries(
  KINDS.map((kind) => [kind, codeOf(kind) + common + (kind === 'PolicyTemplate' ? codeOf('Policy') : '')]),
);

const fields = Object.entries(schema.$defs).flatMap(([path, { properties = {} }]) => {
  const kind = KINDS.find((each) => path === each || path.startsWith(`${each}.`));
  return kind === undefined ? [] : Object.keys(properties).map((name) => ({ kind, path, name }));
});

test('the schema has fields of every kind', () => {
  expect(new Set(fields.map(({ kind }) => kind))).toEqual(new Set(KINDS));
});

test('the language page shows every field in the section of its kind', () => {
  const missing = fields.filter(({ kind, name }) => !new RegExp(`\\b${name}\\b`).test(codes[kind] ?? ''));
  expect(missing.map(({ path, name }) => `${path}.${name}`)).toEqual([]);
});
